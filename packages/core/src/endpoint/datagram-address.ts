/**
 * Whom a datagram is for, or comes from, as the first frame of DGRAM's messages: `10.0.0.7:5555`, `[fe80::1%eth0]:5555`.
 *
 * Pure. Addresses only: a name would have to be resolved for each datagram.
 */
import { isIP } from "node:net";
import { printHostPort } from "./host-port.ts";

export interface DatagramAddress {
	readonly address: string;
	readonly port: number;
}

const PATTERN = /^(?:\[([^\]]+)\]|([0-9.]+)):(\d{1,5})\0?$/;
// libzmq puts a zero behind the port.
/** The longest one: an IPv6 address with a zone, in brackets, and a port. */
const CHARACTERS_MAX = 100;

/** Undefined: it is none. */
export function parseDatagramAddress(frame: Uint8Array): DatagramAddress | undefined {
	if (frame.length > CHARACTERS_MAX) return undefined;
	const found = PATTERN.exec(Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString("latin1"));
	if (found === null) return undefined;
	const address = (found[1] ?? found[2]) as string;
	const port = Number(found[3]);
	const family = isIP(address.replace(/%[\w.-]+$/, ""));
	if (family !== (found[1] === undefined ? 4 : 6) || port === 0 || port > 65535) return undefined;
	return { address, port };
}

export function printDatagramAddress({ address, port }: DatagramAddress): Buffer {
	return Buffer.from(printHostPort(address, port), "latin1");
}
