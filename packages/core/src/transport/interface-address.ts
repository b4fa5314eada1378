/**
 * Addresses of this machine as endpoints name them: an address, `*`, `localhost`, or the name of an interface. No DNS.
 */
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { ZmqError } from "../errors.ts";

/** 4 or 6; 0 for what is no address. A zone may follow an IPv6 address. */
export function addressFamily(host: string): 0 | 4 | 6 {
	return isIP(host.replace(/%.*$/, "")) as 0 | 4 | 6;
}

/** @throws ZmqError EINVAL an IPv6 address without the option ipv6 */
export function requireIpv6(text: string, options: { readonly ipv6: boolean }): void {
	if (!options.ipv6) throw new ZmqError("EINVAL", `"${text}" is an IPv6 address: set the option ipv6 to true`, { address: text });
}

/**
 * The address that `host` stands for; an interface gives its first IPv4 address, or with `ipv6` and without such a one its first IPv6
 * address. @param text the whole endpoint
 * @throws ZmqError EADDRNOTAVAIL, EINVAL
 */
export function localAddress(text: string, host: string, options: { readonly ipv6: boolean }): string {
	if (host === "*") return options.ipv6 ? "::" : "0.0.0.0";
	const family = addressFamily(host);
	if (family === 6) requireIpv6(text, options);
	if (family !== 0) return host;
	if (host === "localhost") return "127.0.0.1";
	const addresses = networkInterfaces()[host];
	const chosen = addresses?.find((one) => one.family === "IPv4") ?? (options.ipv6 ? addresses?.[0] : undefined);
	// An address of the link means nothing without the interface.
	if (chosen !== undefined) return chosen.family === "IPv6" && chosen.scopeid !== 0 ? `${chosen.address}%${host}` : chosen.address;
	throw new ZmqError(
		"EADDRNOTAVAIL",
		`Cannot use "${text}": "${host}" is neither an address nor an interface of this machine; names are not resolved here, use * or an address`,
		{ address: text },
	);
}
