/**
 * Ranges of IP addresses, as the option tcpAcceptFilter names them: an address, or an address and the length of its prefix.
 *
 * Pure.
 */
import { BlockList, isIP } from "node:net";

export interface AddressRange {
	readonly address: string;
	readonly prefix: number;
	readonly family: "ipv4" | "ipv6";
}

/** Undefined when the text is no range. */
export function parseRange(text: string): AddressRange | undefined {
	const [address = "", length, ...more] = text.split("/");
	const version = isIP(address);
	if (version === 0 || more.length > 0) return undefined;
	const bits = version === 4 ? 32 : 128;
	const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : -1;
	if (prefix < 0 || prefix > bits) return undefined;
	return { address, prefix, family: version === 4 ? "ipv4" : "ipv6" };
}

/** True when the address is in one of the ranges; of a text that was checked. An IPv4 address may come as IPv6 (::ffff:…). */
export function inRanges(ranges: string, address: string): boolean {
	const list = new BlockList();
	for (const text of ranges.split(",")) {
		const range = parseRange(text.trim());
		if (range !== undefined) list.addSubnet(range.address, range.prefix, range.family);
	}
	return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
