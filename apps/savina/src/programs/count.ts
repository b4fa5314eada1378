/**
 * Counting: a producer tells a counter N times, then asks for the count.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { program } from "../program.ts";

/** After so many messages the producer waits until they are accepted. */
const BATCH = 256;

interface CounterFace {
	increment(): void;
	count(): number;
}

export const Counter = defineActor(import.meta, "Counter", (): CounterFace => {
	let count = 0;
	return {
		increment() {
			count += 1;
		},
		count: () => count,
	};
});

export const Producer = defineActor(import.meta, "Producer", (_ctx, counter: ActorRef<CounterFace>) => ({
	async produce(messages: number) {
		for (let sent = 1; sent <= messages; sent++) {
			const accepted = counter.tell.increment();
			if (sent % BATCH === 0) await accepted;
		}
		return counter.ask.count();
	},
}));

export const count = program({
	name: "count",
	title: "Counting",
	stresses: "one-way messages into one mailbox",
	sizes: { full: { messages: 1_000_000 }, small: { messages: 5000 } },
	async run(stage, { messages }) {
		const counter = await stage.spawn(Counter, 1);
		const producer = await stage.spawn(Producer, 0, counter);
		return { count: await producer.ask.produce(messages) };
	},
	check({ count }, { messages }) {
		assert.equal(count, messages);
	},
});
