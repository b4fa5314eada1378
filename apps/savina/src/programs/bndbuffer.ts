/**
 * Bounded buffer: producers and consumers, and a manager between them that holds a bounded number of items and lets whoever cannot
 * go on wait. Producing and consuming an item is work.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { element } from "../element.ts";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";
import { type Random, randomOf } from "../random.ts";

interface ProducerFace {
	produce(): void;
}

interface ConsumerFace {
	consume(item: number): void;
	close(): void;
}

interface ManagerFace {
	ready(consumer: number): void;
	item(producer: number, item: number): void;
	finished(): void;
}

interface Report {
	readonly consumed: number;
	readonly sum: number;
}

/** So many hundred logarithms; what comes out is part of the work, and of no other use. */
function work(random: Random, cost: number): number {
	let result = 0;
	for (let step = 0; step < cost * 100; step++) result += Math.log(random.next() + 1);
	return result;
}

export const Producer = defineActor(
	import.meta,
	"Producer",
	(_ctx, number: number, items: number, cost: number, manager: ActorRef<ManagerFace>): ProducerFace => {
		const random = randomOf(number);
		let produced = 0;
		return {
			produce() {
				if (produced === items) {
					manager.tell.finished();
					return;
				}
				if (work(random, cost) >= 0) manager.tell.item(number, number * items + produced);
				produced += 1;
			},
		};
	},
);

export const Consumer = defineActor(
	import.meta,
	"Consumer",
	(_ctx, number: number, cost: number, manager: ActorRef<ManagerFace>, outcome: ActorRef<OutcomeFace<Report>>): ConsumerFace => {
		const random = randomOf(number);
		let consumed = 0;
		let sum = 0;
		return {
			consume(item) {
				if (work(random, cost) >= 0) consumed += 1;
				sum += item;
				manager.tell.ready(number);
			},
			close() {
				outcome.tell.report({ consumed, sum });
			},
		};
	},
);

export const Manager = defineActor(import.meta, "Manager", (_ctx, room: number) => {
	let producers: readonly ActorRef<ProducerFace>[] = [];
	let consumers: readonly ActorRef<ConsumerFace>[] = [];
	const items: number[] = [];
	const waitingProducers: number[] = [];
	const waitingConsumers: number[] = [];
	let finished = 0;
	let most = 0;
	const closeAtEnd = (): void => {
		if (finished < producers.length || waitingConsumers.length < consumers.length) return;
		for (const consumer of consumers) consumer.tell.close();
	};
	return {
		begin(allProducers: readonly ActorRef<ProducerFace>[], allConsumers: readonly ActorRef<ConsumerFace>[]) {
			producers = allProducers;
			consumers = allConsumers;
			waitingConsumers.push(...consumers.keys());
			for (const producer of producers) producer.tell.produce();
		},
		ready(consumer: number) {
			const item = items.shift();
			if (item === undefined) waitingConsumers.push(consumer);
			else element(consumers, consumer).tell.consume(item);
			const producer = items.length < room ? waitingProducers.shift() : undefined;
			if (producer !== undefined) element(producers, producer).tell.produce();
			closeAtEnd();
		},
		item(producer: number, item: number) {
			const consumer = waitingConsumers.shift();
			if (consumer === undefined) items.push(item);
			else element(consumers, consumer).tell.consume(item);
			most = Math.max(most, items.length);
			if (items.length < room) element(producers, producer).tell.produce();
			else waitingProducers.push(producer);
		},
		finished() {
			finished += 1;
			closeAtEnd();
		},
		most: () => most,
	};
});

export const bndbuffer = program({
	name: "bndbuffer",
	title: "Bounded buffer",
	stresses: "back-pressure: producers and consumers that wait",
	sizes: {
		full: { buffer: 50, producers: 40, consumers: 40, items: 1000, produceCost: 25, consumeCost: 25 },
		small: { buffer: 6, producers: 4, consumers: 4, items: 25, produceCost: 1, consumeCost: 2 },
	},
	async run(stage, { buffer, producers, consumers, items, produceCost, consumeCost }) {
		const outcome = await stage.outcome<Report>(consumers);
		// Every producer may have one item under way when the buffer is found full.
		const manager = await stage.spawn(Manager, 0, buffer - producers);
		const byIndex = (index: number): number => index;
		const sources = await stage.spawnAll(Producer, producers, byIndex, (index) => [index, items, produceCost, manager]);
		const sinks = await stage.spawnAll(Consumer, consumers, byIndex, (index) => [index, consumeCost, manager, outcome]);
		manager.tell.begin(sources, sinks);
		const reports = await outcome.ask.all();
		const most = await manager.ask.most();
		return {
			consumed: reports.reduce((sum, { consumed }) => sum + consumed, 0),
			sum: reports.reduce((total, { sum }) => total + sum, 0),
			over: Math.max(0, most - buffer),
		};
	},
	check(result, { producers, items }) {
		const all = producers * items;
		assert.deepEqual(result, { consumed: all, sum: (all * (all - 1)) / 2, over: 0 });
	},
});
