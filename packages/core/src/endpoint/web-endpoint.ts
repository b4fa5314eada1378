/**
 * The form of WebSocket endpoints: `ws://host:port/path`, and `wss://` for TLS.
 *
 * Pure. The path may be left out and is one slash then; a query belongs to it. Source: RFC 45; libzmq shows the path in LAST_ENDPOINT.
 */
import { type HostPort, malformed, parseHostPort } from "./host-port.ts";

export interface WebEndpoint extends HostPort {
	readonly scheme: "ws" | "wss";
	/** What the caller wrote. */
	readonly text: string;
	/** Begins with a slash. */
	readonly path: string;
}

/** @param rest of the text, behind `ws://` or `wss://` @throws ZmqError EINVAL */
export function parseWeb(scheme: "ws" | "wss", text: string, rest: string): WebEndpoint {
	const slash = rest.indexOf("/");
	const path = slash === -1 ? "/" : rest.slice(slash);
	if (!/^[\x21-\x7e]+$/.test(path) || path.includes("#"))
		throw malformed(text, "the path holds a character that is to be written as %XX, or a # and what follows it");
	return { scheme, text, ...parseHostPort(text, slash === -1 ? rest : rest.slice(0, slash)), path };
}
