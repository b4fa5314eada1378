/**
 * The worker thread of every benchmark row: connects, then counts what arrives or sends it back.
 *
 * The clock of a throughput run starts at the first message received, so that connecting is not part of it.
 */
import { parentPort, workerData } from "node:worker_threads";
import { loadLibrary } from "./arms.ts";
import { END, type WorkerOrder } from "./order.ts";

if (parentPort === null) throw new Error("worker.js is started by the benchmarks, not by hand");
const port = parentPort;
const order = workerData as WorkerOrder;

function countByPort(): void {
	let seen = 0;
	let started = 0;
	port.on("message", (message) => {
		if (message === END) return port.close();
		seen += 1;
		if (seen === 1) started = performance.now();
		if (seen === order.messages) port.postMessage({ report: { messages: seen - 1, milliseconds: performance.now() - started } });
	});
	port.postMessage({ ready: true });
}

function echoByPort(): void {
	let left = order.messages;
	port.on("message", (message) => {
		if (message === END) return port.close();
		port.postMessage(message);
		left -= 1;
		if (left === 0) port.postMessage({ report: {} });
	});
	port.postMessage({ ready: true });
}

/** Not earlier: closing here could cut off the last echo. */
function closeAtEnd(socket: { close(): void }): void {
	port.once("message", () => {
		socket.close();
		port.close();
	});
}

async function countBySocket(): Promise<void> {
	const { Pull } = await loadLibrary(order.arm);
	const pull = new Pull();
	pull.connect(order.endpoint);
	port.postMessage({ ready: true });
	let seen = 0;
	let started = 0;
	for await (const [frame] of pull) {
		if (frame === undefined) throw new Error("a message without a frame");
		seen += 1;
		if (seen === 1) started = performance.now();
		if (seen === order.messages) break;
	}
	port.postMessage({ report: { messages: seen - 1, milliseconds: performance.now() - started } });
	closeAtEnd(pull);
}

async function echoBySocket(): Promise<void> {
	const { Pair } = await loadLibrary(order.arm);
	const pair = new Pair();
	pair.connect(order.endpoint);
	port.postMessage({ ready: true });
	for (let left = order.messages; left > 0; left--) {
		const [frame] = await pair.receive();
		await pair.send(frame as Uint8Array);
	}
	port.postMessage({ report: {} });
	closeAtEnd(pair);
}

if (order.arm === "MessagePort") {
	if (order.task === "count") countByPort();
	else echoByPort();
} else {
	void (order.task === "count" ? countBySocket() : echoBySocket());
}
