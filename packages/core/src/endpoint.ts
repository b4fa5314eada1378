/**
 * Parses and prints ZeroMQ endpoints: `tcp://127.0.0.1:5555`, `ipc:///tmp/x`, `inproc://name`.
 *
 * Pure. Only the form is checked here; whether a host resolves or a path can be bound is the transport's matter.
 * Source: zmq_tcp(7), zmq_ipc(7), zmq_inproc(7); facts: the text before `://` is the transport, both halves non-empty.
 */
import { ZmqError } from "./errors.ts";
import { INPROC_NAME_BYTES_MAX, IPC_PATH_BYTES_MAX } from "./limits.ts";

/** A parsed endpoint; `text` is what the caller wrote. */
export type Endpoint =
	| { readonly scheme: "tcp"; readonly text: string; readonly host: string; readonly port: number | "*" }
	| { readonly scheme: "ipc"; readonly text: string; readonly path: string }
	| { readonly scheme: "inproc"; readonly text: string; readonly name: string };

/** ZeroMQ's transports that this build does not carry. */
const NOT_CARRIED = ["ws", "wss", "udp", "pgm", "epgm", "norm", "tipc", "vmci", "vsock"];

const SHOWN_CHARACTERS_MAX = 200;

/** In an error text, whatever a caller has passed. */
function shown(text: string): string {
	return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}

function malformed(text: string, why: string): ZmqError {
	return new ZmqError("EINVAL", `Malformed endpoint "${shown(text)}": ${why}`, { address: text });
}

/** @throws ZmqError EINVAL, EPROTONOSUPPORT or ENAMETOOLONG */
export function parseEndpoint(text: string): Endpoint {
	if (typeof text !== "string") throw new ZmqError("EINVAL", `An endpoint must be a string, got ${typeof text}`);
	const cut = text.indexOf("://");
	if (cut <= 0) throw malformed(text, "expected transport://address, for example tcp://127.0.0.1:5555");
	const scheme = text.slice(0, cut);
	const rest = text.slice(cut + 3);
	if (rest === "") throw malformed(text, "nothing follows ://");
	if (scheme === "tcp") return parseTcp(text, rest);
	if (scheme === "ipc") {
		if (Buffer.byteLength(rest) > IPC_PATH_BYTES_MAX)
			throw new ZmqError("ENAMETOOLONG", `The path of "${shown(text)}" is over ${IPC_PATH_BYTES_MAX} bytes`, { address: text });
		if (rest === "@") throw malformed(text, "an abstract name must follow @");
		return { scheme, text, path: rest };
	}
	if (scheme === "inproc") {
		if (Buffer.byteLength(rest) > INPROC_NAME_BYTES_MAX)
			throw new ZmqError("ENAMETOOLONG", `The name of "${text.slice(0, 80)}…" is over ${INPROC_NAME_BYTES_MAX} bytes`, { address: text });
		return { scheme, text, name: rest };
	}
	const hint = NOT_CARRIED.includes(scheme) ? `${scheme} is not carried by this build` : `unknown transport "${scheme}"`;
	throw new ZmqError("EPROTONOSUPPORT", `Cannot use "${text}": ${hint}; use tcp, ipc or inproc`, { address: text });
}

function parseTcp(text: string, rest: string): Endpoint {
	const colon = rest.lastIndexOf(":");
	if (colon <= 0) throw malformed(text, "expected tcp://host:port");
	let host = rest.slice(0, colon);
	const portText = rest.slice(colon + 1);
	if (host.startsWith("[")) {
		if (!host.endsWith("]") || host.length < 4) throw malformed(text, "an IPv6 address stands in brackets, for example tcp://[::1]:5555");
		host = host.slice(1, -1);
	} else if (host.includes(":")) {
		throw malformed(text, "an IPv6 address stands in brackets, for example tcp://[::1]:5555");
	}
	if (/[\s/?#;]/.test(host)) throw malformed(text, "the host holds a character that no host name has");
	if (portText === "*") return { scheme: "tcp", text, host, port: "*" };
	if (!/^\d{1,5}$/.test(portText) || Number(portText) > 65535) throw malformed(text, "the port must be a number from 0 to 65535, or *");
	return { scheme: "tcp", text, host, port: Number(portText) };
}
