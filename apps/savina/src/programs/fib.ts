/**
 * Fibonacci: an actor for every number of the recursion, each of which spawns two, adds what they report and ends. The topmost
 * of them share the threads.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { program } from "../program.ts";

/** Actors above this depth spawn one of their two on the next thread. */
const SPREAD_DEPTH = 3;

interface Answer {
	readonly value: number;
	/** Actors that worked for it. */
	readonly actors: number;
}

interface ParentFace {
	report(answer: Answer): void;
}

interface Place {
	readonly depth: number;
	readonly thread: number;
	readonly threads: number;
}

export const Fibonacci = defineActor(import.meta, "Fibonacci", (ctx, parent: ActorRef<ParentFace>, place: Place) => {
	const self = ctx.self as ActorRef<ParentFace>;
	let waiting = 2;
	let value = 0;
	let actors = 1;
	const finish = (answer: Answer): void => {
		parent.tell.report(answer);
		ctx.stop();
	};
	const spawnOne = async (n: number, thread: number): Promise<void> => {
		const below = { depth: place.depth + 1, thread, threads: place.threads };
		const child = await ctx.spawn(Fibonacci, { args: [self, below], ...(thread === place.thread ? {} : { thread }) });
		child.tell.compute(n);
	};
	return {
		async compute(n: number): Promise<void> {
			if (n <= 2) {
				finish({ value: 1, actors });
				return;
			}
			const other = place.depth < SPREAD_DEPTH ? (place.thread + 1) % place.threads : place.thread;
			await spawnOne(n - 1, place.thread);
			await spawnOne(n - 2, other);
		},
		report(answer: Answer): void {
			value += answer.value;
			actors += answer.actors;
			waiting -= 1;
			if (waiting === 0) finish({ value, actors });
		},
	};
});

export const fib = program({
	name: "fib",
	title: "Fibonacci",
	stresses: "a tree of many short-lived actors",
	sizes: { full: { n: 25 }, small: { n: 10 } },
	async run(stage, { n }) {
		const outcome = await stage.outcome<Answer>(1);
		const top = await stage.spawn(Fibonacci, 0, outcome, { depth: 0, thread: 0, threads: stage.threads });
		top.tell.compute(n);
		const [answer] = await outcome.ask.all();
		return { value: answer?.value ?? 0, actors: answer?.actors ?? 0 };
	},
	check(result, { n }) {
		let [value, next] = [1, 1];
		for (let step = 1; step < n; step++) [value, next] = [next, value + next];
		// Each leaf counts 1, and a binary tree has one node less than twice its leaves.
		assert.deepEqual(result, { value, actors: 2 * value - 1 });
	},
});
