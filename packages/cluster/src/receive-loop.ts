/**
 * Takes every message of a socket, in order, and hands it over in the loop's own stack.
 *
 * No message is ever in hand while the loop waits, so that `drain` may be called at any time, for instance when a
 * connection was lost and what came before must be dealt with first.
 *
 * Shutdown: the loop ends when the socket is closed.
 */
import { setImmediate as turn } from "node:timers/promises";
import { ZmqError } from "@zloom/core";

/** Messages handed over before the event loop gets a turn. */
const BURST = 256;

/** What the loop needs of a socket. */
export interface Source {
	readonly closed: boolean;
	receive(): Promise<Uint8Array[]>;
	tryReceive(): Uint8Array[] | undefined;
}

/** Settles when the socket is closed. */
export async function receiveLoop(source: Source, onMessage: (frames: Uint8Array[]) => void): Promise<void> {
	while (!source.closed) {
		let first: Uint8Array[];
		try {
			first = await source.receive();
		} catch (error) {
			if (source.closed && error instanceof ZmqError) return;
			throw error;
		}
		onMessage(first);
		if (!drain(source, onMessage, BURST)) await turn();
	}
}

/** Hands over what is there; false when there may be more than `messagesMax`. */
export function drain(source: Source, onMessage: (frames: Uint8Array[]) => void, messagesMax: number): boolean {
	for (let count = 0; count < messagesMax; count++) {
		if (source.closed) return true;
		const frames = source.tryReceive();
		if (frames === undefined) return true;
		onMessage(frames);
	}
	return false;
}
