/**
 * `npm run bench`: ours and the peers in alternation in one run, medians and ratios.
 *
 * Every row runs all its arms once a round, in turn, so that a machine that drifts drifts for all of them. Ratios are
 * medians of the rounds' ratios, not ratios of medians: each compares two runs that stood side by side.
 */
import { availableParallelism } from "node:os";
import Table from "cli-table3";
import { Command, InvalidArgumentError } from "commander";
import { median, medianRatio, type Unit } from "./median.ts";
import { callRows, type Row, socketRows } from "./rows.ts";

/** Figures of one row: a list per arm, one figure a round. */
type Samples = Record<string, number[]>;

interface Options {
	rounds: number;
	messages: number;
	roundTrips: number;
	json?: true;
}

function count(text: string): number {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number of at least 1");
	return value;
}

function figure(value: number, unit: Unit): string {
	return unit === "us" ? `${value.toFixed(1)} us` : `${(value / 1000).toFixed(0)} k/s`;
}

async function measure(row: Row, rounds: number): Promise<Samples> {
	const samples: Samples = {};
	for (let round = 0; round < rounds; round++) {
		for (const [arm, run] of row.arms) {
			samples[arm] ??= [];
			samples[arm].push(await run());
		}
	}
	return samples;
}

async function measureTable(rows: readonly Row[], rounds: number): Promise<{ text: string; figures: Record<string, Samples> }> {
	const [first] = rows;
	if (first === undefined) throw new Error("a table without rows");
	const [ours, ...peers] = [...first.arms.keys()] as [string, ...string[]];
	const head = ["row", ours, ...peers, ...peers.map((peer) => `against ${peer}`)];
	const table = new Table({ head, style: { head: [], border: [] } });
	const figures: Record<string, Samples> = {};
	for (const row of rows) {
		const samples = await measure(row, rounds);
		figures[row.title] = samples;
		const of = (arm: string): number[] => samples[arm] as number[];
		table.push([
			row.title,
			...[ours, ...peers].map((arm) => figure(median(of(arm)), row.unit)),
			...peers.map((peer) => `${medianRatio(of(ours), of(peer), row.unit).toFixed(1)} x`),
		]);
	}
	return { text: table.toString(), figures };
}

const command = new Command("bench")
	.description("zloom against npm zeromq, MessagePort, piscina and comlink, side by side in one run")
	.option("--rounds <n>", "runs of each arm, in alternation", count, 5)
	.option("--messages <n>", "messages of a throughput run", count, 200_000)
	.option("--round-trips <n>", "round trips of a latency run", count, 10_000)
	.option("--json", "print the figures as JSON instead of tables")
	.parse();
const options = command.opts<Options>();
const figures: Record<string, Samples> = {};
if (options.json !== true) {
	console.log(`Node ${process.version}, ${availableParallelism()} cores, medians of ${options.rounds} rounds`);
	console.log("MessagePort has no tcp: beside a tcp row stands its figure between two threads.");
}
for (const rows of [socketRows(options), callRows(options)]) {
	const measured = await measureTable(rows, options.rounds);
	Object.assign(figures, measured.figures);
	if (options.json !== true) console.log(measured.text);
}
if (options.json === true) console.log(JSON.stringify(figures, null, 2));
