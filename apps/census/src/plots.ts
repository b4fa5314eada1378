/**
 * The plots of the HTML report: Vega-Lite specifications, rendered to SVG without a browser. Pure but for the libraries,
 * which are loaded here only, because they take longer to load than a small census takes to run.
 */
import type { TopLevelSpec } from "vega-lite";
import { fileKinds } from "./file-kind.ts";
import type { Totals } from "./totals.ts";

export interface Plot {
	readonly title: string;
	readonly svg: string;
}

type Row = Record<string, string | number>;

const colour = "#3d6fd9";
const width = 760;

export async function plotsOf(totals: Totals): Promise<Plot[]> {
	const kinds = fileKinds.flatMap((kind) => {
		const of = totals.kinds[kind];
		return of === undefined ? [] : [{ kind, files: of.files, megabytes: of.bytes / 1e6 }];
	});
	const plots: [title: string, spec: TopLevelSpec | undefined][] = [
		["Source by kind of file, MB", bars(kinds, "kind", "megabytes", "MB")],
		["Functions by length, lines", columns(doubling(totals.functionLengths), "functions")],
		["Files by size, bytes", columns(doubling(totals.fileSizes), "files")],
		["Files by deepest nesting, levels", columns(levels(totals.nesting.files), "files")],
		["Packages imported most, places that import them", bars([...totals.imports.mostUsed], "name", "count", "places")],
		["Longest functions, lines", bars(longest(totals), "name", "lines", "lines")],
	];
	const drawn = plots.map(async ([title, spec]) => (spec === undefined ? [] : [{ title, svg: await draw(spec) }]));
	return (await Promise.all(drawn)).flat();
}

async function draw(spec: TopLevelSpec): Promise<string> {
	const [vega, lite] = await Promise.all([import("vega"), import("vega-lite")]);
	const view = new vega.View(vega.parse(lite.compile(spec).spec), { renderer: "none", logLevel: vega.Error });
	try {
		return await view.toSVG();
	} finally {
		view.finalize();
	}
}

/** Horizontal bars in the order given. */
function bars(values: Row[], name: string, value: string, title: string): TopLevelSpec | undefined {
	if (values.length === 0) return undefined;
	return {
		width: width - 260,
		height: { step: 20 },
		background: "transparent",
		data: { values },
		mark: { type: "bar", color: colour },
		encoding: {
			y: { field: name, type: "nominal", sort: null, title: null, axis: { labelLimit: 240 } },
			x: { field: value, type: "quantitative", title },
		},
	};
}

/** Vertical columns in the order given. */
function columns(values: { at: string; count: number }[], title: string): TopLevelSpec | undefined {
	if (values.length === 0) return undefined;
	return {
		width: width - 80,
		height: 200,
		background: "transparent",
		data: { values },
		mark: { type: "bar", color: colour },
		encoding: {
			x: { field: "at", type: "nominal", sort: null, title: null, axis: { labelAngle: -40 } },
			y: { field: "count", type: "quantitative", title },
		},
	};
}

/** Columns that double: 1, 2-3, 4-7 … */
function doubling(counts: readonly number[]): { at: string; count: number }[] {
	const first = counts.findIndex((count) => count > 0);
	if (first < 0) return [];
	return counts.slice(first).map((count, at) => ({ at: span(first + at), count }));
}

function span(power: number): string {
	if (power === 0) return "0–1";
	const short = (value: number): string => (value >= 1 << 20 ? `${value >> 20} Mi` : value >= 1 << 10 ? `${value >> 10} Ki` : `${value}`);
	return power < 10 ? `${2 ** power}–${2 ** (power + 1) - 1}` : `${short(2 ** power)}–${short(2 ** (power + 1))}`;
}

function levels(counts: readonly number[]): { at: string; count: number }[] {
	return counts.map((count, at) => ({ at: `${at}`, count }));
}

/** Names need not be unique, bars must be: the rank makes them so. */
function longest(totals: Totals): Row[] {
	return totals.longestFunctions.map((row, at) => {
		const file = row.path.split("/").at(-1) ?? row.path;
		return { name: `${at + 1}. ${row.name === "" ? `${file}:${row.line}` : `${row.name} (${file})`}`, lines: row.lines };
	});
}
