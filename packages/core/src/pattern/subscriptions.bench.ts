/**
 * A million topics: time to add, match and remove, and memory per topic.
 *
 * node --expose-gc --import tsx packages/core/src/pattern/subscriptions.bench.ts
 */
import { randomBytes } from "node:crypto";
import { Subscriber, Subscriptions } from "./subscriptions.ts";

const TOPICS = 1_000_000;
const MESSAGES = 100_000;
const KINDS: Readonly<Record<string, (index: number) => Buffer>> = {
	"20 random bytes": () => randomBytes(20),
	"market/123/instrument/4567": (index) => Buffer.from(`market/${index % 1000}/instrument/${index}`),
};

function heapBytes(): number {
	globalThis.gc?.();
	const { heapUsed, arrayBuffers } = process.memoryUsage();
	return heapUsed + arrayBuffers;
}

/** ns for each of `count`, in time of the processor: a busy machine says the same. */
function timed(count: number, work: () => void): number {
	const start = process.cpuUsage();
	work();
	return Math.round((process.cpuUsage(start).user / count) * 1e3);
}

for (const [kind, topicOf] of Object.entries(KINDS)) {
	const topics = Array.from({ length: TOPICS }, (_, index) => topicOf(index));
	const messages = topics.slice(0, MESSAGES).map((topic) => Buffer.concat([topic, Buffer.from(" and more")]));
	const strangers = Array.from({ length: MESSAGES }, () => randomBytes(30));
	const tree = new Subscriptions<undefined>();
	const subscriber = new Subscriber<undefined>(undefined);
	const found: Subscriber<undefined>[] = [];
	const before = heapBytes();
	const addNs = timed(TOPICS, () => {
		for (const topic of topics) tree.add(topic, subscriber);
	});
	const bytesPerTopic = Math.round((heapBytes() - before) / TOPICS);
	const match = (list: Buffer[]) =>
		timed(list.length, () => {
			for (const message of list) tree.match(message, found);
		});
	match(messages);
	const [matchNs, strangerNs] = [match(messages), match(strangers)];
	const removeNs = timed(TOPICS, () => {
		for (const topic of topics) tree.remove(topic, subscriber);
	});
	console.log(JSON.stringify({ kind, addNs, matchNs, strangerNs, removeNs, bytesPerTopic, bytesLeft: tree.heldBytes }));
}
