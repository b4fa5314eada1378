/**
 * Dining philosophers: N of them ask one arbiter for their two forks, eat when they get them and ask again at once when they do not.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { element } from "../element.ts";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";

interface PhilosopherFace {
	begin(): void;
	denied(): void;
	eat(): void;
}

interface ArbiterFace {
	hungry(philosopher: number): void;
	done(philosopher: number): void;
}

export const Philosopher = defineActor(
	import.meta,
	"Philosopher",
	(_ctx, number: number, rounds: number, arbiter: ActorRef<ArbiterFace>, outcome: ActorRef<OutcomeFace<number>>): PhilosopherFace => {
		let eaten = 0;
		const ask = (): void => {
			arbiter.tell.hungry(number);
		};
		return {
			begin: ask,
			denied: ask,
			eat() {
				eaten += 1;
				arbiter.tell.done(number);
				if (eaten < rounds) ask();
				else outcome.tell.report(eaten);
			},
		};
	},
);

export const Arbiter = defineActor(import.meta, "Arbiter", () => {
	let philosophers: readonly ActorRef<PhilosopherFace>[] = [];
	let taken: boolean[] = [];
	let meals = 0;
	return {
		seat(all: readonly ActorRef<PhilosopherFace>[]) {
			philosophers = all;
			taken = all.map(() => false);
		},
		hungry(philosopher: number) {
			const other = (philosopher + 1) % philosophers.length;
			const { tell } = element(philosophers, philosopher);
			if (taken[philosopher] === true || taken[other] === true) {
				tell.denied();
				return;
			}
			taken[philosopher] = true;
			taken[other] = true;
			tell.eat();
		},
		done(philosopher: number) {
			taken[philosopher] = false;
			taken[(philosopher + 1) % philosophers.length] = false;
			meals += 1;
		},
		table: () => ({ meals, forksTaken: taken.filter((fork) => fork).length }),
	};
});

export const philosopher = program({
	name: "philosopher",
	title: "Dining philosophers",
	stresses: "an arbiter, and many that try again",
	sizes: { full: { philosophers: 20, rounds: 10_000 }, small: { philosophers: 5, rounds: 30 } },
	async run(stage, { philosophers, rounds }) {
		const outcome = await stage.outcome<number>(philosophers);
		const arbiter = await stage.spawn(Arbiter, 0);
		const all = await stage.spawnAll(
			Philosopher,
			philosophers,
			(index) => index,
			(index) => [index, rounds, arbiter, outcome],
		);
		await arbiter.ask.seat(all);
		for (const one of all) one.tell.begin();
		const reports = await outcome.ask.all();
		const { meals, forksTaken } = await arbiter.ask.table();
		return { eaten: reports.reduce((sum, eaten) => sum + eaten, 0), meals, forksTaken };
	},
	check(result, { philosophers, rounds }) {
		assert.deepEqual(result, { eaten: philosophers * rounds, meals: philosophers * rounds, forksTaken: 0 });
	},
});
