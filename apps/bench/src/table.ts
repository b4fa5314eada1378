/**
 * The table of a run on the terminal: a line for each arm of a row, with its figure, our ratio to it, and the bar.
 */
import Table from "cli-table3";
import { medianOf, type RowResult, ratioTo } from "./result.ts";
import { barText, figureText, ratioText, verdictText } from "./words.ts";

const WIDTHS = { title: 48, reason: 40 };

function reasonOf(arm: RowResult["arms"][string]): string {
	return "missing" in arm ? `missing: ${arm.missing}` : "failed" in arm ? `failed: ${arm.failed}` : "";
}

export function table(rows: readonly RowResult[]): string {
	const lines = new Table({
		head: ["row", "arm", "figure", "ours is", "bar", ""],
		style: { head: [], border: [], compact: true },
		colWidths: [WIDTHS.title, null, WIDTHS.reason, null, null, null],
		wordWrap: true,
	});
	for (const row of rows) {
		for (const [index, [name, arm]] of Object.entries(row.arms).entries()) {
			const figure = medianOf(arm);
			const ratio = index === 0 ? undefined : ratioTo(row.arms, name, row.unit);
			const verdict = row.verdicts.find(({ bar }) => ("against" in bar ? bar.against === name : index === 0));
			lines.push([
				index === 0 ? row.title : "",
				name,
				figure === undefined ? reasonOf(arm) : figureText(figure, row.unit),
				ratio === undefined ? "" : ratioText(ratio),
				verdict === undefined ? "" : barText(verdict.bar, row.unit),
				verdict === undefined ? "" : verdictText(verdict),
			]);
		}
	}
	return lines.toString();
}
