/**
 * Logistic map: a master tells ten series to take their next term, 25,000 times; each asks its computer for it and takes nothing
 * else until the answer is there.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { program } from "../program.ts";

const START_TERM = 0.5;
const START_RATE = 3.46;
const RATE_STEP = 0.0025;
/** After so many terms of each series the master waits until they are accepted. */
const BATCH = 64;

const rateOf = (series: number): number => START_RATE + series * RATE_STEP;
const nextTerm = (rate: number, term: number): number => rate * term * (1 - term);

interface ComputerFace {
	compute(term: number): number;
}

interface SeriesFace {
	next(): Promise<void>;
	term(): number;
}

export const Computer = defineActor(
	import.meta,
	"Computer",
	(_ctx, rate: number): ComputerFace => ({ compute: (term) => nextTerm(rate, term) }),
);

export const Series = defineActor(import.meta, "Series", (_ctx, computer: ActorRef<ComputerFace>): SeriesFace => {
	let term = START_TERM;
	return {
		async next() {
			term = await computer.ask.compute(term);
		},
		term: () => term,
	};
});

export const Master = defineActor(import.meta, "Master", (_ctx, series: ActorRef<SeriesFace>[]) => ({
	async run(terms: number) {
		for (let term = 1; term <= terms; term++) {
			for (const one of series) {
				const accepted = one.tell.next();
				if (term % BATCH === 0) await accepted;
			}
		}
		return Promise.all(series.map((one) => one.ask.term()));
	},
}));

const sumOf = (terms: readonly number[]): number => terms.reduce((sum, term) => sum + term, 0);

export const logmap = program({
	name: "logmap",
	title: "Logistic map",
	stresses: "an ask in the middle of a message, while more messages come",
	sizes: { full: { terms: 25_000, series: 10 }, small: { terms: 100, series: 3 } },
	async run(stage, { terms, series }) {
		const place = (index: number): number => index;
		const computers = await stage.spawnAll(Computer, series, place, (index) => [rateOf(index)]);
		const all = await Promise.all(computers.map((computer, index) => stage.spawn(Series, index + 1, computer)));
		const master = await stage.spawn(Master, 0, all);
		return { sum: sumOf(await master.ask.run(terms)) };
	},
	check({ sum }, { terms, series }) {
		const expected = Array.from({ length: series }, (_, index) => {
			let value = START_TERM;
			for (let term = 0; term < terms; term++) value = nextTerm(rateOf(index), value);
			return value;
		});
		assert.equal(sum, sumOf(expected));
	},
});
