/**
 * `npm run bench`: ours and the peers in alternation in one run, medians and ratios.
 *
 * Every row runs all its arms once a round, in turn, so that a machine that drifts drifts for all of them. Ratios are
 * medians of the rounds' ratios, not ratios of medians: each compares two runs that stood side by side.
 */
import { availableParallelism } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import Table from "cli-table3";
import type { ArmName, TransportName } from "./arms.ts";
import { roundTrip } from "./round-trip.ts";
import { throughput } from "./throughput.ts";

interface Row {
	title: string;
	unit: "msg/s" | "us";
	run(arm: ArmName): Promise<number>;
}

const ARMS: readonly ArmName[] = ["zloom", "zeromq", "MessagePort"];

function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[sorted.length >> 1] as number;
}

function count(text: string): number {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number of at least 1");
	return value;
}

function rows(messages: number, roundTrips: number): Row[] {
	const list: Row[] = [];
	for (const transport of ["inproc", "tcp"] satisfies TransportName[]) {
		const where = transport === "inproc" ? "inproc between threads" : "tcp between threads";
		for (const [sizeBytes, label] of [
			[64, "64 B"],
			[1024, "1 KiB"],
		] as const) {
			list.push({
				title: `${where}, ${label}, send / for await`,
				unit: "msg/s",
				run: (arm) => throughput({ arm, transport, sizeBytes, messages }),
			});
		}
		list.push({
			title: `${where}, 64 B, round trip`,
			unit: "us",
			run: (arm) => roundTrip({ arm, transport, sizeBytes: 64, messages: roundTrips }),
		});
	}
	return list;
}

function figure(value: number, unit: Row["unit"]): string {
	return unit === "us" ? `${value.toFixed(1)} us` : `${(value / 1000).toFixed(0)} k/s`;
}

/** How many times better ours is: more messages a second, or fewer microseconds. */
function ratio(ours: number[], theirs: number[], unit: Row["unit"]): string {
	const ratios = ours.map((value, round) => (unit === "us" ? (theirs[round] as number) / value : value / (theirs[round] as number)));
	return `${median(ratios).toFixed(1)} x`;
}

async function main(): Promise<void> {
	const command = new Command("bench")
		.description("zloom against npm zeromq and MessagePort, side by side in one run")
		.option("--rounds <n>", "runs of each arm, in alternation", count, 5)
		.option("--messages <n>", "messages of a throughput run", count, 200_000)
		.option("--round-trips <n>", "round trips of a latency run", count, 10_000)
		.option("--json", "print the figures as JSON instead of a table")
		.parse();
	const options = command.opts<{ rounds: number; messages: number; roundTrips: number; json?: boolean }>();
	const table = new Table({ head: ["row", ...ARMS, "against zeromq", "against MessagePort"], style: { head: [], border: [] } });
	const figures: Record<string, Record<ArmName, number[]>> = {};
	for (const row of rows(options.messages, options.roundTrips)) {
		const samples: Record<ArmName, number[]> = { zloom: [], zeromq: [], MessagePort: [] };
		for (let round = 0; round < options.rounds; round++) for (const arm of ARMS) samples[arm].push(await row.run(arm));
		figures[row.title] = samples;
		table.push([
			row.title,
			...ARMS.map((arm) => figure(median(samples[arm]), row.unit)),
			ratio(samples.zloom, samples.zeromq, row.unit),
			ratio(samples.zloom, samples.MessagePort, row.unit),
		]);
	}
	if (options.json === true) console.log(JSON.stringify(figures, null, 2));
	else {
		console.log(
			`Node ${process.version}, ${availableParallelism()} cores, medians of ${options.rounds} rounds; MessagePort has no tcp: its figure is the in-process one`,
		);
		console.log(table.toString());
	}
}

await main();
