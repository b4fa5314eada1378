/**
 * What subscribers tell publishers, on the wire: SUBSCRIBE and CANCEL (RFC 37), JOIN and LEAVE (RFC 48).
 *
 * In a pipe a subscription is one frame, 1 or 0 and the topic. To peers before ZMTP 3.1 a SUB sends that frame as it is; a
 * publisher understands both forms of any peer, a radio commands alone. Pure.
 */
import type { Message } from "../message.ts";
import type { SocketTypeName } from "../socket-type.ts";
import { viewOf } from "../wire/view.ts";

/** True when messages of such a socket may be subscriptions. */
export function sendsUpstream(type: SocketTypeName): boolean {
	return type === "SUB" || type === "XSUB" || type === "DISH";
}

/** True when peers of such a socket say what they want: one that cannot say it gets everything. */
export function subscribable(type: SocketTypeName): boolean {
	return type === "PUB" || type === "XPUB";
}

/** True when a peer of such a socket says what it wants in commands and in nothing else: of its messages none counts (RFC 48). */
export function hearsCommandsOnly(type: SocketTypeName): boolean {
	return type === "RADIO";
}

/** Body of a command up to its data, by the first byte of the subscription that it stands for: 0 unsubscribes, 1 subscribes. */
type Heads = readonly [unsubscribe: Buffer, subscribe: Buffer];

const TOPIC_HEADS: Heads = [Buffer.from("\x06CANCEL", "latin1"), Buffer.from("\x09SUBSCRIBE", "latin1")];
const GROUP_HEADS: Heads = [Buffer.from("\x05LEAVE", "latin1"), Buffer.from("\x04JOIN", "latin1")];

/** What the command for a subscription begins with, in place of its first byte; undefined when the message is to go out as it is. */
export function upstreamHead(type: SocketTypeName, subscribeCommands: boolean, message: Message): Buffer | undefined {
	const frame = message[0];
	if (message.length !== 1 || frame === undefined || frame.length === 0 || (frame[0] as number) > 1) return undefined;
	if (type !== "DISH" && (!subscribeCommands || (type !== "SUB" && type !== "XSUB"))) return undefined;
	return (type === "DISH" ? GROUP_HEADS : TOPIC_HEADS)[frame[0] as 0 | 1];
}

/**
 * The subscription that a command stands for; undefined when it is none, or nothing for this socket. The body may be changed: where
 * the socket uses the subscription up at once it becomes a part of it; an XPUB's owner keeps it, so it gets a copy.
 */
export function upstreamMessage(type: SocketTypeName, body: Buffer): Message | undefined {
	const heads = subscribable(type) ? TOPIC_HEADS : type === "RADIO" ? GROUP_HEADS : undefined;
	if (heads === undefined) return undefined;
	const first = startsWith(body, heads[1]) ? 1 : startsWith(body, heads[0]) ? 0 : undefined;
	if (first === undefined) return undefined;
	const headBytes = heads[first].length - 1;
	const rest = viewOf(body, headBytes, body.length - headBytes);
	const frame = type === "XPUB" ? Buffer.from(rest) : rest;
	frame[0] = first;
	return [frame];
}

function startsWith(body: Buffer, head: Buffer): boolean {
	if (body.length < head.length) return false;
	for (let i = 0; i < head.length; i++) if (body[i] !== head[i]) return false;
	return true;
}
