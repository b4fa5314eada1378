/**
 * Memory once garbage is gone, in bytes. Programs that use it are started with `--expose-gc`. Several collections with turns of the
 * event loop between: what is freed by finalizers goes in the next one.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { BenchThread } from "./thread.ts";

const ROUNDS = 4;
const PAUSE_MS = 100;

/** Told to a thread that is to collect its garbage; it answers with what {@link collectedHeapBytes} returns. */
export const COLLECT = "collect";

/** Collects the garbage of this thread and returns what is left on its heap. @throws Error when started without `--expose-gc` */
export function collectedHeapBytes(): number {
	if (globalThis.gc === undefined) throw new Error("started without --expose-gc");
	globalThis.gc();
	return process.memoryUsage().heapUsed;
}

/** Resident memory of the process. */
export async function settledResidentBytes(): Promise<number> {
	for (let round = 0; round < ROUNDS; round++) {
		collectedHeapBytes();
		await pause(PAUSE_MS);
	}
	return process.memoryUsage.rss();
}

/** What is on the heaps of this thread and of others, which must know {@link COLLECT}. */
export async function settledHeapBytes(threads: readonly BenchThread[]): Promise<number> {
	let bytes = 0;
	for (let round = 0; round < ROUNDS; round++) {
		bytes = collectedHeapBytes();
		for (const thread of threads) {
			thread.worker.postMessage(COLLECT);
			bytes += await thread.hear<number>();
		}
		await pause(PAUSE_MS);
	}
	return bytes;
}
