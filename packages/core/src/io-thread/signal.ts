/**
 * What the I/O thread says of a connection in between its messages: who the peer is, and that the connection was lost and will be
 * made again. In the same queue, so that each message belongs to the connection it came through.
 *
 * A signal is a message of two frames whose first one is a secret of the I/O thread, made at random at its start: no peer can
 * know it, so no peer can send one. Pure.
 */
import { deserialize, serialize } from "node:v8";
import type { Message } from "../message.ts";

export const SECRET_BYTES = 16;

/** Who is at the other end of a connection. */
export interface PeerSignal {
	readonly is: "peer";
	readonly address: string;
	readonly routingId: Uint8Array;
	readonly properties: ReadonlyMap<string, Buffer>;
	readonly takesAll: boolean;
}

export type Signal = PeerSignal | { readonly is: "hiccup" };

export function encodeSignal(secret: Buffer, signal: Signal): Message {
	return [secret, serialize(signal)];
}

/** Undefined for a message of a peer. */
export function decodeSignal(secret: Buffer, message: Message): Signal | undefined {
	if (message.length !== 2) return undefined;
	const [first, body] = message as [Buffer, Buffer];
	return first.length === SECRET_BYTES && secret.equals(first) ? (deserialize(body) as Signal) : undefined;
}
