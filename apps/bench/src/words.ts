/**
 * Figures, ratios and bars in words, for the table and the page alike.
 * Three significant digits, as many as a run can tell.
 */
import type { Result, RowResult, Verdict } from "./result.ts";
import { type Bar, moreIsBetter, type Unit } from "./row.ts";

function rounded(value: number): string {
	if (value >= 100) return value.toFixed(0);
	return value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : String(Number(value.toPrecision(2)));
}

export function figureText(value: number, unit: Unit): string {
	if (!moreIsBetter(unit)) return `${rounded(value)} ${unit}`;
	const each = unit.slice(0, -2);
	if (value >= 1e6) return `${rounded(value / 1e6)} M ${each}/s`;
	return value >= 1e3 ? `${rounded(value / 1e3)} k ${each}/s` : `${rounded(value)} ${each}/s`;
}

export function ratioText(value: number): string {
	return `${rounded(value)} x`;
}

export function barText(bar: Bar, unit: Unit): string {
	return "against" in bar ? `${bar.atLeast} x ${bar.against}` : `below ${bar.below} ${unit}`;
}

/** What was measured, with a space behind it; nothing when nothing was. */
function valueText({ bar, value }: Verdict, unit: Unit): string {
	if (value === undefined) return "";
	return `${"against" in bar ? ratioText(value) : figureText(value, unit)} `;
}

export function verdictText(verdict: Verdict): string {
	return verdict.met === undefined ? "not measured" : verdict.met ? "met" : "missed";
}

function list(rows: readonly RowResult[], pick: (verdict: Verdict) => boolean): string[] {
	return rows.flatMap(({ name, unit, verdicts }) =>
		verdicts.filter(pick).map((verdict) => `${name} ${valueText(verdict, unit)}(bar ${barText(verdict.bar, unit)})`),
	);
}

/** The last line of a run: which bars are missed, and which have no figures. */
export function summary({ rows }: Pick<Result, "rows">): string {
	const verdicts = rows.flatMap((row) => row.verdicts);
	const met = verdicts.filter((verdict) => verdict.met === true).length;
	const missed = list(rows, (verdict) => verdict.met === false);
	const unknown = list(rows, (verdict) => verdict.met === undefined);
	const parts = [`${met} of ${verdicts.length} bars met`];
	if (missed.length > 0) parts.push(`missed: ${missed.join(", ")}`);
	if (unknown.length > 0) parts.push(`not measured: ${unknown.join(", ")}`);
	return parts.join("; ");
}

/** In two or three lines: machine, versions, sizes. */
export function conditions({ machine, rounds, sizes }: Result): string[] {
	const { date, processor, cores, memoryGib, system, loadBefore, versions } = machine;
	return [
		`${date}: ${processor}, ${cores} cores, ${memoryGib} GiB, ${system}; load before ${loadBefore}`,
		Object.entries(versions)
			.map(([name, version]) => `${name} ${version}`)
			.join(", "),
		`medians of ${rounds} rounds in alternation; ${sizes.messages} messages, ${sizes.roundTrips} round trips, ${sizes.parkedSeconds} s parked`,
	];
}
