/**
 * The table of a run on the terminal: a line a program, milliseconds of ours and of Erlang on one and on two threads, and the ratios.
 */
import { type ArmResult, medianOf, ratioText } from "@zloom/bench/comparison";
import Table from "cli-table3";
import type { ProgramResult } from "./measure-program.ts";

/** Milliseconds, or why there are none; nothing for an arm that a program does not have. */
export function armText(arm: ArmResult | undefined): string {
	const ms = medianOf(arm);
	if (ms !== undefined) return ms >= 100 ? ms.toFixed(0) : ms.toFixed(1);
	return arm === undefined ? "" : "missing" in arm ? "missing" : "failed";
}

export const HEAD = ["program", "1 thread, ms", "Erlang", "ours is", "2 threads, ms", "Erlang", "ours is", "best"];

export function cellsOf({ title, comparisons, best }: ProgramResult): string[] {
	const ratio = (value: number | undefined): string => (value === undefined ? "" : ratioText(value));
	return [
		title,
		...comparisons.flatMap((comparison) => [armText(comparison.ours), armText(comparison.erlang), ratio(comparison.ratio)]),
		ratio(best),
	];
}

export function table(results: readonly ProgramResult[]): string {
	const lines = new Table({ head: HEAD, style: { head: [], border: [], compact: true } });
	lines.push(...results.map(cellsOf));
	return lines.toString();
}
