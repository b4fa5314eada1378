/**
 * Memory of one lane between two threads, in KB: by what shared memory (its resident pages) and the heaps of all threads grew when
 * this thread opened lanes to threads that ran already and sent through them, divided by their number.
 *
 * Before, a third thread has had the same traffic with them, and this thread with one more. After garbage collection (`--expose-gc`), and with code kept from growing (rows/idle.ts);
 * the sockets of this side are counted. Linux only (shared-pages.ts).
 */
import type { Pair } from "@zloom/core";
import { printFigure } from "./figure.ts";
import { openLane } from "./lane-traffic.ts";
import type { LanesOrder, LaneWarmUpOrder, SleeperOrder } from "./orders.ts";
import { settledHeapBytes } from "./settled-memory.ts";
import { sharedResidentBytes } from "./shared-pages.ts";
import { BenchThread } from "./thread.ts";

async function bytes(threads: readonly BenchThread[]): Promise<number> {
	return (await settledHeapBytes(threads)) + sharedResidentBytes();
}

await printFigure<LanesOrder>(async ({ lanes, traffic }) => {
	// One more than is measured, for what this thread needs only once.
	const endpoints = Array.from({ length: lanes + 1 }, (_, index) => `inproc://lane-${index}`);
	const threads: BenchThread[] = [];
	for (const endpoint of endpoints) {
		const thread = new BenchThread("./sleeper-thread.js", { library: "zloom", endpoint } satisfies SleeperOrder);
		await thread.hear();
		threads.push(thread);
	}
	const warmUp = new BenchThread("./lane-warm-up-thread.js", { endpoints, traffic } satisfies LaneWarmUpOrder);
	await warmUp.hear();
	threads.push(warmUp);
	const [extra, ...measured] = endpoints as [string, ...string[]];
	const pairs: Pair[] = [await openLane(extra, traffic)];
	// Once for nothing: what measuring itself leaves on the heap is no lane's.
	await bytes(threads);
	const before = await bytes(threads);
	for (const endpoint of measured) pairs.push(await openLane(endpoint, traffic));
	const grown = (await bytes(threads)) - before;
	for (const pair of pairs) pair.close();
	for (const thread of threads) await thread.end();
	return grown / lanes / 1000;
});
