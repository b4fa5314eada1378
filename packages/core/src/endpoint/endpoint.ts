/**
 * Parses and prints ZeroMQ endpoints: `tcp://127.0.0.1:5555`, `ipc:///tmp/x`, `inproc://name`.
 *
 * Pure. Only the form is checked here; whether a host resolves or a path can be bound is the transport's matter.
 * Source: zmq_tcp(7), zmq_ipc(7), zmq_inproc(7); facts: the text before `://` is the transport, both halves non-empty.
 */
import { ZmqError } from "../errors.ts";
import { INPROC_NAME_BYTES_MAX, IPC_PATH_BYTES_MAX } from "../limits.ts";
import { malformed, shownEndpoint } from "./host-port.ts";
import { parseTcp, type TcpEndpoint } from "./tcp-endpoint.ts";
import { parseUdp, type UdpEndpoint } from "./udp-endpoint.ts";
import { parseWeb, type WebEndpoint } from "./web-endpoint.ts";

/** A parsed endpoint; `text` is what the caller wrote. */
export type Endpoint =
	| TcpEndpoint
	| UdpEndpoint
	| WebEndpoint
	| { readonly scheme: "ipc"; readonly text: string; readonly path: string }
	| { readonly scheme: "inproc"; readonly text: string; readonly name: string };

/** The transports there are. */
export const CARRIED: readonly string[] = ["tcp", "ipc", "inproc", "udp", "ws", "wss"];

/** ZeroMQ's transports that need sockets which Node has not, and what to take instead. */
export const NOT_CARRIED: Readonly<Record<string, string>> = {
	pgm: "it needs raw IP sockets; take udp with RADIO and DISH for multicast, or tcp",
	epgm: "it needs a native library; take udp with RADIO and DISH for multicast, or tcp",
	norm: "it needs a native library; take udp with RADIO and DISH for multicast, or tcp",
	tipc: "Node has no sockets of that family; take tcp, or ipc within a machine",
	vmci: "Node has no sockets of that family; take tcp",
	vsock: "Node has no sockets of that family; take tcp, or a proxy such as socat between vsock and ipc",
	gssapi: "it is a mechanism and no transport, and it needs a native Kerberos library; take CURVE for security",
};

/** @throws ZmqError EINVAL, EPROTONOSUPPORT or ENAMETOOLONG */
export function parseEndpoint(text: string): Endpoint {
	if (typeof text !== "string") throw new ZmqError("EINVAL", `An endpoint must be a string, got ${typeof text}`);
	const cut = text.indexOf("://");
	if (cut <= 0) throw malformed(text, "expected transport://address, for example tcp://127.0.0.1:5555");
	const scheme = text.slice(0, cut);
	const rest = text.slice(cut + 3);
	if (rest === "") throw malformed(text, "nothing follows ://");
	if (scheme === "tcp") return parseTcp(text, rest);
	if (scheme === "ws" || scheme === "wss") return parseWeb(scheme, text, rest);
	if (scheme === "udp") return parseUdp(text, rest);
	if (scheme === "ipc") {
		if (Buffer.byteLength(rest) > IPC_PATH_BYTES_MAX)
			throw new ZmqError("ENAMETOOLONG", `The path of "${shownEndpoint(text)}" is over ${IPC_PATH_BYTES_MAX} bytes`, { address: text });
		if (rest === "@") throw malformed(text, "an abstract name must follow @");
		return { scheme, text, path: rest };
	}
	if (scheme === "inproc") {
		if (Buffer.byteLength(rest) > INPROC_NAME_BYTES_MAX)
			throw new ZmqError("ENAMETOOLONG", `The name of "${text.slice(0, 80)}…" is over ${INPROC_NAME_BYTES_MAX} bytes`, { address: text });
		return { scheme, text, name: rest };
	}
	throw new ZmqError("EPROTONOSUPPORT", `Cannot use "${shownEndpoint(text)}": ${whyNot(scheme)}`, { address: text });
}

function whyNot(scheme: string): string {
	const reason = Object.hasOwn(NOT_CARRIED, scheme) ? NOT_CARRIED[scheme] : undefined;
	if (reason !== undefined) return `${scheme} is not carried: ${reason} (docs/transports.md)`;
	const carried = Object.hasOwn(NOT_CARRIED, scheme.toLowerCase()) || CARRIED.includes(scheme.toLowerCase());
	const hint = carried ? "; names of transports are written in small letters" : "";
	return `unknown transport "${scheme.slice(0, 32)}"${hint}; use ${CARRIED.join(", ")}`;
}
