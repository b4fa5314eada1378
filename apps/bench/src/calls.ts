/**
 * Calls to a function on another thread and back: an ask of an actor beside `piscina.run` and a comlink call.
 *
 * One worker thread each, the same small object, the same answer. `round trip` is one call at a time; `in flight` keeps
 * many under way, as a server does.
 */
import { Worker } from "node:worker_threads";
import { createSystem } from "@zloom/runtime";
import { type Remote, releaseProxy, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { Piscina } from "piscina";
import { Echo } from "./actor-echo.ts";
import { median } from "./median.ts";
import type echo from "./piscina-echo.ts";

export type CallArm = "zloom" | "piscina" | "comlink";

type Value = Parameters<typeof echo>[0];

interface Callee {
	call(value: Value): Promise<Value>;
	stop(): Promise<unknown>;
}

async function start(arm: CallArm): Promise<Callee> {
	if (arm === "zloom") {
		const system = await createSystem({ threads: 1 });
		const ref = await system.spawn(Echo, { thread: 0 });
		return { call: (value) => ref.ask.echo(value), stop: () => system.stop() };
	}
	if (arm === "piscina") {
		const filename = new URL("./piscina-echo.js", import.meta.url).href;
		const pool = new Piscina({ filename, minThreads: 1, maxThreads: 1, maxQueue: Number.POSITIVE_INFINITY });
		return { call: (value) => pool.run(value), stop: () => pool.destroy() };
	}
	const worker = new Worker(new URL("./comlink-echo.js", import.meta.url));
	const remote = wrap<typeof echo>(nodeEndpoint(worker)) as Remote<typeof echo>;
	return {
		call: (value) => remote(value) as Promise<Value>,
		stop: () => {
			remote[releaseProxy]();
			return worker.terminate();
		},
	};
}

function value(id: number): Value {
	return { id, text: "to be or not to be" };
}

/** Median microseconds of one call at a time. */
export async function callRoundTrip(arm: CallArm, calls: number): Promise<number> {
	const callee = await start(arm);
	await callee.call(value(0));
	const samples: number[] = [];
	for (let i = 0; i < calls; i++) {
		const started = performance.now();
		await callee.call(value(i));
		samples.push(performance.now() - started);
	}
	await callee.stop();
	return median(samples) * 1000;
}

/** Calls a second with `inFlight` of them under way. */
export async function callsInFlight(arm: CallArm, calls: number, inFlight: number): Promise<number> {
	const callee = await start(arm);
	await callee.call(value(0));
	const started = performance.now();
	let next = 0;
	const lanes = Array.from({ length: inFlight }, async () => {
		while (next < calls) {
			next += 1;
			await callee.call(value(next));
		}
	});
	await Promise.all(lanes);
	const milliseconds = performance.now() - started;
	await callee.stop();
	return (calls / milliseconds) * 1000;
}
