/**
 * Pi precision: workers compute the terms of a series of pi as large integers, a master adds them up until they no longer count.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { element } from "../element.ts";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";

/** Digits beyond those that are asked for, for what division cuts off. */
const GUARD_DIGITS = 10;

interface MasterFace {
	term(worker: number, value: bigint): void;
}

/** The k-th term of the series of Bailey, Borwein and Plouffe, times `scale`. */
function termOf(k: number, scale: bigint): bigint {
	const n = BigInt(8 * k);
	return (4n * scale) / (n + 1n) / 16n ** BigInt(k) - ((2n * scale) / (n + 4n) + scale / (n + 5n) + scale / (n + 6n)) / 16n ** BigInt(k);
}

export const Worker = defineActor(import.meta, "Worker", (_ctx, number: number, digits: number, master: ActorRef<MasterFace>) => {
	const scale = 10n ** BigInt(digits + GUARD_DIGITS);
	return {
		compute(k: number) {
			master.tell.term(number, termOf(k, scale));
		},
	};
});

export const Master = defineActor(import.meta, "Master", (_ctx, outcome: ActorRef<OutcomeFace<string>>) => {
	let workers: readonly ActorRef<{ compute(k: number): void }>[] = [];
	let sum = 0n;
	let next = 0;
	let busy = 0;
	let enough = false;
	const handOut = (worker: number): void => {
		element(workers, worker).tell.compute(next);
		next += 1;
		busy += 1;
	};
	return {
		begin(all: readonly ActorRef<{ compute(k: number): void }>[]) {
			workers = all;
			for (const worker of workers.keys()) handOut(worker);
		},
		term(worker: number, value: bigint) {
			busy -= 1;
			sum += value;
			if (value === 0n) enough = true;
			if (!enough) handOut(worker);
			else if (busy === 0) outcome.tell.report(String(sum));
		},
	};
});

/** arctan(1/x) times scale. */
function arctanOfInverse(x: bigint, scale: bigint): bigint {
	let power = scale / x;
	let sum = power;
	for (let n = 3n, sign = -1n; power !== 0n; n += 2n, sign = -sign) {
		power /= x * x;
		sum += (sign * power) / n;
	}
	return sum;
}

/** Pi by Machin's formula, another way than the program's. */
function machin(digits: number): string {
	const scale = 10n ** BigInt(digits + GUARD_DIGITS);
	return String(4n * (4n * arctanOfInverse(5n, scale) - arctanOfInverse(239n, scale)));
}

export const piprecision = program({
	name: "piprecision",
	title: "Pi precision",
	stresses: "a master and workers, large integers in messages",
	sizes: { full: { workers: 20, digits: 5000 }, small: { workers: 4, digits: 100 } },
	async run(stage, { workers, digits }) {
		const outcome = await stage.outcome<string>(1);
		const master = await stage.spawn(Master, 0, outcome);
		const all = await stage.spawnAll(
			Worker,
			workers,
			(index) => index,
			(index) => [index, digits, master],
		);
		master.tell.begin(all);
		const [pi = ""] = await outcome.ask.all();
		return { digits: pi.slice(0, digits) };
	},
	check(result, { digits }) {
		assert.equal(result.digits, machin(digits).slice(0, digits));
	},
});
