/**
 * Learns of the end of threads, however they end.
 *
 * Node tells of every new Worker on a diagnostics channel, and its parent hears `exit` even after `terminate()`. A worker
 * that was started before its parent's first import is not told of; it says itself when it ends in an orderly way.
 *
 * **Shutdown**: a listener on a worker keeps nothing alive, and goes with it.
 */
import { subscribe } from "node:diagnostics_channel";
import type { Worker } from "node:worker_threads";

/** Calls back with the id of every worker of this thread that has ended. */
export function watchWorkers(onEnd: (threadId: number) => void): void {
	subscribe("worker_threads", (message) => {
		const { worker } = message as { worker: Worker };
		const { threadId } = worker;
		// After `exit` the worker no longer knows its id.
		worker.once("exit", () => onEnd(threadId));
	});
}
