/**
 * What a run of the benchmark found, as it stands in its JSON file: every figure of every round, and what follows from them.
 * The table, the page and the plot are made of this alone, so that a page can be made anew without measuring.
 */
import type { Machine } from "./machine.ts";
import { median, medianRatio } from "./median.ts";
import type { Bar, Row, Sizes, Unit } from "./row.ts";

/** One arm of a row: a figure a round, or why there is none. */
export type ArmResult = { readonly figures: readonly number[] } | { readonly missing: string } | { readonly failed: string };

/** `met` is not there when the peer is missing or an arm has failed. */
export interface Verdict {
	readonly bar: Bar;
	/** The ratio, or our figure. */
	readonly value?: number;
	readonly met?: boolean;
}

export interface RowResult {
	readonly name: string;
	readonly title: string;
	readonly measures: string;
	readonly unit: Unit;
	/** Ours first. */
	readonly arms: Readonly<Record<string, ArmResult>>;
	readonly verdicts: readonly Verdict[];
}

export interface Result {
	readonly machine: Machine;
	readonly rounds: number;
	readonly sizes: Sizes;
	/** True when sizes or rounds are below the defaults: such figures show that all works, and not how fast it is. */
	readonly trial: boolean;
	readonly rows: readonly RowResult[];
}

export function medianOf(arm: ArmResult | undefined): number | undefined {
	return arm !== undefined && "figures" in arm ? median(arm.figures) : undefined;
}

/** How many times better ours, the first arm, is than another; undefined where one has no figures. */
export function ratioTo(arms: RowResult["arms"], peer: string, unit: Unit): number | undefined {
	const ours = Object.values(arms)[0];
	const theirs = arms[peer];
	if (ours === undefined || theirs === undefined || !("figures" in ours && "figures" in theirs)) return undefined;
	return medianRatio(ours.figures, theirs.figures, unit);
}

/** @throws Error when a bar names an arm that the row does not have */
export function judge(row: Row, arms: RowResult["arms"]): RowResult {
	const verdicts = row.bars.map((bar): Verdict => {
		if ("against" in bar && arms[bar.against] === undefined) throw new Error(`${row.name} has no arm ${bar.against}`);
		const value = "against" in bar ? ratioTo(arms, bar.against, row.unit) : medianOf(Object.values(arms)[0]);
		if (value === undefined) return { bar };
		return { bar, value, met: "against" in bar ? value >= bar.atLeast : value < bar.below };
	});
	const { name, title, measures, unit } = row;
	return { name, title, measures, unit, arms, verdicts };
}
