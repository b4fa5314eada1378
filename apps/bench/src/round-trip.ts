/**
 * Round trip of one arm: the main thread sends one message, a worker thread echoes it, and so on, one at a time.
 */
import { once } from "node:events";
import { freshEndpoint, loadLibrary, ready, type TransportName, withWorker } from "./arms.ts";
import { median } from "./median.ts";
import type { ArmName } from "./order.ts";

export interface RoundTripCase {
	arm: ArmName;
	transport: TransportName;
	sizeBytes: number;
	/** Round trips measured. */
	messages: number;
}

/** Runs one case; returns the median round trip in microseconds. */
export async function roundTrip({ arm, transport, sizeBytes, messages }: RoundTripCase): Promise<number> {
	const payload = Buffer.alloc(sizeBytes, 7);
	const order = { arm, task: "echo", messages } as const;
	const samples: number[] = [];
	if (arm === "MessagePort") {
		await withWorker({ ...order, endpoint: "" }, async (worker) => {
			await ready(worker);
			for (let i = 0; i < messages; i++) {
				const started = performance.now();
				worker.postMessage(payload);
				await once(worker, "message");
				samples.push(performance.now() - started);
			}
		});
	} else {
		const { Pair } = await loadLibrary(arm);
		const pair = new Pair();
		await pair.bind(freshEndpoint(transport));
		await withWorker({ ...order, endpoint: pair.lastEndpoint ?? "" }, async (worker) => {
			await ready(worker);
			for (let i = 0; i < messages; i++) {
				const started = performance.now();
				await pair.send(payload);
				await pair.receive();
				samples.push(performance.now() - started);
			}
		});
		pair.close();
	}
	return median(samples) * 1000;
}
