/**
 * N queens: a master hands boards out to workers; boards with few queens come back as more boards, deeper ones are searched to
 * the end. Deeper boards go first, and no more are handed out once enough solutions are known.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { element } from "../element.ts";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";

/** Solutions by the size of the board. */
const KNOWN: Readonly<Record<number, number>> = { 6: 4, 7: 40, 8: 92, 9: 352, 10: 724, 11: 2680, 12: 14_200, 13: 73_712 };

interface MasterFace {
	done(worker: number, solutions: number, boards: number[][]): void;
}

/** Column by column, the row of each queen: whether one more in that row is safe. */
function isSafe(queens: readonly number[], row: number): boolean {
	const column = queens.length;
	return queens.every((other, at) => other !== row && Math.abs(other - row) !== column - at);
}

function search(queens: number[], size: number): number {
	if (queens.length === size) return 1;
	let solutions = 0;
	for (let row = 0; row < size; row++) {
		if (!isSafe(queens, row)) continue;
		queens.push(row);
		solutions += search(queens, size);
		queens.pop();
	}
	return solutions;
}

export const Worker = defineActor(
	import.meta,
	"Worker",
	(_ctx, number: number, size: number, threshold: number, master: ActorRef<MasterFace>) => ({
		solve(queens: number[]) {
			if (queens.length >= threshold) {
				master.tell.done(number, search([...queens], size), []);
				return;
			}
			const rows = Array.from({ length: size }, (_, row) => row).filter((row) => isSafe(queens, row));
			const boards = rows.map((row) => [...queens, row]);
			master.tell.done(number, 0, boards);
		},
	}),
);

export const Master = defineActor(
	import.meta,
	"Master",
	(_ctx, priorities: number, enough: number, outcome: ActorRef<OutcomeFace<number>>) => {
		const queues: number[][][] = Array.from({ length: priorities }, () => []);
		let workers: readonly ActorRef<{ solve(queens: number[]): void }>[] = [];
		let idle: number[] = [];
		let solutions = 0;
		const handOut = (): void => {
			while (idle.length > 0 && solutions < enough) {
				const board = queues.findLast((queue) => queue.length > 0)?.pop();
				if (board === undefined) break;
				element(workers, idle.pop() as number).tell.solve(board);
			}
			if (idle.length === workers.length) outcome.tell.report(solutions);
		};
		const add = (board: number[]): void => {
			element(queues, Math.min(board.length, priorities - 1)).push(board);
		};
		return {
			begin(all: readonly ActorRef<{ solve(queens: number[]): void }>[]) {
				workers = all;
				idle = [...all.keys()];
				add([]);
				handOut();
			},
			done(worker: number, found: number, boards: number[][]) {
				solutions += found;
				idle.push(worker);
				for (const board of boards) add(board);
				handOut();
			},
		};
	},
);

export const nqueenk = program({
	name: "nqueenk",
	title: "N queens",
	stresses: "a master and workers, divided work, an early end",
	sizes: {
		full: { workers: 20, size: 12, threshold: 4, priorities: 10, limit: 1_500_000 },
		small: { workers: 4, size: 7, threshold: 2, priorities: 10, limit: 1_500_000 },
	},
	async run(stage, { workers, size, threshold, priorities, limit }) {
		const outcome = await stage.outcome<number>(1);
		const master = await stage.spawn(Master, 0, priorities, limit, outcome);
		const all = await stage.spawnAll(
			Worker,
			workers,
			(index) => index,
			(index) => [index, size, threshold, master],
		);
		master.tell.begin(all);
		const [solutions = 0] = await outcome.ask.all();
		return { solutions };
	},
	check({ solutions }, { size }) {
		assert.equal(solutions, KNOWN[size]);
	},
});
