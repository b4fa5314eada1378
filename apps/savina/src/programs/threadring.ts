/**
 * ThreadRing: a token goes R hops around a ring of N actors. Neighbours share a thread, so with two threads it crosses twice a round.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { element } from "../element.ts";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";

interface NodeFace {
	join(next: ActorRef<NodeFace>): void;
	token(hopsLeft: number): void;
	passed(): number;
}

interface Report {
	readonly place: number;
}

export const RingNode = defineActor(import.meta, "RingNode", (_ctx, place: number, outcome: ActorRef<OutcomeFace<Report>>): NodeFace => {
	let next: ActorRef<NodeFace>;
	let passed = 0;
	return {
		join(neighbour) {
			next = neighbour;
		},
		token(hopsLeft) {
			if (hopsLeft === 0) {
				outcome.tell.report({ place });
				return;
			}
			passed += 1;
			next.tell.token(hopsLeft - 1);
		},
		passed: () => passed,
	};
});

export const threadring = program({
	name: "threadring",
	title: "ThreadRing",
	stresses: "whose turn it is: one message at a time among many actors",
	sizes: { full: { actors: 100, hops: 100_000 }, small: { actors: 10, hops: 505 } },
	async run(stage, { actors, hops }) {
		const outcome = await stage.outcome<Report>(1);
		const nodes = await stage.spawnAll(
			RingNode,
			actors,
			(index) => stage.block(index, actors),
			(index) => [index, outcome],
		);
		await Promise.all(nodes.map((node, index) => node.ask.join(element(nodes, (index + 1) % actors))));
		element(nodes, 0).tell.token(hops);
		const [last] = await outcome.ask.all();
		const passed = await Promise.all(nodes.map((node) => node.ask.passed()));
		return { lastPlace: last?.place ?? -1, passed: passed.reduce((sum, hops) => sum + hops, 0) };
	},
	check(result, { actors, hops }) {
		assert.deepEqual(result, { lastPlace: hops % actors, passed: hops });
	},
});
