/**
 * docs/benchmarks.md and its plot, from the result of a run. Both are written as a whole and never by hand.
 */
import { writeFileSync } from "node:fs";
import { plotSvg } from "./plot.ts";
import { medianOf, type Result, type RowResult, ratioTo } from "./result.ts";
import { barText, conditions, figureText, ratioText, summary, verdictText } from "./words.ts";

const DOCS = new URL("../../../docs/", import.meta.url);

function figureCell(arm: RowResult["arms"][string], unit: RowResult["unit"]): string {
	const figure = medianOf(arm);
	if (figure !== undefined) return figureText(figure, unit);
	return "missing" in arm ? "missing" : "failed";
}

function tableRows(row: RowResult): string[] {
	return Object.entries(row.arms).map(([name, arm], index) => {
		const ratio = index === 0 ? undefined : ratioTo(row.arms, name, row.unit);
		const verdict = row.verdicts.find(({ bar }) => ("against" in bar ? bar.against === name : index === 0));
		const cells = [
			index === 0 ? row.title : "",
			name,
			figureCell(arm, row.unit),
			ratio === undefined ? "" : ratioText(ratio),
			verdict === undefined ? "" : barText(verdict.bar, row.unit),
			verdict === undefined ? "" : verdictText(verdict),
		];
		return `| ${cells.join(" | ")} |`;
	});
}

function markdown(result: Result): string {
	const { rows, trial } = result;
	const lines = [
		"# Benchmarks",
		"",
		"Ours and the peers, in alternation in one run; each run of an arm is a process of its own. A figure is the median of the rounds, a ratio the median of the rounds' ratios",
		"(above 1: ours is better). Written by `npm run bench:page`; `npm run bench -- --row NAME` measures one row.",
		"",
		...(trial ? ["**Smaller than a full run: this shows that all rows work, not how fast they are.**", ""] : []),
		...conditions(result).map((line) => `- ${line}`),
		"",
		"![How many times better ours is](benchmarks.svg)",
		"",
		"| row | arm | figure | ours is | bar | |",
		"|---|---|---|---|---|---|",
		...rows.flatMap(tableRows),
		"",
		`${summary(result)}.`,
		"",
		"## What the rows measure",
		"",
		...rows.map((row) => `- **${row.title}** (\`${row.name}\`): ${row.measures}`),
		"",
	];
	return lines.join("\n");
}

/** Writes both files. Returns where the page is. */
export async function writePage(result: Result): Promise<URL> {
	const page = new URL("benchmarks.md", DOCS);
	writeFileSync(new URL("benchmarks.svg", DOCS), await plotSvg(result.rows));
	writeFileSync(page, markdown(result));
	return page;
}
