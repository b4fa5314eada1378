/**
 * Fork-join throughput: one actor tells each of A others N times; each message is a little work.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { sineSquared } from "../compute.ts";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";

/** After so many messages to each the source waits until they are accepted. */
const BATCH = 64;
const THETA = 37.2;

interface WorkerFace {
	process(theta: number): void;
}

export const Worker = defineActor(import.meta, "Worker", (_ctx, messages: number, outcome: ActorRef<OutcomeFace<number>>): WorkerFace => {
	let processed = 0;
	return {
		process(theta) {
			if (sineSquared(theta) <= 1) processed += 1;
			if (processed === messages) outcome.tell.report(processed);
		},
	};
});

export const Source = defineActor(import.meta, "Source", (_ctx, workers: ActorRef<WorkerFace>[]) => ({
	async fork(messages: number) {
		for (let sent = 1; sent <= messages; sent++) {
			for (const worker of workers) {
				const accepted = worker.tell.process(THETA);
				if (sent % BATCH === 0) await accepted;
			}
		}
	},
}));

export const fjthrput = program({
	name: "fjthrput",
	title: "Fork-join throughput",
	stresses: "messages to many, with a little work for each",
	sizes: { full: { messages: 10_000, actors: 60 }, small: { messages: 100, actors: 6 } },
	async run(stage, { messages, actors }) {
		const outcome = await stage.outcome<number>(actors);
		const workers = await stage.spawnAll(
			Worker,
			actors,
			(index) => index,
			() => [messages, outcome],
		);
		const source = await stage.spawn(Source, 0, workers as ActorRef<WorkerFace>[]);
		source.tell.fork(messages);
		const reports = await outcome.ask.all();
		return { actors: reports.length, processed: reports.reduce((sum, processed) => sum + processed, 0) };
	},
	check(result, { messages, actors }) {
		assert.deepEqual(result, { actors, processed: actors * messages });
	},
});
