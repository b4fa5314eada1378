/**
 * Cigarette smokers: an arbiter lets one of S smokers smoke for a random while, and picks the next as soon as that one has begun.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { busyWait } from "../compute.ts";
import { element } from "../element.ts";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";
import { randomOf } from "../random.ts";

/** Steps of busy waiting. */
const SMOKE = { least: 50, spread: 1000 };

interface SmokerFace {
	smoke(steps: number): void;
	smoked(): { times: number; steps: number };
}

interface ArbiterFace {
	begin(smokers: readonly ActorRef<SmokerFace>[]): void;
	started(): void;
}

export const Smoker = defineActor(import.meta, "Smoker", (_ctx, arbiter: ActorRef<ArbiterFace>): SmokerFace => {
	let times = 0;
	let smokedSteps = 0;
	return {
		smoke(steps) {
			arbiter.tell.started();
			if (busyWait(steps) >= 0) times += 1;
			smokedSteps += steps;
		},
		smoked: () => ({ times, steps: smokedSteps }),
	};
});

export const Arbiter = defineActor(import.meta, "Arbiter", (_ctx, rounds: number, outcome: ActorRef<OutcomeFace<number>>): ArbiterFace => {
	const random = randomOf(0);
	let smokers: readonly ActorRef<SmokerFace>[] = [];
	let done = 0;
	const pick = (): void => {
		const smoker = element(smokers, random.below(smokers.length));
		smoker.tell.smoke(SMOKE.least + random.below(SMOKE.spread));
	};
	return {
		begin(all) {
			smokers = all;
			pick();
		},
		started() {
			done += 1;
			if (done < rounds) pick();
			else outcome.tell.report(done);
		},
	};
});

export const cigsmok = program({
	name: "cigsmok",
	title: "Cigarette smokers",
	stresses: "an arbiter and one of many at a time",
	sizes: { full: { rounds: 1000, smokers: 200 }, small: { rounds: 50, smokers: 10 } },
	async run(stage, parameters) {
		const outcome = await stage.outcome<number>(1);
		const arbiter = await stage.spawn(Arbiter, 0, parameters.rounds, outcome);
		const smokers = await stage.spawnAll(
			Smoker,
			parameters.smokers,
			(index) => index,
			() => [arbiter],
		);
		arbiter.tell.begin(smokers);
		const [rounds = 0] = await outcome.ask.all();
		const smoked = await Promise.all(smokers.map((smoker) => smoker.ask.smoked()));
		return {
			rounds,
			times: smoked.reduce((sum, { times }) => sum + times, 0),
			steps: smoked.reduce((sum, { steps }) => sum + steps, 0),
		};
	},
	check(result, { rounds, smokers }) {
		const random = randomOf(0);
		let steps = 0;
		for (let round = 0; round < rounds; round++) {
			random.below(smokers);
			steps += SMOKE.least + random.below(SMOKE.spread);
		}
		assert.deepEqual(result, { rounds, times: rounds, steps });
	},
});
