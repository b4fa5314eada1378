/**
 * Sorted linked list: workers add, look up and ask for the size, through the actor that has the list. Each request costs a walk.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";
import { type Random, randomOf } from "../random.ts";

interface ListFace {
	add(value: number): void;
	contains(value: number): boolean;
	size(): number;
	/** How many neighbours are in order, and the sum of all. */
	audit(): { inOrder: number; sum: number };
}

interface Item {
	readonly value: number;
	next: Item | undefined;
}

type Kind = "add" | "size" | "contains";

export const SortedList = defineActor(import.meta, "SortedList", (): ListFace => {
	const head: Item = { value: -1, next: undefined };
	let size = 0;
	/** The last item that is below the value. */
	const before = (value: number): Item => {
		let item = head;
		while (item.next !== undefined && item.next.value < value) item = item.next;
		return item;
	};
	return {
		add(value) {
			const place = before(value);
			place.next = { value, next: place.next };
			size += 1;
		},
		contains: (value) => before(value).next?.value === value,
		size: () => size,
		audit() {
			let inOrder = 0;
			let sum = 0;
			for (let item = head; item.next !== undefined; item = item.next) {
				if (item.value <= item.next.value) inOrder += 1;
				sum += item.next.value;
			}
			return { inOrder, sum };
		},
	};
});

function nextRequest(random: Random, writePercent: number, sizePercent: number, limit: number): { kind: Kind; value: number } {
	const percent = random.below(100);
	const kind = percent < writePercent ? "add" : percent < writePercent + sizePercent ? "size" : "contains";
	return { kind, value: random.below(limit) };
}

interface Shape {
	readonly requests: number;
	readonly writePercent: number;
	readonly sizePercent: number;
	readonly limit: number;
}

export const Worker = defineActor(
	import.meta,
	"Worker",
	(_ctx, number: number, list: ActorRef<ListFace>, outcome: ActorRef<OutcomeFace<number>>) => ({
		async work({ requests, writePercent, sizePercent, limit }: Shape) {
			const random = randomOf(number);
			for (let done = 0; done < requests; done++) {
				const { kind, value } = nextRequest(random, writePercent, sizePercent, limit);
				if (kind === "add") await list.ask.add(value);
				else if (kind === "size") await list.ask.size();
				else await list.ask.contains(value);
			}
			outcome.tell.report(requests);
		},
	}),
);

export const concsll = program({
	name: "concsll",
	title: "Sorted linked list",
	stresses: "requests through one actor, each with work that grows",
	sizes: {
		full: { workers: 20, requests: 8000, writePercent: 10, sizePercent: 1, limit: 524_287 },
		small: { workers: 4, requests: 100, writePercent: 10, sizePercent: 1, limit: 524_287 },
	},
	async run(stage, { workers, ...shape }) {
		const outcome = await stage.outcome<number>(workers);
		const list = await stage.spawn(SortedList, 0);
		const all = await stage.spawnAll(
			Worker,
			workers,
			(index) => index,
			(index) => [index, list, outcome],
		);
		for (const worker of all) worker.tell.work(shape);
		const reports = await outcome.ask.all();
		const { inOrder, sum } = await list.ask.audit();
		return { requests: reports.reduce((total, count) => total + count, 0), size: await list.ask.size(), inOrder, sum };
	},
	check(result, { workers, requests, writePercent, sizePercent, limit }) {
		let size = 0;
		let sum = 0;
		for (let worker = 0; worker < workers; worker++) {
			const random = randomOf(worker);
			for (let done = 0; done < requests; done++) {
				const { kind, value } = nextRequest(random, writePercent, sizePercent, limit);
				if (kind !== "add") continue;
				size += 1;
				sum += value;
			}
		}
		assert.deepEqual(result, { requests: workers * requests, size, inOrder: size, sum });
	},
});
