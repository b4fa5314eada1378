/**
 * ZWS 2.0, ZeroMQ over WebSocket (RFC 45): the subprotocols that name the mechanism, and frames as WebSocket messages.
 *
 * A frame is one binary message: a byte of flags (1 more, 2 command; unlike ZMTP, where a command is 4) and the body. There is no
 * greeting. Without a mechanism ("ZWS2.0") the first message of each side is its routing id.
 *
 * Browsers refuse a subprotocol with a slash. So we also take a dot in its place, which is no part of the RFC.
 *
 * Pure.
 */
import { FLAG_COMMAND, FLAG_MORE } from "./frame.ts";
import { ProtocolError } from "./protocol-error.ts";

const PREFIX = "ZWS2.0";
const MORE = 1;
const COMMAND = 2;
/** The byte of flags. */
export const ZWS_OVERHEAD_BYTES = 1;

/** What a side with this mechanism offers, best first; without security also a connection that has no mechanism at all. */
export function offeredSubprotocols(mechanism: string, options: { bare: boolean; separator?: "/" | "." }): readonly string[] {
	const named = `${PREFIX}${options.separator ?? "/"}${mechanism}`;
	return options.bare ? [named, PREFIX] : [named];
}

/** What a side with this mechanism takes of what it is offered. */
export function takenSubprotocols(mechanism: string, options: { bare: boolean }): readonly string[] {
	return [`${PREFIX}.${mechanism}`, ...offeredSubprotocols(mechanism, options)];
}

/** True for the subprotocol without a mechanism. */
export function isBare(subprotocol: string): boolean {
	return subprotocol === PREFIX;
}

/** What is wrong with a peer that offers, or answers with, none of `ours`. */
export function subprotocolError(theirs: readonly string[], ours: readonly string[]): ProtocolError {
	const shown = theirs
		.join(", ")
		.slice(0, 100)
		.replace(/[^\x20-\x7e]/g, "?");
	if (theirs.some((each) => each === PREFIX || each.startsWith(`${PREFIX}/`) || each.startsWith(`${PREFIX}.`)))
		return new ProtocolError("ERR_ZMTP_MECHANISM_MISMATCH", `The peer's mechanism is ${shown}, ours ${ours.at(-1)}: configure both alike`);
	const what = theirs.length === 0 ? "no subprotocol" : `the subprotocol ${shown}`;
	return new ProtocolError("ERR_ZWS_SUBPROTOCOL", `The peer speaks WebSocket with ${what}, not ZeroMQ's ${ours.join(" or ")}`);
}

/** A frame as one message. */
export function encodeZws(flags: number, body: Uint8Array): Buffer {
	const message = Buffer.allocUnsafe(ZWS_OVERHEAD_BYTES + body.length);
	message[0] = zwsFlags(flags);
	message.set(body, ZWS_OVERHEAD_BYTES);
	return message;
}

export function zwsFlags(flags: number): number {
	return (flags & FLAG_COMMAND) !== 0 ? COMMAND : flags & FLAG_MORE;
}

/** The flags of a message, as ZMTP has them. @throws ProtocolError */
export function parseZwsFlags(message: Uint8Array): number {
	const flags = message[0];
	if (flags === 0 || flags === MORE) return flags;
	if (flags === COMMAND) return FLAG_COMMAND;
	if (flags === undefined)
		throw new ProtocolError("ERR_ZMTP_MALFORMED_FRAME", "The peer sent an empty WebSocket message, which has no flags");
	throw new ProtocolError("ERR_ZMTP_MALFORMED_FRAME", `The peer sent a WebSocket message with unknown flags 0x${flags.toString(16)}`);
}
