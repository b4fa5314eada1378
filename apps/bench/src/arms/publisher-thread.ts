/**
 * The publisher of the subscription rows: calls "ready" and "last" until told that the last topic is there, then publishes to topics
 * picked at random, all of which the subscriber has.
 */
import { setTimeout as pause } from "node:timers/promises";
import { loadLibrary } from "./library.ts";
import type { MatchOrder } from "./orders.ts";
import { Started } from "./thread.ts";
import { topicOf } from "./topic.ts";

/** How often the words are called, ms: also how exact the time of adding is. */
const CALL_MS = 1;

const started = new Started<MatchOrder>();
const { library, topics, messages } = started.order;
const { Publisher } = await loadLibrary(library);
const publisher = new Publisher({ sendHighWaterMark: 0 });
let matching = false;
started.port.on("message", (message) => {
	if (message === "match") matching = true;
});
started.onEnd(() => publisher.close());
await publisher.bind("tcp://127.0.0.1:*");
started.say(publisher.lastEndpoint);
const contents = Array.from({ length: messages }, (_, index) => Buffer.from(`${topicOf((index * 7_919) % topics)} 64 bytes of a price`));
while (!matching) {
	await publisher.send("ready");
	await publisher.send("last");
	await pause(CALL_MS);
}
for (const content of contents) await publisher.send(content);
