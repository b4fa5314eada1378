/**
 * The events of `socket.events` in zeromq.js's shape, out of those of core.
 *
 * What core tells beyond zeromq.js (who the peer is, why a connection was lost) is left out, and so are events of inproc, which
 * libzmq does not report. A failed bind is told as libzmq does: the end of the listener, then the error.
 */
import { ZmqError } from "../errors.ts";
import type { SocketEvent } from "../monitor.ts";
import { type AuthenticationError, ProtocolError } from "../wire/protocol-error.ts";
import { type ErrnoError, errnoError, errorCodeOf } from "./errno-error.ts";

/** Somebody's credentials were refused; `status` is ZAP's. */
export interface AuthError extends Error {
	status: 300 | 400 | 500;
}

/** A peer, or the ZAP handler, broke the protocol. */
export interface ProtoError extends Error {
	code: ProtocolCode;
}

const PROTOCOL_CODES = [
	"ERR_ZMTP_UNSPECIFIED",
	"ERR_ZMTP_UNEXPECTED_COMMAND",
	"ERR_ZMTP_INVALID_SEQUENCE",
	"ERR_ZMTP_KEY_EXCHANGE",
	"ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED",
	"ERR_ZMTP_MALFORMED_COMMAND_MESSAGE",
	"ERR_ZMTP_MALFORMED_COMMAND_HELLO",
	"ERR_ZMTP_MALFORMED_COMMAND_INITIATE",
	"ERR_ZMTP_MALFORMED_COMMAND_ERROR",
	"ERR_ZMTP_MALFORMED_COMMAND_READY",
	"ERR_ZMTP_MALFORMED_COMMAND_WELCOME",
	"ERR_ZMTP_INVALID_METADATA",
	"ERR_ZMTP_CRYPTOGRAPHIC",
	"ERR_ZMTP_MECHANISM_MISMATCH",
	"ERR_ZAP_UNSPECIFIED",
	"ERR_ZAP_MALFORMED_REPLY",
	"ERR_ZAP_BAD_REQUEST_ID",
	"ERR_ZAP_BAD_VERSION",
	"ERR_ZAP_INVALID_STATUS_CODE",
	"ERR_ZAP_INVALID_METADATA",
] as const;

type ProtocolCode = (typeof PROTOCOL_CODES)[number];

interface EventAddress {
	address: string;
}

interface EventInterval {
	interval: number;
}

interface EventError<E = ErrnoError> {
	error: E;
}

type Expand<T> = T extends infer O ? { [K in keyof O]: O[K] } : never;
type EventFor<T extends string, D = Record<never, never>> = Expand<{ type: T } & D>;

export type Event =
	| EventFor<"accept", EventAddress>
	| EventFor<"accept:error", EventAddress & EventError>
	| EventFor<"bind", EventAddress>
	| EventFor<"bind:error", EventAddress & EventError>
	| EventFor<"connect", EventAddress>
	| EventFor<"connect:delay", EventAddress>
	| EventFor<"connect:retry", EventAddress & EventInterval>
	| EventFor<"close", EventAddress>
	| EventFor<"close:error", EventAddress & EventError>
	| EventFor<"disconnect", EventAddress>
	| EventFor<"end">
	| EventFor<"handshake", EventAddress>
	| EventFor<"handshake:error:protocol", EventAddress & EventError<ProtoError>>
	| EventFor<"handshake:error:auth", EventAddress & EventError<AuthError>>
	| EventFor<"handshake:error:other", EventAddress & EventError>
	| EventFor<"unknown">;

export type EventType = Event["type"];

export type EventOfType<E extends EventType = EventType> = Expand<Extract<Event, Event & EventFor<E>>>;

function protocolError(error: ProtocolError): ProtoError {
	const known = PROTOCOL_CODES.find((code) => code === error.reason);
	const code = known ?? "ERR_ZMTP_UNSPECIFIED";
	return Object.assign(new Error(`${code.startsWith("ERR_ZAP") ? "ZAP" : "ZMTP"} protocol error`, { cause: error }), { code });
}

const AUTH_TEXT: Readonly<Record<number, string>> = { 300: "Temporary error", 400: "Authentication failure", 500: "Internal error" };

function authError(error: AuthenticationError): AuthError {
	return Object.assign(new Error(AUTH_TEXT[error.status], { cause: error }), { status: error.status });
}

/** Errors of events carry no address of their own. */
function plainError(error: Error): ErrnoError {
	return errnoError(errorCodeOf(error), { cause: error });
}

/** A handshake that ended without a word: time ran out, the peer left, or nobody was there to judge it. */
function handshakeError(error: Error): ErrnoError {
	const code = errorCodeOf(error);
	const libzmq: Readonly<Record<string, string>> = { EPROTO: "EPIPE", ECONNRESET: "EPIPE", EACCES: "EFAULT" };
	return errnoError(libzmq[code] ?? code, { cause: error });
}

function bindErrors(address: string, error: Error): Event[] {
	const [, scheme, rest = address] = /^([a-z]+):\/\/(.*)$/s.exec(address) ?? [];
	const closed = scheme === "ipc" ? { type: "close", address } : { type: "close" };
	return [closed as Event, { type: "bind:error", address: rest, error: plainError(error) }];
}

/** None, one or two events for one of core. */
export function zeromqEvents(event: SocketEvent): Event[] {
	if (event.type === "end") return [{ type: "end" }];
	const { type, address } = event;
	if (address.startsWith("inproc://")) return [];
	switch (type) {
		case "connect:retry":
			return [{ type, address, interval: event.interval }];
		case "bind:error":
			return bindErrors(address, event.error);
		case "accept:error":
		case "close:error":
			return [{ type, address, error: plainError(event.error) }];
		case "handshake:error:auth":
			return [{ type, address, error: authError(event.error as AuthenticationError) }];
		case "handshake:error:other":
			return [{ type, address, error: handshakeError(event.error) }];
		case "handshake:error:protocol": {
			const { error } = event;
			if (!(error instanceof ProtocolError)) return [];
			// libzmq ends such a connection without a word.
			if (error.reason === "ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE") return [];
			return [{ type, address, error: protocolError(error) }];
		}
		case "datagram:error":
		case "frame:changed":
			return [];
		case "disconnect":
			// libzmq turns a peer away for want of room without a word.
			return event.error instanceof ZmqError && event.error.code === "ENOBUFS" ? [] : [{ type, address }];
		default:
			return [{ type, address }];
	}
}
