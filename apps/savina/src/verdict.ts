/**
 * What a run says as a whole: geometric means of the ratios to Erlang, the lowest one, and whether the bars are met.
 */
import { ratioText } from "@zloom/bench/comparison";
import { type ProgramResult, THREADS } from "./measure-program.ts";

/** Best against best: the geometric mean must reach the first, every single program the second. */
export const BARS = { mean: 1, each: 0.33 };

export function geometricMean(values: readonly number[]): number {
	if (values.length === 0) throw new Error("a mean of nothing");
	return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

interface Named {
	readonly name: string;
	readonly ratio: number;
}

function lineOf(what: string, ratios: readonly Named[]): string {
	const lowest = ratios.reduce((low, one) => (one.ratio < low.ratio ? one : low));
	const mean = geometricMean(ratios.map(({ ratio }) => ratio));
	return `${what}: geometric mean ${ratioText(mean)} Erlang, lowest ${lowest.name} ${ratioText(lowest.ratio)}`;
}

function named(results: readonly ProgramResult[], pick: (result: ProgramResult) => number | undefined): Named[] {
	return results.flatMap((result) => {
		const ratio = pick(result);
		return ratio === undefined ? [] : [{ name: result.name, ratio }];
	});
}

/** A line for each number of threads, one for best against best, and the last with the bars. Nothing when nothing was compared. */
export function verdict(results: readonly ProgramResult[]): string[] {
	const best = named(results, (result) => result.best);
	if (best.length === 0) return [];
	const lines = THREADS.flatMap((threads) => {
		const ratios = named(results, ({ comparisons }) => comparisons.find((comparison) => comparison.threads === threads)?.ratio);
		return ratios.length === 0 ? [] : [lineOf(threads === 1 ? "on one thread" : `on ${threads} threads`, ratios)];
	});
	lines.push(lineOf("best against best", best));
	const mean = geometricMean(best.map(({ ratio }) => ratio));
	const below = best.filter(({ ratio }) => ratio < BARS.each);
	const first = `mean ${mean >= BARS.mean ? "met" : "missed"} (bar ${BARS.mean} x)`;
	const second = below.length === 0 ? "met" : `missed by ${below.map(({ name, ratio }) => `${name} ${ratioText(ratio)}`).join(", ")}`;
	return [...lines, `bars: ${first}; each program ${second} (bar ${BARS.each} x)`];
}
