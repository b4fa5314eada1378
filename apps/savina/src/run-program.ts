/**
 * Runs a program several times on one system, checks each result, and returns the median time: the first run, in which code is
 * compiled, does not count unless it is the only one.
 *
 * **Shutdown**: the system is stopped, whatever happens.
 */
import { median } from "@zloom/bench/comparison";
import { createSystem } from "@zloom/runtime";
import type { Program } from "./program.ts";
import { Stage } from "./stage.ts";
import { checkTheCheck } from "./tampered.ts";

/** Longest ask: a program is one ask. */
const ASK_MS = 110_000;
/** Once so much time is spent, no further run begins, ms. */
const BUDGET_MS = 8000;

export interface Order {
	readonly size: "full" | "small";
	readonly threads: number;
	readonly iterations: number;
}

/** @returns ms @throws AssertionError when a result is wrong */
export async function runProgram(program: Program, { size, threads, iterations }: Order): Promise<number> {
	const parameters = program.sizes[size];
	const system = await createSystem({ threads, askTimeoutMs: ASK_MS });
	try {
		const stage = new Stage(system);
		const times: number[] = [];
		const begin = performance.now();
		while (times.length < iterations && (times.length === 0 || performance.now() - begin < BUDGET_MS)) {
			const start = performance.now();
			const result = await program.run(stage, parameters);
			times.push(performance.now() - start);
			program.check(result, parameters);
			if (times.length === 1) checkTheCheck(program, result, parameters);
			await stage.clear();
		}
		if (system.statistics.deadLetters > 0) throw new Error(`${program.name} has lost ${system.statistics.deadLetters} messages`);
		return median(times.length === 1 ? times : times.slice(1));
	} finally {
		await system.stop();
	}
}
