/**
 * Throughput of one arm: the main thread sends with `await send`, a worker thread receives with `for await`.
 */
import { freshEndpoint, loadLibrary, ready, type TransportName, withWorker } from "./arms.ts";
import type { ArmName, CountReport } from "./order.ts";

export interface ThroughputCase {
	arm: ArmName;
	transport: TransportName;
	sizeBytes: number;
	messages: number;
}

/** Runs one case; returns messages a second. */
export async function throughput({ arm, transport, sizeBytes, messages }: ThroughputCase): Promise<number> {
	const payload = Buffer.alloc(sizeBytes, 7);
	const order = { arm, task: "count", messages } as const;
	let report: CountReport;
	if (arm === "MessagePort") {
		report = await withWorker<CountReport>({ ...order, endpoint: "" }, async (worker) => {
			await ready(worker);
			for (let i = 0; i < messages; i++) worker.postMessage(payload);
		});
	} else {
		const { Push } = await loadLibrary(arm);
		const push = new Push();
		await push.bind(freshEndpoint(transport));
		report = await withWorker<CountReport>({ ...order, endpoint: push.lastEndpoint ?? "" }, async (worker) => {
			await ready(worker);
			for (let i = 0; i < messages; i++) await push.send(payload);
		});
		push.close();
	}
	return (report.messages / report.milliseconds) * 1000;
}
