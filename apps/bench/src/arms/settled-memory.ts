/**
 * Resident memory of the process once garbage is gone, in bytes. Programs that ask are started with `--expose-gc`.
 * Several collections with turns of the event loop between: what is freed by finalizers goes in the next one.
 */
import { setTimeout as pause } from "node:timers/promises";

const ROUNDS = 4;
const PAUSE_MS = 100;

export async function settledBytes(): Promise<number> {
	if (globalThis.gc === undefined) throw new Error("started without --expose-gc");
	for (let round = 0; round < ROUNDS; round++) {
		globalThis.gc();
		await pause(PAUSE_MS);
	}
	return process.memoryUsage.rss();
}
