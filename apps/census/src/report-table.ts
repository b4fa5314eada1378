/**
 * The totals as tables for a terminal. Only what went wrong is listed in full sentences, the first rows of each list.
 * Pure: text in the end.
 */
import Table from "cli-table3";
import { fileKinds } from "./file-kind.ts";
import type { Totals } from "./totals.ts";
import { count, megabytes, plural } from "./wording.ts";

const right = (columns: number): ("left" | "right")[] => ["left", ...Array.from({ length: columns - 1 }, () => "right" as const)];

function table(head: readonly string[], rows: (string | number)[][], aligns = right(head.length)): string {
	const made = new Table({
		...(head.length > 0 ? { head: [...head] } : {}),
		colAligns: aligns,
		style: { head: [], border: [], compact: true },
	});
	made.push(...rows);
	return made.toString();
}

/** `columns`: the width of the terminal, to which paths are shortened in the middle; undefined: no limit. */
export function reportTable(totals: Totals, columns?: number): string {
	const fit = (path: string, beside: number): string => shortened(path, Math.max(24, (columns ?? Number.POSITIVE_INFINITY) - beside));
	const parts = [kindsTable(totals), summaryTable(totals, fit)];
	if (totals.longestFunctions.length > 0) parts.push(longestTable(totals, fit));
	if (totals.imports.mostUsed.length > 0) parts.push(importsTable(totals));
	parts.push(...troubles(totals));
	return parts.join("\n");
}

type Fit = (path: string, beside: number) => string;

/** Begin and end of a path tell more than its middle. */
function shortened(text: string, length: number): string {
	if (text.length <= length) return text;
	const begin = Math.floor((length - 1) / 3);
	return `${text.slice(0, begin)}…${text.slice(text.length - (length - 1 - begin))}`;
}

function kindsTable(totals: Totals): string {
	const rows = fileKinds.flatMap((kind) => {
		const of = totals.kinds[kind];
		return of === undefined ? [] : [[kind, count(of.files), megabytes(of.bytes), count(of.lines), count(of.functions), count(of.classes)]];
	});
	rows.push(["all", count(totals.files), megabytes(totals.bytes), count(totals.lines), count(totals.functions), count(totals.classes)]);
	return table(["kind", "files", "size", "lines", "functions", "classes"], rows);
}

function summaryTable(totals: Totals, fit: Fit): string {
	const { duplicates, nesting, imports } = totals;
	const deepest = nesting.listed[0];
	return table(
		[],
		[
			["deepest nesting", deepest === undefined ? "0" : `${deepest.depth} in ${fit(deepest.path, 35)}`],
			["imports", `${count(imports.packages)} of ${plural(imports.distinct, "package")}, ${count(imports.within)} within packages`],
			[
				"duplicates",
				`${plural(duplicates.files, "file")} (${megabytes(duplicates.bytes)}) repeat ${plural(duplicates.contents, "content")}`,
			],
			["do not parse", plural(totals.unparsable.files, "file")],
			["too large to parse", plural(totals.tooLarge.files, "file")],
			["unreadable", `${plural(totals.unreadable.files, "file")}, ${plural(totals.unreadableFolders.count, "folder")}`],
		],
		["left", "left"],
	);
}

function longestTable(totals: Totals, fit: Fit): string {
	const rows = totals.longestFunctions
		.slice(0, 5)
		.map((row) => [shortened(row.name || "(anonymous)", 24), count(row.lines), fit(`${row.path}:${row.line}`, 45)]);
	return table(["longest functions", "lines", "where"], rows, ["left", "right", "left"]);
}

function importsTable(totals: Totals): string {
	return table(
		["imports most used", "places"],
		totals.imports.mostUsed.map((row) => [row.name, count(row.count)]),
	);
}

/** Only what went wrong or was cut short. */
function troubles(totals: Totals): string[] {
	const lines: string[] = [];
	const list = (what: string, all: number, rows: readonly string[]): void => {
		if (all === 0) return;
		lines.push(`${what}:`, ...rows.slice(0, totals.caps.topRows).map((row) => `  ${row}`));
		const left = all - Math.min(rows.length, totals.caps.topRows);
		if (left > 0) lines.push(`  and ${count(left)} more (--json lists up to ${count(totals.caps.troubleRows)})`);
	};
	list(
		"do not parse",
		totals.unparsable.files,
		totals.unparsable.listed.map((row) => `${row.path}:${row.line}:${row.column} ${row.message}`),
	);
	list(
		"too large to parse",
		totals.tooLarge.files,
		totals.tooLarge.listed.map((row) => `${row.path} (${megabytes(row.bytes)})`),
	);
	list(
		"unreadable",
		totals.unreadable.files,
		totals.unreadable.listed.map((row) => `${row.path} (${row.code})`),
	);
	list(
		"unreadable folders",
		totals.unreadableFolders.count,
		totals.unreadableFolders.listed.map((row) => `${row.path} (${row.code})`),
	);
	if (!totals.duplicates.complete) lines.push(`duplicates: only the first ${count(totals.caps.hashedFiles)} files were compared`);
	if (totals.imports.sampled) lines.push(`imports: a sample of ${count(totals.caps.importedNames)} package names was counted`);
	return lines;
}
