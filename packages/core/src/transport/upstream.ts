/**
 * What subscribers tell publishers, on the wire: SUBSCRIBE and CANCEL (RFC 37), JOIN and LEAVE (RFC 48).
 *
 * In a pipe a subscription is one frame, 1 or 0 and the topic. To peers before ZMTP 3.1 a SUB sends that frame as it is; a
 * publisher understands both forms of any peer. Pure.
 */
import type { Message } from "../message.ts";
import type { SocketTypeName } from "../socket-type.ts";
import { encodeCommand } from "../wire/command.ts";

/** True when messages of such a socket may be subscriptions. */
export function sendsUpstream(type: SocketTypeName): boolean {
	return type === "SUB" || type === "XSUB" || type === "DISH";
}

/** True when peers of such a socket say what they want: one that cannot say it gets everything. */
export function subscribable(type: SocketTypeName): boolean {
	return type === "PUB" || type === "XPUB";
}

/** The command for a subscription; undefined when the message is to go out as it is. */
export function upstreamCommand(type: SocketTypeName, subscribeCommands: boolean, message: Message): Buffer | undefined {
	const frame = message[0];
	if (message.length !== 1 || frame === undefined || frame.length === 0 || (frame[0] as number) > 1) return undefined;
	const wanted = frame[0] === 1;
	if (type === "DISH") return encodeCommand(wanted ? "JOIN" : "LEAVE", frame.subarray(1));
	if (!subscribeCommands || (type !== "SUB" && type !== "XSUB")) return undefined;
	return encodeCommand(wanted ? "SUBSCRIBE" : "CANCEL", frame.subarray(1));
}

const PUBLISHER_COMMANDS: ReadonlyMap<string, number> = new Map([
	["SUBSCRIBE", 1],
	["CANCEL", 0],
]);
const RADIO_COMMANDS: ReadonlyMap<string, number> = new Map([
	["JOIN", 1],
	["LEAVE", 0],
]);

/** The subscription that a command stands for; undefined when it is none, or nothing for this socket. */
export function upstreamMessage(type: SocketTypeName, name: string, data: Uint8Array): Message | undefined {
	const commands = type === "PUB" || type === "XPUB" ? PUBLISHER_COMMANDS : type === "RADIO" ? RADIO_COMMANDS : undefined;
	const first = commands?.get(name);
	if (first === undefined) return undefined;
	const frame = Buffer.allocUnsafe(1 + data.length);
	frame[0] = first;
	frame.set(data, 1);
	return [frame];
}
