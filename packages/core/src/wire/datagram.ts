/**
 * A message of RADIO as a datagram: one byte with the length of the group, the group, the body (zmq_udp(7)).
 *
 * Pure. The datagram is the message: nothing else says where it ends.
 */
import type { Message } from "../message.ts";

/** Group and body, as pieces to be sent one behind the other. @param message group of at most 255 bytes, and body */
export function encodeDatagram(message: Message): Uint8Array[] {
	const [group, body] = message as [Uint8Array, Uint8Array];
	return [Buffer.of(group.length), group, body];
}

/** Views of the datagram: group and body; undefined when it is shorter than it says. */
export function decodeDatagram(datagram: Buffer): Message | undefined {
	const bodyAt = 1 + (datagram[0] ?? 0);
	if (datagram.length < bodyAt) return undefined;
	return [datagram.subarray(1, bodyAt), datagram.subarray(bodyAt)];
}
