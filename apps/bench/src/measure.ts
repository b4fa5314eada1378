/**
 * Runs the arms of a row in alternation: each once a round, in turn, so that a machine that drifts drifts for all of them.
 * One program at a time; an arm that fails once is not run again.
 */
import { figureOf } from "./program.ts";
import { type ArmResult, judge, type RowResult } from "./result.ts";
import type { Row } from "./row.ts";

export async function measure(row: Row, rounds: number): Promise<RowResult> {
	const figures = new Map<string, number[]>();
	const failures = new Map<string, string>();
	for (let round = 0; round < rounds; round++) {
		for (const [arm, program] of row.arms) {
			if ("missing" in program || failures.has(arm)) continue;
			try {
				const figure = await figureOf(program);
				figures.set(arm, [...(figures.get(arm) ?? []), figure]);
			} catch (error) {
				failures.set(arm, error instanceof Error ? error.message : String(error));
			}
		}
	}
	const arms: Record<string, ArmResult> = {};
	for (const [arm, program] of row.arms) {
		const failed = failures.get(arm);
		if ("missing" in program) arms[arm] = program;
		else arms[arm] = failed === undefined ? { figures: figures.get(arm) ?? [] } : { failed };
	}
	return judge(row, arms);
}
