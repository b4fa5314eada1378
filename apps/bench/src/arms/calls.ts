/**
 * Calls to a function on another thread and back: an ask of an actor beside `piscina.run` and a comlink call.
 *
 * One worker thread each, the same small object, the same answer. One at a time, or many under way, as a server does. A tenth as many
 * calls come first and are not counted.
 */
import { Worker } from "node:worker_threads";
import { createSystem } from "@zloom/runtime";
import { type Remote, releaseProxy, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { Piscina } from "piscina";
import { median } from "../median.ts";
import { Echo } from "./actor-echo.ts";
import { printFigure } from "./figure.ts";
import type { CallsOrder } from "./orders.ts";
import type echo from "./piscina-echo.ts";

type Value = Parameters<typeof echo>[0];

interface Callee {
	call(value: Value): Promise<Value>;
	stop(): Promise<unknown>;
}

async function start(name: CallsOrder["callee"]): Promise<Callee> {
	if (name === "zloom") {
		const system = await createSystem({ threads: 1 });
		const ref = await system.spawn(Echo, { thread: 0 });
		return { call: (value) => ref.ask.echo(value), stop: () => system.stop() };
	}
	if (name === "piscina") {
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

async function oneAtATime(callee: Callee, calls: number): Promise<number[]> {
	const samples: number[] = [];
	for (let id = 0; id < calls; id++) {
		const started = performance.now();
		await callee.call({ id, text: "to be or not to be" });
		samples.push(performance.now() - started);
	}
	return samples;
}

/** Calls a second with `inFlight` of them under way. */
async function manyAtATime(callee: Callee, calls: number, inFlight: number): Promise<number> {
	const started = performance.now();
	let next = 0;
	const caller = async (): Promise<void> => {
		while (next < calls) {
			next += 1;
			await callee.call({ id: next, text: "to be or not to be" });
		}
	};
	await Promise.all(Array.from({ length: inFlight }, caller));
	return (calls / (performance.now() - started)) * 1000;
}

await printFigure<CallsOrder>(async ({ callee: name, calls, inFlight }) => {
	const callee = await start(name);
	await oneAtATime(callee, Math.ceil(calls / 10));
	const figure = inFlight === 1 ? median(await oneAtATime(callee, calls)) * 1000 : await manyAtATime(callee, calls, inFlight);
	await callee.stop();
	return figure;
});
