/**
 * One publisher in this thread, many subscribers in another, over tcp: messages delivered a second, counted at the subscribers.
 *
 * Neither side has a high-water mark here, because a publisher loses what goes beyond it: what is published arrives at every
 * subscriber, and the clock runs from the first send until the last message is there. One burst warms up, one is timed.
 */
import { setTimeout as pause } from "node:timers/promises";
import { printFigure } from "./figure.ts";
import { loadLibrary } from "./library.ts";
import type { FanOutOrder, SubscribersOrder } from "./orders.ts";
import { BenchThread } from "./thread.ts";

/** How often the publisher calls until every subscriber hears it, ms. */
const CALL_MS = 2;
const NOTHING = Buffer.alloc(1);

await printFigure<FanOutOrder>(async ({ library, subscribers, messages, bytes }) => {
	const { Publisher } = await loadLibrary(library);
	const publisher = new Publisher({ sendHighWaterMark: 0 });
	await publisher.bind("tcp://127.0.0.1:*");
	const order: SubscribersOrder = { library, endpoint: publisher.lastEndpoint ?? "", subscribers, messages };
	const thread = new BenchThread("./subscribers-thread.js", order);
	let heard = false;
	const all = thread.hear().then(() => {
		heard = true;
	});
	while (!heard) {
		await publisher.send(NOTHING);
		await pause(CALL_MS);
	}
	await all;
	const payload = Buffer.alloc(bytes, 7);
	let milliseconds = 0;
	for (let burst = 0; burst < 2; burst++) {
		const started = performance.now();
		for (let sent = 0; sent < messages; sent++) await publisher.send(payload);
		await thread.hear();
		milliseconds = performance.now() - started;
	}
	await thread.end();
	publisher.close();
	return ((messages * subscribers) / milliseconds) * 1000;
});
