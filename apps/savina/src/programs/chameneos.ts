/**
 * Chameneos: creatures of three colours meet in pairs at a mall and change colour, N meetings in all. Everybody sends to the mall.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { element } from "../element.ts";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";

interface CreatureFace {
	begin(mall: ActorRef<MallFace>, creatures: readonly ActorRef<CreatureFace>[]): void;
	meet(other: number, colour: number): void;
	change(colour: number): void;
	close(): void;
}

interface MallFace {
	enter(creature: number, colour: number): void;
}

interface Report {
	readonly meetings: number;
	readonly colour: number;
}

/** Two of one colour stay as they are; two of different colours both take the third. */
function complement(mine: number, other: number): number {
	return mine === other ? mine : 3 - mine - other;
}

export const Creature = defineActor(
	import.meta,
	"Creature",
	(_ctx, number: number, outcome: ActorRef<OutcomeFace<Report>>): CreatureFace => {
		let mall: ActorRef<MallFace>;
		let creatures: readonly ActorRef<CreatureFace>[] = [];
		let colour = number % 3;
		let meetings = 0;
		const met = (newColour: number): void => {
			colour = newColour;
			meetings += 1;
			mall.tell.enter(number, colour);
		};
		return {
			begin(theMall, all) {
				mall = theMall;
				creatures = all;
				mall.tell.enter(number, colour);
			},
			meet(other, otherColour) {
				const newColour = complement(colour, otherColour);
				element(creatures, other).tell.change(newColour);
				met(newColour);
			},
			change(newColour) {
				met(newColour);
			},
			close() {
				outcome.tell.report({ meetings, colour });
			},
		};
	},
);

export const Mall = defineActor(import.meta, "Mall", (_ctx, meetings: number, creatures: ActorRef<CreatureFace>[]): MallFace => {
	let left = meetings;
	let waiting = -1;
	return {
		enter(creature, colour) {
			if (left === 0) element(creatures, creature).tell.close();
			else if (waiting === -1) waiting = creature;
			else {
				left -= 1;
				element(creatures, waiting).tell.meet(creature, colour);
				waiting = -1;
			}
		},
	};
});

export const chameneos = program({
	name: "chameneos",
	title: "Chameneos",
	stresses: "one hot mailbox with many senders",
	sizes: { full: { creatures: 100, meetings: 200_000 }, small: { creatures: 10, meetings: 300 } },
	async run(stage, parameters) {
		const outcome = await stage.outcome<Report>(parameters.creatures);
		const creatures = await stage.spawnAll(
			Creature,
			parameters.creatures,
			(index) => index,
			(index) => [index, outcome],
		);
		const mall = await stage.spawn(Mall, 0, parameters.meetings, creatures);
		await Promise.all(creatures.map((creature) => creature.ask.begin(mall, creatures)));
		const reports = await outcome.ask.all();
		return {
			creatures: reports.length,
			met: reports.reduce((sum, { meetings }) => sum + meetings, 0),
			colours: reports.filter(({ colour }) => colour >= 0 && colour <= 2).length,
		};
	},
	check(result, { creatures, meetings }) {
		assert.deepEqual(result, { creatures, met: 2 * meetings, colours: creatures });
	},
});
