/**
 * A subscriber with very many topics in this thread, its publisher in another, over tcp: topics added a second, from the first
 * `subscribe` until a message of the last topic arrives; then messages a second, to topics picked at random, published and received.
 *
 * Neither side has a high-water mark here: libzmq loses subscriptions beyond that of the subscriber's sending side, which has no name
 * in npm zeromq.
 */
import { printFigure } from "./figure.ts";
import { loadLibrary } from "./library.ts";
import type { MatchOrder, SubscriptionsOrder } from "./orders.ts";
import { BenchThread } from "./thread.ts";
import { topicOf } from "./topic.ts";

/** Topics of one subscribe call. */
const TOPICS_AT_ONCE = 1000;
/** The number of the option in zmq.h. */
const ZMQ_SNDHWM = 23;

await printFigure<SubscriptionsOrder>(async ({ library, topics, messages, figure }) => {
	const { Subscriber } = await loadLibrary(library);
	const thread = new BenchThread("./publisher-thread.js", { library, topics, messages } satisfies MatchOrder);
	const subscriber = new Subscriber({ receiveHighWaterMark: 0 });
	subscriber.setInt32Option?.(ZMQ_SNDHWM, 0);
	subscriber.connect(await thread.hear<string>());
	// The connection is there before the clock starts.
	subscriber.subscribe("ready");
	await subscriber.receive();
	const lists: string[][] = [];
	for (let first = 0; first < topics; first += TOPICS_AT_ONCE)
		lists.push(Array.from({ length: Math.min(TOPICS_AT_ONCE, topics - first) }, (_, index) => topicOf(first + index)));
	const added = performance.now();
	for (const list of lists) subscriber.subscribe(...list);
	subscriber.subscribe("last");
	let milliseconds = 0;
	let seen = 0;
	let matching = 0;
	for await (const [frame] of subscriber) {
		if (frame === undefined || frame.length === "ready".length) continue;
		if (frame.length === "last".length) {
			if (milliseconds === 0) {
				milliseconds = performance.now() - added;
				thread.worker.postMessage("match");
			}
			continue;
		}
		if (seen === 0) matching = performance.now();
		seen += 1;
		if (seen === messages) break;
	}
	const rate = figure === "add" ? (topics / milliseconds) * 1000 : (messages / (performance.now() - matching)) * 1000;
	await thread.end();
	subscriber.close();
	return rate;
});
