/**
 * Opens a lane by its first socket and sends through it: so many bytes there and back, in messages of 4 KiB, one at a time, or one
 * small message. Runs in the thread that connects; at the far end is a sleeper-thread.ts.
 */
import { Pair } from "@zloom/core";

const MESSAGE_BYTES = 4096;
const SMALL_BYTES = 64;

/** @param traffic bytes each way; 0 = one small message. @returns the socket, still open */
export async function openLane(endpoint: string, traffic: number): Promise<Pair> {
	const pair = new Pair();
	pair.connect(endpoint);
	const payload = Buffer.alloc(traffic === 0 ? SMALL_BYTES : MESSAGE_BYTES);
	for (let sent = 0; sent <= traffic; sent += MESSAGE_BYTES) {
		await pair.send(payload);
		await pair.receive();
	}
	return pair;
}
