/**
 * Trapezoid: the integral of a function over [1, 5], cut into N pieces; W workers sum a part each.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";

const LEFT = 1;
const RIGHT = 5;
/** Pieces of Simpson's rule in the check: enough for twelve digits. */
const CHECK_PIECES = 20_000;

function curve(x: number): number {
	return (1 / (x + 1)) * Math.sqrt(1 + Math.exp(Math.sqrt(2 * x))) * Math.sin(x * x * x - 1);
}

interface Part {
	readonly area: number;
	readonly pieces: number;
}

export const Worker = defineActor(import.meta, "Worker", (_ctx, outcome: ActorRef<OutcomeFace<Part>>) => ({
	sum(from: number, to: number, width: number) {
		let area = 0;
		for (let piece = from; piece < to; piece++) {
			const x = LEFT + piece * width;
			area += 0.5 * width * (curve(x) + curve(x + width));
		}
		outcome.tell.report({ area, pieces: to - from });
	},
}));

function simpson(pieces: number): number {
	const width = (RIGHT - LEFT) / pieces;
	let sum = curve(LEFT) + curve(RIGHT);
	for (let piece = 1; piece < pieces; piece++) sum += (piece % 2 === 0 ? 2 : 4) * curve(LEFT + piece * width);
	return (sum * width) / 3;
}

export const trapezoid = program({
	name: "trapezoid",
	title: "Trapezoid",
	stresses: "computation with few messages",
	sizes: { full: { pieces: 10_000_000, workers: 100 }, small: { pieces: 50_000, workers: 5 } },
	async run(stage, { pieces, workers }) {
		const outcome = await stage.outcome<Part>(workers);
		const all = await stage.spawnAll(
			Worker,
			workers,
			(index) => index,
			() => [outcome],
		);
		const width = (RIGHT - LEFT) / pieces;
		const bound = (index: number): number => Math.floor((pieces * index) / workers);
		for (const [index, worker] of all.entries()) worker.tell.sum(bound(index), bound(index + 1), width);
		const parts = await outcome.ask.all();
		return {
			area: parts.reduce((sum, { area }) => sum + area, 0),
			pieces: parts.reduce((sum, part) => sum + part.pieces, 0),
		};
	},
	check(result, { pieces }) {
		assert.equal(result.pieces, pieces);
		const error = Math.abs(result.area - simpson(CHECK_PIECES));
		assert.ok(error < 1e-6, `the area ${result.area} is off by ${error}`);
	},
});
