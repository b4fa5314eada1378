/**
 * Quicksort: an actor sorts a list by giving what is below and above the pivot to two actors that it spawns; short lists are sorted
 * in place. Values have 60 bits, so lists are BigInt64Array.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";
import { Random } from "../random.ts";

const SEED = 1024;

interface ParentFace {
	sorted(values: BigInt64Array, side: number): void;
}

interface Place {
	readonly depth: number;
	readonly side: number;
	readonly thread: number;
	readonly threads: number;
}

const LESS = 0;
const GREATER = 1;

function randomValues(count: number): BigInt64Array {
	const random = new Random(SEED);
	return BigInt64Array.from({ length: count }, () => random.next60());
}

/** Below, equal to and above the value in the middle. */
function partition(values: BigInt64Array): { less: BigInt64Array; equal: BigInt64Array; greater: BigInt64Array } {
	const pivot = values[values.length >> 1] as bigint;
	return {
		less: values.filter((value) => value < pivot),
		equal: values.filter((value) => value === pivot),
		greater: values.filter((value) => value > pivot),
	};
}

export const Sorter = defineActor(import.meta, "Sorter", (ctx, parent: ActorRef<ParentFace>, place: Place, sequential: number) => {
	const self = ctx.self as ActorRef<ParentFace>;
	const parts: BigInt64Array[] = [];
	let equal = new BigInt64Array(0);
	let waiting = 2;
	const finish = (values: BigInt64Array): void => {
		parent.tell.sorted(values, place.side);
		ctx.stop();
	};
	const sortPart = async (values: BigInt64Array, side: number): Promise<void> => {
		const thread = place.depth === 0 && side === GREATER ? (place.thread + 1) % place.threads : place.thread;
		const below = { ...place, depth: place.depth + 1, side, thread };
		const args: [ActorRef<ParentFace>, Place, number] = [self, below, sequential];
		const child = await ctx.spawn(Sorter, { args, ...(thread === place.thread ? {} : { thread }) });
		child.tell.sort(values);
	};
	return {
		async sort(values: BigInt64Array): Promise<void> {
			if (values.length < sequential) {
				finish(values.slice().sort());
				return;
			}
			const cut = partition(values);
			equal = cut.equal as BigInt64Array<ArrayBuffer>;
			await sortPart(cut.less, LESS);
			await sortPart(cut.greater, GREATER);
		},
		sorted(values: BigInt64Array, side: number): void {
			parts[side] = values;
			waiting -= 1;
			if (waiting > 0) return;
			const [less = new BigInt64Array(0), greater = new BigInt64Array(0)] = parts;
			const all = new BigInt64Array(less.length + equal.length + greater.length);
			all.set(less);
			all.set(equal, less.length);
			all.set(greater, less.length + equal.length);
			finish(all);
		},
	};
});

/** Hands the sorted list over as what the outcome takes. */
export const Receiver = defineActor(
	import.meta,
	"Receiver",
	(_ctx, outcome: ActorRef<OutcomeFace<BigInt64Array>>): ParentFace => ({
		sorted(values) {
			outcome.tell.report(values);
		},
	}),
);

/** A sum in which every place counts differently, modulo 2^64. */
function weighted(values: BigInt64Array): bigint {
	let sum = 0n;
	for (const [index, value] of values.entries()) sum = BigInt.asUintN(64, sum + value * BigInt(index + 1));
	return sum;
}

export const quicksort = program({
	name: "quicksort",
	title: "Quicksort",
	stresses: "actors that split their work, and copied lists",
	sizes: { full: { values: 1_000_000, sequential: 2048 }, small: { values: 3000, sequential: 100 } },
	async run(stage, { values, sequential }) {
		const outcome = await stage.outcome<BigInt64Array>(1);
		const receiver = await stage.spawn(Receiver, 0, outcome);
		const sorter = await stage.spawn(Sorter, 0, receiver, { depth: 0, side: LESS, thread: 0, threads: stage.threads }, sequential);
		sorter.tell.sort(randomValues(values));
		const [sorted = new BigInt64Array(0)] = await outcome.ask.all();
		return { count: sorted.length, weighted: weighted(sorted) };
	},
	check(result, { values }) {
		assert.deepEqual(result, { count: values, weighted: weighted(randomValues(values).sort()) });
	},
});
