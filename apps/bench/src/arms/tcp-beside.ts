/**
 * The median round trip of one byte over tcp to another thread and back, in microseconds, by plain sockets of Node; alone, or while the
 * same two threads answer each other by inproc without a pause. A tenth as many trips come first and are not counted.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { median } from "../median.ts";
import { printFigure } from "./figure.ts";
import { loadLibrary } from "./library.ts";
import type { TcpBesideEcho, TcpBesideOrder } from "./orders.ts";
import { BenchThread } from "./thread.ts";

/** Messages that went back and forth before tcp is looked at: the threads are hot then. */
const TRIPS_BEFORE = 5000;

/** Lets a message go to and fro without end; settles when both threads are hot. Returns what ends it. */
async function startLanes(endpoint: string): Promise<{ hot: Promise<void>; end(): void }> {
	const { Pair } = await loadLibrary("zloom");
	const pair = new Pair();
	await pair.bind(endpoint);
	let ended = false;
	const hot = new Promise<void>((resolve, reject) => {
		const goOn = async (): Promise<void> => {
			for (let trip = 0; !ended; trip++) {
				if (trip === TRIPS_BEFORE) resolve();
				await pair.send("x");
				await pair.receive();
			}
			pair.close();
		};
		goOn().catch(reject);
	});
	return {
		hot,
		end: () => {
			ended = true;
		},
	};
}

await printFigure<TcpBesideOrder>(async ({ endpoint, roundTrips, lanes }) => {
	const beside = lanes ? await startLanes(endpoint) : undefined;
	const thread = new BenchThread("./tcp-beside-thread.js", { endpoint, lanes } satisfies TcpBesideEcho);
	const socket = connect(await thread.hear<number>(), "127.0.0.1").setNoDelay(true);
	await once(socket, "connect");
	await beside?.hot;
	const warmUp = Math.ceil(roundTrips / 10);
	const samples: number[] = [];
	for (let done = 0; done < roundTrips + warmUp; done++) {
		const answer = once(socket, "data");
		const started = performance.now();
		socket.write("x");
		await answer;
		if (done >= warmUp) samples.push(performance.now() - started);
	}
	beside?.end();
	socket.destroy();
	await thread.end();
	return median(samples) * 1000;
});
