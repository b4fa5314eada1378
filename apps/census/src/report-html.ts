/**
 * The totals as one HTML file that stands alone: plots drawn by Vega to SVG here, no script and no network in the page.
 * Everything that comes from file names and sources is escaped. Pure: text in the end.
 */
import { fileKinds } from "./file-kind.ts";
import { plotsOf } from "./plots.ts";
import { reportStyle } from "./report-style.ts";
import type { Totals } from "./totals.ts";
import { count, megabytes, plural } from "./wording.ts";

export async function reportHtml(totals: Totals): Promise<string> {
	const plots = await plotsOf(totals);
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Census of source code</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<h1>Census of source code</h1>
${cards(totals)}
${plots.map(({ title, svg }) => `<figure><figcaption>${escaped(title)}</figcaption>${svg}</figure>`).join("\n")}
${sections(totals)}
${caps(totals)}
</main>
</body>
</html>
`;
}

function cards(totals: Totals): string {
	const figures: [string, string][] = [
		[count(totals.files), "files"],
		[megabytes(totals.bytes), "source"],
		[count(totals.lines), "lines"],
		[count(totals.functions), "functions"],
		[count(totals.classes), "classes"],
		[count(totals.nesting.deepest), "deepest nesting"],
		[count(totals.duplicates.files), "duplicate files"],
		[count(totals.unparsable.files), "do not parse"],
	];
	return `<div class="cards">${figures.map(([figure, what]) => `<div><b>${figure}</b>${what}</div>`).join("")}</div>`;
}

type Cell = string | number;

function section(title: string, head: string[], rows: readonly Cell[][], note = ""): string {
	if (rows.length === 0) return "";
	const cell = (value: Cell): string => (typeof value === "number" ? `<td class="n">${count(value)}</td>` : `<td>${escaped(value)}</td>`);
	const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
	const header = head.map((name) => `<th>${escaped(name)}</th>`).join("");
	return `<section><h2>${escaped(title)}</h2>${note === "" ? "" : `<p>${escaped(note)}</p>`}
<table><thead><tr>${header}</tr></thead><tbody>
${body}
</tbody></table></section>`;
}

function sections(totals: Totals): string {
	const kinds = fileKinds.flatMap((kind) => {
		const of = totals.kinds[kind];
		return of === undefined ? [] : [[kind, of.files, megabytes(of.bytes), of.lines, of.functions, of.classes]];
	});
	const listedOf = (all: number, listed: number): string => (all > listed ? `The first ${count(listed)} of ${count(all)} by path.` : "");
	const { unparsable, tooLarge, unreadable, unreadableFolders, duplicates } = totals;
	return [
		section("By kind", ["kind", "files", "size", "lines", "functions", "classes"], kinds),
		section(
			"Longest functions",
			["function", "lines", "where"],
			totals.longestFunctions.map((row) => [row.name || "(anonymous)", row.lines, `${row.path}:${row.line}`]),
		),
		section(
			"Deepest nesting",
			["levels", "file"],
			totals.nesting.listed.map((row) => [row.depth, row.path]),
		),
		section(
			"Largest files",
			["size", "file"],
			totals.largestFiles.map((row) => [megabytes(row.bytes), row.path]),
		),
		section(
			"Duplicates",
			["copies", "size of one", "first copy"],
			duplicates.largest.map((row) => [row.copies, megabytes(row.bytes), row.path]),
			`${plural(duplicates.files, "file")} (${megabytes(duplicates.bytes)}) repeat ${plural(duplicates.contents, "content")}; these waste the most.`,
		),
		section(
			"Do not parse",
			["where", "why"],
			unparsable.listed.map((row) => [`${row.path}:${row.line}:${row.column}`, row.message]),
			listedOf(unparsable.files, unparsable.listed.length),
		),
		section(
			"Too large to parse",
			["size", "file"],
			tooLarge.listed.map((row) => [megabytes(row.bytes), row.path]),
			listedOf(tooLarge.files, tooLarge.listed.length),
		),
		section(
			"Unreadable files",
			["file", "why"],
			unreadable.listed.map((row) => [row.path, row.code]),
			listedOf(unreadable.files, unreadable.listed.length),
		),
		section(
			"Unreadable folders",
			["folder", "why"],
			unreadableFolders.listed.map((row) => [row.path, row.code]),
			listedOf(unreadableFolders.count, unreadableFolders.listed.length),
		),
	].join("\n");
}

function caps(totals: Totals): string {
	const { caps: cap, duplicates, imports } = totals;
	const notes = [
		`Files above ${megabytes(cap.parseBytes)} are counted and hashed, not parsed.`,
		`Top lists have ${cap.topRows} rows, lists of troubles ${cap.troubleRows}; the counts are complete.`,
		duplicates.complete
			? "All files were compared with each other."
			: `Only the first ${count(cap.hashedFiles)} files, in the order of the walk, were compared with each other.`,
		imports.sampled
			? `More than ${count(cap.importedNames)} package names were met: "most used" speaks of a fixed sample of them.`
			: "All imported package names were counted.",
	];
	return `<footer>${notes.map((note) => `<p>${escaped(note)}</p>`).join("")}</footer>`;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
	return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
