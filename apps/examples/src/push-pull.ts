/**
 * Raw sockets between threads: a worker that merely imports the package is in the same inproc namespace as its parent.
 * Nothing is passed to it, and bind and connect may come in any order.
 */
import { isMainThread, Worker } from "node:worker_threads";
import { Pull, Push } from "@zloom/core";

if (isMainThread) {
	const workers = [1, 2].map(() => new Worker(new URL(import.meta.url)));
	const tasks = new Push();
	const results = new Pull();
	await tasks.bind("inproc://tasks");
	await results.bind("inproc://results");
	for (let n = 1; n <= 100; n++) await tasks.send(String(n)); // waits when the workers are slower than this loop
	let sum = 0;
	for (let n = 1; n <= 100; n++) {
		const [square] = await results.receive();
		sum += Number(square);
	}
	console.log(`sum of the squares from 1 to 100: ${sum}`);
	await Promise.all(workers.map((worker) => worker.terminate()));
	tasks.close();
	results.close();
} else {
	const tasks = new Pull();
	const results = new Push();
	tasks.connect("inproc://tasks");
	results.connect("inproc://results");
	for await (const [n] of tasks) await results.send(String(Number(n) ** 2));
}
