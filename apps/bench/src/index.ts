/**
 * `npm run bench`: every row of the benchmark, ours and the peers in alternation in one run, medians and ratios; the last line says
 * which bars are missed. A missed bar is a finding and no failure: the exit status is 1 only when an arm of a row failed.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { machine } from "./machine.ts";
import { measure } from "./measure.ts";
import { writePage } from "./page.ts";
import type { Result, RowResult } from "./result.ts";
import type { Row } from "./row.ts";
import { allRows } from "./rows.ts";
import { table } from "./table.ts";
import { conditions, summary } from "./words.ts";

interface Options {
	rounds: number;
	messages: number;
	roundTrips: number;
	parkedSeconds: number;
	row?: string[];
	json?: string;
	page?: true;
	from?: string;
	list?: true;
}

const DEFAULTS = { rounds: 5, messages: 200_000, roundTrips: 20_000, parkedSeconds: 10 };

function count(text: string): number {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number of at least 1");
	return value;
}

/** Rows whose names begin with one of the words; all without words. */
function chosen(rows: readonly Row[], words: readonly string[] | undefined): Row[] {
	if (words === undefined) return [...rows];
	const unknown = words.filter((word) => !rows.some((row) => row.name.startsWith(word)));
	if (unknown.length > 0) command.error(`no row begins with ${unknown.join(", ")}; --list has their names`);
	return rows.filter((row) => words.some((word) => row.name.startsWith(word)));
}

async function run(options: Options, rows: readonly Row[]): Promise<Result> {
	const { rounds, messages, roundTrips, parkedSeconds } = options;
	const trial = (Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]).some((name) => options[name] < DEFAULTS[name]);
	const before = machine();
	const results: RowResult[] = [];
	for (const row of rows) {
		if (process.stderr.isTTY) console.error(`${results.length + 1} of ${rows.length}: ${row.title}`);
		results.push(await measure(row, rounds));
	}
	return { machine: before, rounds, sizes: { messages, roundTrips, parkedSeconds }, trial, rows: results };
}

const command = new Command("bench")
	.description("zloom beside npm zeromq, libzmq in C, MessagePort, piscina and comlink, in one run")
	.option("--rounds <n>", "runs of each arm, in alternation", count, DEFAULTS.rounds)
	.option("--messages <n>", "messages of a throughput run; topics and bursts follow from it", count, DEFAULTS.messages)
	.option("--round-trips <n>", "round trips of a latency run", count, DEFAULTS.roundTrips)
	.option("--parked-seconds <n>", "how long the row of parked threads looks", count, DEFAULTS.parkedSeconds)
	.option("--row <name...>", "only rows whose names begin so")
	.option("--list", "print the names of the rows")
	.option("--json <file>", "write all figures to a file")
	.option("--page", "write docs/benchmarks.md and its plot")
	.option("--from <file>", "take the figures from a file that --json wrote, and measure nothing")
	.parse();
const options = command.opts<Options>();
if (options.page === true && options.row !== undefined) command.error("a page has all rows: leave out --row, or --page");
// Ending by a signal ends what runs at the moment, too (program.ts).
for (const [signal, status] of [
	["SIGINT", 130],
	["SIGTERM", 143],
] as const)
	process.once(signal, () => process.exit(status));
const rows = chosen(allRows(options), options.row);
if (options.list === true) {
	for (const { name, title } of rows) console.log(`${name.padEnd(20)} ${title}`);
} else {
	const result = options.from === undefined ? await run(options, rows) : (JSON.parse(readFileSync(options.from, "utf8")) as Result);
	if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, "\t")}\n`);
	console.log(conditions(result).join("\n"));
	console.log(table(result.rows));
	if (options.page === true) console.log(`${fileURLToPath(await writePage(result))} written`);
	console.log(summary(result));
	if (result.rows.some((row) => Object.values(row.arms).some((arm) => "failed" in arm))) process.exitCode = 1;
}
