/**
 * `npm run bench:profile`: where our time goes. Runs the zloom arm of each chosen row once under V8's profiler and prints, for each
 * thread of it, what was dearest. Figures of a run under a profiler are no measurement: `npm run bench` measures.
 *
 * Start-up is in it: a thread that is busy for less than a second shows mostly the loading of modules; give it more messages.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import Table from "cli-table3";
import { Command, InvalidArgumentError } from "commander";
import { type CpuProfile, type Folded, foldProfile } from "./cpu-profile.ts";
import { figureOf, type Program } from "./program.ts";
import { allRows } from "./rows.ts";

interface Options {
	row?: string[];
	messages: number;
	roundTrips: number;
	parkedSeconds: number;
	top: number;
	keep?: string;
}

const ARM = "zloom";

function count(text: string): number {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number of at least 1");
	return value;
}

/** The profiles of a run, by thread: the main thread is 0. */
async function profilesOf(program: Program, folder: string): Promise<[thread: string, profile: Folded][]> {
	mkdirSync(folder, { recursive: true });
	await figureOf({ command: program.command, args: ["--cpu-prof", `--cpu-prof-dir=${folder}`, ...program.args] });
	const files = readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"));
	return files.sort().map((name) => {
		// CPU.<date>.<time>.<process>.<thread>.<number>.cpuprofile
		const thread = name.split(".")[4] ?? "?";
		return [thread, foldProfile(JSON.parse(readFileSync(path.join(folder, name), "utf8")) as CpuProfile)];
	});
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function tableOf(profiles: readonly [string, Folded][], top: number): string {
	const lines = new Table({
		head: ["thread", "share", "ms", "where"],
		style: { head: [], border: [], compact: true },
		colAligns: ["left", "right", "right", "left"],
	});
	for (const [thread, { busyMs, idleMs, collectingMs, costs }] of profiles) {
		const all = busyMs + idleMs;
		const collecting = busyMs === 0 ? 0 : collectingMs / busyMs;
		lines.push([thread, percent(all === 0 ? 0 : busyMs / all), busyMs.toFixed(0), `busy; of it ${percent(collecting)} garbage collection`]);
		for (const { where, milliseconds, share } of costs.slice(0, top)) lines.push(["", percent(share), milliseconds.toFixed(0), where]);
	}
	return lines.toString();
}

const command = new Command("bench:profile")
	.description("where the time of zloom goes, row by row and thread by thread")
	.option("--row <name...>", "only rows whose names begin so")
	.option("--messages <n>", "messages of a throughput run; topics and bursts follow from it", count, 200_000)
	.option("--round-trips <n>", "round trips of a latency run", count, 20_000)
	.option("--parked-seconds <n>", "how long the row of parked threads looks", count, 2)
	.option("--top <n>", "functions of each thread", count, 10)
	.option("--keep <folder>", "leave the profiles there, for a viewer; a folder for each row")
	.parse();
const options = command.opts<Options>();
const rows = allRows(options).filter(({ name }) => options.row?.some((word) => name.startsWith(word)) ?? true);
if (rows.length === 0) command.error("no row begins so; npm run bench -- --list has their names");
const folder = options.keep ?? mkdtempSync(path.join(os.tmpdir(), "zloom-profile-"));
process.once("exit", () => {
	if (options.keep === undefined) rmSync(folder, { recursive: true, force: true });
});
for (const [signal, status] of [
	["SIGINT", 130],
	["SIGTERM", 143],
] as const)
	process.once(signal, () => process.exit(status));
for (const { name, title, arms } of rows) {
	const program = arms.get(ARM);
	if (program === undefined || "missing" in program) continue;
	console.log(`\n${name}: ${title}`);
	console.log(tableOf(await profilesOf(program, path.join(folder, name)), options.top));
}
