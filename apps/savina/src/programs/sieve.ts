/**
 * Sieve: numbers go through a line of filters, each of which holds the next M primes; the last one creates its successor when it is full.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";

interface FilterFace {
	candidate(value: number): Promise<void>;
	/** The last filter reports what all have found. */
	end(primes: number, sum: number): void;
}

interface Report {
	readonly primes: number;
	readonly sum: number;
}

interface Place {
	readonly thread: number;
	readonly threads: number;
	readonly capacity: number;
}

export const Filter = defineActor(import.meta, "Filter", (ctx, place: Place, outcome: ActorRef<OutcomeFace<Report>>): FilterFace => {
	const primes: number[] = [];
	let next: ActorRef<FilterFace> | undefined;
	return {
		async candidate(value) {
			for (const prime of primes) {
				if (prime * prime > value) break;
				if (value % prime === 0) return;
			}
			if (primes.length < place.capacity) {
				primes.push(value);
				return;
			}
			if (next === undefined) {
				const thread = (place.thread + 1) % place.threads;
				next = (await ctx.spawn(Filter, { args: [{ ...place, thread }, outcome], thread })) as ActorRef<FilterFace>;
			}
			await next.tell.candidate(value);
		},
		end(count, sum) {
			const found = { primes: count + primes.length, sum: primes.reduce((total, prime) => total + prime, sum) };
			if (next === undefined) outcome.tell.report(found);
			else next.tell.end(found.primes, found.sum);
		},
	};
});

export const Candidates = defineActor(import.meta, "Candidates", (_ctx, first: ActorRef<FilterFace>) => ({
	async send(limit: number) {
		await first.tell.candidate(2);
		for (let value = 3; value < limit; value += 2) await first.tell.candidate(value);
		first.tell.end(0, 0);
	},
}));

export const sieve = program({
	name: "sieve",
	title: "Sieve of Eratosthenes",
	stresses: "a line of actors that grows",
	sizes: { full: { limit: 100_000, capacity: 1000 }, small: { limit: 2000, capacity: 50 } },
	async run(stage, { limit, capacity }) {
		const outcome = await stage.outcome<Report>(1);
		const first = await stage.spawn(Filter, 0, { thread: 0, threads: stage.threads, capacity }, outcome);
		const candidates = await stage.spawn(Candidates, 0, first);
		candidates.tell.send(limit);
		const [report] = await outcome.ask.all();
		return { primes: report?.primes ?? 0, sum: report?.sum ?? 0 };
	},
	check(result, { limit }) {
		const composite = new Uint8Array(limit);
		let primes = 0;
		let sum = 0;
		for (let value = 2; value < limit; value++) {
			if (composite[value] === 1) continue;
			primes += 1;
			sum += value;
			for (let multiple = value * 2; multiple < limit; multiple += value) composite[multiple] = 1;
		}
		assert.deepEqual(result, { primes, sum });
	},
});
