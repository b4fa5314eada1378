/**
 * What the endpoints of several transports have in common: `host:port`, and how a malformed endpoint is refused.
 *
 * Pure. A host is an address, a name, or `*`; an IPv6 address stands in brackets. A port is a number, or `*` for any free one.
 */
import { ZmqError } from "../errors.ts";

export interface HostPort {
	/** Without brackets; an IPv6 address may have a zone: `fe80::1%eth0`. */
	readonly host: string;
	readonly port: number | "*";
}

const SHOWN_CHARACTERS_MAX = 200;

/** In an error text, whatever a caller has passed. */
export function shownEndpoint(text: string): string {
	return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}

export function malformed(text: string, why: string): ZmqError {
	return new ZmqError("EINVAL", `Malformed endpoint "${shownEndpoint(text)}": ${why}`, { address: text });
}

/** The host without its brackets. @throws ZmqError EINVAL */
export function parseHost(text: string, host: string): string {
	const brackets = "an IPv6 address stands in brackets, for example [::1]:5555";
	if (/[\s/?#;]/.test(host)) throw malformed(text, "the host holds a character that no host name has");
	if (!host.startsWith("[")) {
		if (host.includes(":")) throw malformed(text, brackets);
		return host;
	}
	if (!host.endsWith("]") || host.length < 4) throw malformed(text, brackets);
	return host.slice(1, -1);
}

/** @param text the whole endpoint @param part of it, `host:port` @throws ZmqError EINVAL */
export function parseHostPort(text: string, part: string): HostPort {
	const colon = part.lastIndexOf(":");
	if (colon <= 0) throw malformed(text, `expected ${text.slice(0, text.indexOf("://"))}://host:port`);
	const host = parseHost(text, part.slice(0, colon));
	const port = part.slice(colon + 1);
	if (port === "*") return { host, port };
	if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) throw malformed(text, "the port must be a number from 0 to 65535, or *");
	return { host, port: Number(port) };
}

/** As it is written in an endpoint. */
export function printHostPort(host: string, port: number): string {
	return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
