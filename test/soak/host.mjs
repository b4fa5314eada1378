/**
 * One host of clients: the program of a child process or of a worker thread, which the crew starts and kills at any moment.
 *
 * Beside its clients it binds a sink, a PULL to which the hub connects: after a kill the next host binds the same endpoint, and the
 * hub's connection comes back. Within one life a sink gets the hub's messages without a gap.
 *
 * **Shutdown**: the order "stop" ends clients and sink; then nothing holds the process or the thread, and it ends by itself. A process
 * whose parent is gone ends at once.
 */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { Pull } from "@zloom/core";
import { Clients } from "./clients.mjs";
import { Follower, randomFrom } from "./sequences.mjs";

const REPORT_EVERY = 50;

const tell = isMainThread ? (report) => process.send?.(report) : (report) => parentPort.postMessage(report);

async function drain(sink) {
	const follower = new Follower("sink");
	for await (const message of sink) {
		follower.take(message);
		if (follower.last === follower.first || follower.last % REPORT_EVERY === 0) tell({ sink: follower.first, last: follower.last });
	}
}

async function host({ clients: count, seed, ...options }) {
	const failed = (error) => tell({ violation: error?.stack ?? String(error) });
	process.on("uncaughtException", failed);
	process.on("unhandledRejection", failed);
	const clients = new Clients({ ...options, random: randomFrom(seed), tell });
	// Before anything is awaited: a host that has just begun may be told to stop at once.
	const stop = () => clients.stop();
	if (isMainThread) process.on("message", stop);
	else parentPort.once("message", stop);
	const sink = new Pull();
	await sink.bind(options.sink);
	const draining = drain(sink);
	await clients.run(count);
	sink.close();
	await draining;
	tell({ stopped: true });
	// A listener holds the process or the thread.
	if (isMainThread) process.disconnect();
	else parentPort.close();
}

if (isMainThread) {
	process.once("message", (options) => {
		process.once("disconnect", () => process.exit());
		host(options);
	});
} else {
	host(workerData);
}
