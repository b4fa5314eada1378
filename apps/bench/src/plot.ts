/**
 * The plot of a run: how many times better ours is than each peer, on a logarithmic scale, with a tick where the bar is.
 * Vega-Lite, rendered to SVG without a browser; loaded here only, because it takes a while to load.
 */
import type { TopLevelSpec } from "vega-lite";
import { type RowResult, ratioTo } from "./result.ts";

interface Point {
	readonly comparison: string;
	readonly peer: string;
	readonly ratio: number;
	readonly bar: number | null;
}

function points(rows: readonly RowResult[]): Point[] {
	return rows.flatMap((row) =>
		Object.keys(row.arms)
			.slice(1)
			.flatMap((peer) => {
				const ratio = ratioTo(row.arms, peer, row.unit);
				if (ratio === undefined || !(ratio > 0) || !Number.isFinite(ratio)) return [];
				const verdict = row.verdicts.find(({ bar }) => "against" in bar && bar.against === peer);
				const bar = verdict !== undefined && "atLeast" in verdict.bar ? verdict.bar.atLeast : null;
				return [{ comparison: `${row.title} | ${peer}`, peer, ratio, bar }];
			}),
	);
}

function specification(values: Point[]): TopLevelSpec {
	const y = { field: "comparison", type: "nominal", sort: null, title: null } as const;
	return {
		width: 480,
		height: { step: 18 },
		background: "white",
		config: { axis: { labelLimit: 0 } },
		data: { values: values.map((point) => ({ ...point, from: 1 })) },
		encoding: { y },
		layer: [
			{
				mark: { type: "bar", height: 10 },
				encoding: {
					x: { field: "ratio", type: "quantitative", scale: { type: "log" }, title: "ours is so many times better (1 = the peer)" },
					x2: { field: "from" },
					color: { field: "peer", type: "nominal", title: "against" },
				},
			},
			{
				transform: [{ filter: "datum.bar !== null" }],
				mark: { type: "tick", color: "black", thickness: 2, size: 16 },
				encoding: { x: { field: "bar", type: "quantitative" } },
			},
		],
	};
}

export async function plotSvg(rows: readonly RowResult[]): Promise<string> {
	const [vega, lite] = await Promise.all([import("vega"), import("vega-lite")]);
	const view = new vega.View(vega.parse(lite.compile(specification(points(rows))).spec), { renderer: "none", logLevel: vega.Error });
	try {
		return await view.toSVG();
	} finally {
		view.finalize();
	}
}
