/**
 * What threads with nothing to do cost: CPU time of the whole process over some seconds, in percent of one core.
 *
 * Each thread waits for messages: in a `for await` on a socket that this thread is connected to by inproc, or on its port. Each has got a
 * message and answered it before the clock starts, so that all that is made lazily is there and was in use. Then so much time passes that
 * V8 has tidied up: it collects once in each thread, some 5 to 8 s after that was last busy, whatever it runs.
 */
import { setTimeout as pause } from "node:timers/promises";
import { printFigure } from "./figure.ts";
import type { ParkedOrder, SleeperOrder } from "./orders.ts";
import { BenchThread } from "./thread.ts";

const SETTLE_MS = 12_000;

/** Sends one message and waits for the answer; returns what ends this side. */
async function wake(library: ParkedOrder["library"], endpoint: string, thread: BenchThread): Promise<() => void> {
	if (library === "MessagePort") {
		thread.worker.postMessage(Buffer.from("wake up"));
		await thread.hear();
		return () => {
			// The thread's port closes with the thread.
		};
	}
	const { openLane } = await import("./lane-traffic.ts");
	const pair = await openLane(endpoint, 0);
	return () => pair.close();
}

await printFigure<ParkedOrder>(async ({ library, threads, seconds }) => {
	const sleepers: { thread: BenchThread; close: () => void }[] = [];
	for (let index = 0; index < threads; index++) {
		const endpoint = `inproc://sleeper-${index}`;
		const thread = new BenchThread("./sleeper-thread.js", { library, endpoint } satisfies SleeperOrder);
		await thread.hear();
		sleepers.push({ thread, close: await wake(library, endpoint, thread) });
	}
	await pause(SETTLE_MS);
	const before = process.cpuUsage();
	const started = performance.now();
	await pause(seconds * 1000);
	const { user, system } = process.cpuUsage(before);
	const percent = ((user + system) / 1000 / (performance.now() - started)) * 100;
	for (const { thread, close } of sleepers) {
		close();
		await thread.end();
	}
	return percent;
});
