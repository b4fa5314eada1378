/**
 * The statistics of the benchmarks: medians, and medians of paired ratios, because machines are shared and drift.
 */
import { moreIsBetter, type Unit } from "./row.ts";

export function median(values: readonly number[]): number {
	if (values.length === 0) throw new Error("a median of nothing");
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[sorted.length >> 1] as number;
}

/** How many times better ours is, round by round: each ratio compares two runs that stood side by side. */
export function medianRatio(ours: readonly number[], theirs: readonly number[], unit: Unit): number {
	return median(
		ours.map((value, round) => {
			const other = theirs[round] as number;
			return moreIsBetter(unit) ? value / other : other / value;
		}),
	);
}
