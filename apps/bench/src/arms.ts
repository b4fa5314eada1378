/**
 * The peers that a benchmark row puts side by side, behind one small face: a sender in the main thread and a worker
 * thread that counts, or echoes.
 *
 * zloom and npm zeromq share the class names, so one code path drives both: only the module differs. MessagePort is what
 * Node brings itself; it has no transport, so its figure stands beside every row as the floor to beat.
 */
import { once } from "node:events";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { type ArmName, END, type WorkerOrder } from "./order.ts";

export type TransportName = "inproc" | "tcp";

/** The part of the socket face that both libraries have. */
export interface BenchSocket {
	bind(endpoint: string): Promise<void>;
	connect(endpoint: string): void;
	send(content: Uint8Array): Promise<void>;
	receive(): Promise<Uint8Array[]>;
	close(): void;
	readonly lastEndpoint: string | null;
	[Symbol.asyncIterator](): AsyncIterator<Uint8Array[]>;
}

export interface BenchLibrary {
	Push: new () => Pick<BenchSocket, "bind" | "connect" | "send" | "close" | "lastEndpoint">;
	Pull: new () => Omit<BenchSocket, "send">;
	Pair: new () => BenchSocket;
}

/** Loads a library by the name of its arm. */
export async function loadLibrary(arm: ArmName): Promise<BenchLibrary> {
	if (arm === "zloom") return (await import("@zloom/core")) as unknown as BenchLibrary;
	if (arm === "zeromq") return createRequire(import.meta.url)("zeromq") as BenchLibrary;
	throw new Error(`${arm} is not a socket library`);
}

let endpointCount = 0;

/** A fresh endpoint to bind, so that no run meets the remains of another. */
export function freshEndpoint(transport: TransportName): string {
	endpointCount += 1;
	return transport === "inproc" ? `inproc://bench-${process.pid}-${endpointCount}` : "tcp://127.0.0.1:*";
}

/** Starts a worker on an order, runs `drive` in this thread, and returns what the worker reports at the end. */
export async function withWorker<Report>(order: WorkerOrder, drive: (worker: Worker) => Promise<void>): Promise<Report> {
	const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: order });
	const report = new Promise<Report>((resolve, reject) => {
		worker.on("message", (message: { report?: Report }) => {
			if (message.report !== undefined) resolve(message.report);
		});
		worker.on("error", reject);
	});
	await drive(worker);
	const result = await report;
	// It closes its socket and ends by itself: terminating a thread that holds a native socket can abort the process.
	const exited = once(worker, "exit");
	worker.postMessage(END);
	await exited;
	return result;
}

/** Settles when the worker says that it is ready. */
export async function ready(worker: Worker): Promise<void> {
	const [message] = (await once(worker, "message")) as [{ ready?: boolean }];
	if (message.ready !== true) throw new Error("the worker reported before it was ready");
}
