/**
 * The table of clauses and tests, as docs/spec.md shows it and as `npm run test:spec` judges it.
 *
 * Pure: from the catalogue and from what covers, with or without results. A clause is open when it has neither a test nor a
 * gap, or when it applies to a transport over which no test of it runs.
 */
import { catalogue, rfcOf } from "./catalogue.ts";
import type { Clause, Level, SpecTransport } from "./clause.ts";
import type { Covering } from "./test-name.ts";

export const PAGE = "docs/spec.md";
/** Of the MUST clauses, in percent; this much is too much. */
export const GAPS_PERCENT_LIMIT = 3;

const TITLES: Readonly<Record<number, string>> = {
	23: "ZMTP 3.0",
	24: "PLAIN",
	25: "CURVE in ZMTP",
	26: "CurveZMQ",
	27: "ZAP",
	28: "request and reply",
	29: "publish and subscribe",
	30: "pipeline",
	31: "exclusive pair",
	37: "ZMTP 3.1",
	41: "client and server",
	45: "ZeroMQ over WebSocket 2.0",
	48: "radio and dish",
	49: "scatter and gather",
	51: "peer to peer",
	52: "channel",
};
const TRANSPORT_ORDER: readonly SpecTransport[] = ["tcp", "ipc", "inproc", "ws", "udp"];

export interface Row {
	readonly clause: Clause;
	readonly tests: readonly string[];
	readonly transports: readonly SpecTransport[];
	/** What is missing, in words; undefined when the clause is tested or a gap. */
	readonly open: string | undefined;
}

function openness(clause: Clause, tests: readonly string[], transports: ReadonlySet<SpecTransport>): string | undefined {
	if (clause.gap !== undefined) return undefined;
	if (tests.length === 0) return "has neither a test nor a gap";
	const missing = (clause.over ?? []).filter((transport) => !transports.has(transport));
	return missing.length === 0 ? undefined : `has no test over ${missing.join(", ")}`;
}

export function rowsOf(coverings: readonly Covering[], clauses: Iterable<Clause> = catalogue.values()): Row[] {
	return [...clauses].map((clause) => {
		const own = coverings.filter(({ ids }) => ids.includes(clause.id));
		const used = new Set(own.flatMap(({ transports }) => transports));
		const tests = [...new Set(own.map(({ name }) => name))].sort();
		return { clause, tests, transports: TRANSPORT_ORDER.filter((one) => used.has(one)), open: openness(clause, tests, used) };
	});
}

export interface Total {
	readonly rfc: number | "all";
	readonly level: Level;
	readonly clauses: number;
	readonly tested: number;
	readonly gaps: number;
}

function total(rfc: number | "all", level: Level, rows: readonly Row[]): Total {
	const own = rows.filter(({ clause }) => clause.level === level && (rfc === "all" || rfcOf(clause.id) === rfc));
	const gaps = own.filter(({ clause }) => clause.gap !== undefined).length;
	return { rfc, level, clauses: own.length, tested: own.filter(({ tests }) => tests.length > 0).length, gaps };
}

/** A MUST and a SHOULD line for each RFC, then for all of them. */
export function totalsOf(rows: readonly Row[]): Total[] {
	const rfcs: (number | "all")[] = [...new Set(rows.map(({ clause }) => rfcOf(clause.id))), "all"];
	return rfcs.flatMap((rfc) => (["MUST", "SHOULD"] as const).map((level) => total(rfc, level, rows))).filter(({ clauses }) => clauses > 0);
}

/** Gaps in percent of the MUST clauses. */
export function gapsPercent(rows: readonly Row[]): number {
	const { clauses, gaps } = total("all", "MUST", rows);
	return clauses === 0 ? 0 : (100 * gaps) / clauses;
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;

function rowLine({ clause, tests, transports }: Row): string {
	const test = clause.gap === undefined ? tests.map(cell).join("<br>") : `**gap:** ${cell(clause.gap)}`;
	return line([clause.id, clause.level, cell(clause.says), cell(clause.section), transports.join(" "), test]);
}

/** The text of docs/spec.md. */
export function pageOf(rows: readonly Row[]): string {
	const rfcs = [...new Set(rows.map(({ clause }) => rfcOf(clause.id)))];
	const sections = rfcs.map((rfc) => {
		const own = rows.filter(({ clause }) => rfcOf(clause.id) === rfc).map(rowLine);
		const title = TITLES[rfc] === undefined ? `RFC ${rfc}` : `RFC ${rfc}: ${TITLES[rfc]}`;
		return `## ${title}\n\n| clause | level | says | section | transports | test |\n|---|---|---|---|---|---|\n${own.join("\n")}\n`;
	});
	const totals = totalsOf(rows).map(({ rfc, level, clauses, tested, gaps }) => line([rfc, level, clauses, tested, gaps]));
	return `# ZeroMQ, clause by clause

What the RFCs of ZeroMQ oblige an implementation to do, in our words, and the test that shows it, over each transport it applies to. MUST stands for MUST, SHALL and what a grammar
forbids; SHOULD for SHOULD and RECOMMENDED. A gap is what we do otherwise or cannot test, with the reason. \`npm run test:spec\` runs the tests and writes this page from
[test/spec](../test/spec/); change that.

Gaps: ${gapsPercent(rows).toFixed(1)} % of the MUST clauses (fewer than ${GAPS_PERCENT_LIMIT} % are allowed).

| RFC | level | clauses | tested | gaps |
|---|---|---|---|---|
${totals.join("\n")}

${sections.join("\n")}`;
}
