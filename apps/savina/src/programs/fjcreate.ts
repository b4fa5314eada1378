/**
 * Fork-join create: N actors are created, get one message each, do a little work and end. Each thread creates its part.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { sineSquared } from "../compute.ts";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";

const THETA = 37.2;

interface CreatorFace {
	create(): Promise<void>;
	done(): void;
}

export const Once = defineActor(import.meta, "Once", (ctx, creator: ActorRef<CreatorFace>) => ({
	process(theta: number) {
		if (sineSquared(theta) <= 1) creator.tell.done();
		ctx.stop();
	},
}));

interface Report {
	readonly done: number;
	readonly ended: number;
}

export const Creator = defineActor(
	import.meta,
	"Creator",
	(ctx, actors: number, outcome: ActorRef<OutcomeFace<Report>>): CreatorFace => {
		let done = 0;
		let ended = 0;
		const self = ctx.self as ActorRef<CreatorFace>;
		const reportAtEnd = (): void => {
			if (done === actors && ended === actors) outcome.tell.report({ done, ended });
		};
		return {
			async create() {
				for (let created = 0; created < actors; created++) {
					const once = await ctx.spawn(Once, { args: [self] });
					ctx.watch(once, ({ kind }) => {
						if (kind === "stopped") ended += 1;
						reportAtEnd();
					});
					once.tell.process(THETA);
				}
			},
			done() {
				done += 1;
				reportAtEnd();
			},
		};
	},
	{ reentrant: true },
);

export const fjcreate = program({
	name: "fjcreate",
	title: "Fork-join create",
	stresses: "creating actors, one message, their end",
	sizes: { full: { actors: 40_000 }, small: { actors: 300 } },
	async run(stage, { actors }) {
		const outcome = await stage.outcome<Report>(stage.threads);
		for (let thread = 0; thread < stage.threads; thread++) {
			const share = Math.floor((actors * (thread + 1)) / stage.threads) - Math.floor((actors * thread) / stage.threads);
			const creator = await stage.spawn(Creator, thread, share, outcome);
			creator.tell.create();
		}
		const reports = await outcome.ask.all();
		return {
			done: reports.reduce((sum, { done }) => sum + done, 0),
			ended: reports.reduce((sum, { ended }) => sum + ended, 0),
		};
	},
	check(result, { actors }) {
		assert.deepEqual(result, { done: actors, ended: actors });
	},
});
