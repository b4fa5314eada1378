/**
 * `npm run savina`: the Savina programs on one and on two threads, the first fifteen beside Erlang/OTP, in alternation in one run.
 *
 * A missed bar is a finding and no failure. The exit status is 1 when a program failed or gave a wrong result, and, where CI is set,
 * when Erlang is missing: there the comparison must not fall silent.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { type Machine, machineWith } from "@zloom/bench/comparison";
import { Command, InvalidArgumentError, Option } from "commander";
import { erlangVersion } from "./erlang.ts";
import { failures, measureProgram, missingErlang, type ProgramResult } from "./measure-program.ts";
import { programs, TWINS } from "./programs.ts";
import type { Order } from "./run-program.ts";
import { table } from "./table.ts";
import { verdict } from "./verdict.ts";

interface Options {
	rounds?: number;
	iterations: number;
	size: Order["size"];
	program?: string[];
	json?: string;
	from?: string;
	list?: true;
}

/** What a run found, as it stands in its JSON file. */
export interface RunResult {
	readonly machine: Machine;
	readonly rounds: number;
	readonly size: Order["size"];
	readonly programs: readonly ProgramResult[];
}

function count(text: string): number {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number of at least 1");
	return value;
}

function chosen(words: readonly string[] | undefined): typeof programs {
	const unknown = (words ?? []).filter((word) => !programs.some(({ name }) => name === word));
	if (unknown.length > 0) command.error(`there is no program ${unknown.join(", ")}; --list has their names`);
	return words === undefined ? programs : programs.filter(({ name }) => words.includes(name));
}

async function run(options: Options): Promise<RunResult> {
	const { size, iterations } = options;
	const rounds = options.rounds ?? (size === "small" ? 1 : 3);
	const machine = machineWith({ "Erlang/OTP": erlangVersion() ?? "missing" });
	const results: ProgramResult[] = [];
	for (const program of chosen(options.program)) {
		if (process.stderr.isTTY) console.error(program.title);
		results.push(await measureProgram(program, { twin: programs.indexOf(program) < TWINS, size, rounds, iterations }));
	}
	return { machine, rounds, size, programs: results };
}

function print({ machine, rounds, size, programs: results }: RunResult): void {
	const { date, processor, cores, loadBefore, versions } = machine;
	console.log(`${date}: ${processor}, ${cores} cores; load before ${loadBefore}`);
	console.log(`${Object.entries(versions).flat().join(" ")}; medians of ${rounds} rounds in alternation`);
	if (size === "small") console.log("small parameters: this shows that the programs work, not how fast they are");
	console.log(table(results));
	console.log([...verdict(results), `${results.length} programs, every result checked`].join("\n"));
}

/** Says what is wrong and sets the exit status. */
function judge(results: readonly ProgramResult[]): void {
	const failed = failures(results);
	for (const failure of failed) console.error(`failed: ${failure}`);
	const missing = missingErlang(results);
	if (missing !== undefined) console.error(`Erlang is missing (${missing}): only our own arms were run`);
	if (failed.length > 0 || (missing !== undefined && process.env.CI !== undefined)) process.exitCode = 1;
}

const command = new Command("savina")
	.description("the Savina programs on zloom, the first fifteen beside Erlang/OTP")
	.option("--program <name...>", "only these programs")
	.option("--rounds <n>", "runs of each arm, in alternation (default: 3, or 1 of the small size)", count)
	.option("--iterations <n>", "repetitions within a run, as far as 8 s allow; the first warms up", count, 5)
	.addOption(
		new Option("--size <size>", "the published parameters, or small ones that show that all works")
			.choices(["full", "small"])
			.default("full"),
	)
	.option("--json <file>", "write all figures to a file")
	.option("--from <file>", "take the figures from a file that --json wrote, and measure nothing")
	.option("--list", "print the names of the programs")
	.parse();
const options = command.opts<Options>();
// Ending by a signal ends what runs at the moment, too.
for (const [signal, status] of [
	["SIGINT", 130],
	["SIGTERM", 143],
] as const)
	process.once(signal, () => process.exit(status));
if (options.list === true) {
	for (const { name, title, stresses } of programs) console.log(`${name.padEnd(14)} ${title}: ${stresses}`);
} else {
	const result = options.from === undefined ? await run(options) : (JSON.parse(readFileSync(options.from, "utf8")) as RunResult);
	if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, "\t")}\n`);
	print(result);
	judge(result.programs);
}
