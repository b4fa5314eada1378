/**
 * The median round trip of one message to another thread and back, in microseconds: one at a time, by sockets or by a MessagePort.
 *
 * Hot: each trip begins when the last one ends. Parked: a pause before each, long enough that both threads sleep. Hot trips come
 * first and are not counted.
 */
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { median } from "../median.ts";
import { printFigure } from "./figure.ts";
import { loadLibrary } from "./library.ts";
import type { EchoOrder, RoundTripOrder } from "./orders.ts";
import { BenchThread } from "./thread.ts";

async function sample({ roundTrips, pauseMs, warmUp }: RoundTripOrder, trip: () => Promise<unknown>): Promise<number> {
	const samples: number[] = [];
	for (let done = 0; done < roundTrips + warmUp; done++) {
		if (pauseMs > 0 && done >= warmUp) await pause(pauseMs);
		const started = performance.now();
		await trip();
		if (done >= warmUp) samples.push(performance.now() - started);
	}
	return median(samples) * 1000;
}

await printFigure<RoundTripOrder>(async (order) => {
	const { library, sockets, bytes, warmUp } = order;
	const payload = Buffer.alloc(bytes, 7);
	const echo = { library, sockets, roundTrips: order.roundTrips + warmUp };
	const start = async (endpoint: string): Promise<BenchThread> => {
		const thread = new BenchThread("./echo-thread.js", { ...echo, endpoint } satisfies EchoOrder);
		await thread.hear();
		return thread;
	};
	if (library === "MessagePort") {
		const thread = await start("");
		const figure = await sample(order, () => {
			thread.worker.postMessage(payload);
			return once(thread.worker, "message");
		});
		await thread.end();
		return figure;
	}
	const classes = await loadLibrary(library);
	const socket = sockets === "pair" ? new classes.Pair() : new classes.Request();
	await socket.bind(order.endpoint);
	const thread = await start(socket.lastEndpoint ?? "");
	const figure = await sample(order, async () => {
		await socket.send(payload);
		await socket.receive();
	});
	await thread.end();
	socket.close();
	return figure;
});
