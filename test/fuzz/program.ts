/**
 * npm run fuzz: fuzzes every target, or those named, in turn.
 *
 * --seconds: each target has its share of the time, and what a machine comes to see depends on how fast it is: for a search, with a new
 * seed that is printed first. --runs with --seed: all seeds, the corpus and so many mutants, on every machine the same: for CI.
 *
 * A line for each target. What is found is kept in corpus/ (where npm test replays it from then on), makes the exit status 1, and is
 * named in the last lines with the commands that show it again.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { readEntry } from "./corpus.ts";
import { fuzz } from "./fuzzer.ts";
import { type Asked, describe, tell } from "./report.ts";
import type { Target } from "./target.ts";
import { CANARIES, LOOPING, TARGETS } from "./targets.ts";
import { Watchdog } from "./watchdog.ts";

/** Of the time, and mutants for one of `--runs`. */
const SHARES = { unit: 1, socket: 2, flood: 2 } as const;
const MUTANTS = { unit: 20, socket: 1, flood: 0.05 } as const;

const { values } = parseArgs({
	options: {
		seconds: { type: "string" },
		runs: { type: "string" },
		seed: { type: "string" },
		target: { type: "string", multiple: true, default: [] },
		replay: { type: "string" },
		findings: { type: "string" },
		"hang-seconds": { type: "string" },
		list: { type: "boolean", default: false },
	},
});

function fail(message: string): never {
	console.error(message);
	process.exit(2);
}

function wanted(names: readonly string[]): Target[] {
	if (names.length === 0) return [...TARGETS];
	const known = [...TARGETS, ...CANARIES, LOOPING];
	const unknown = names.find((name) => !known.some((target) => target.name === name));
	if (unknown !== undefined) fail(`There is no target "${unknown}"; there are ${TARGETS.map(({ name }) => name).join(", ")}`);
	return known.filter(({ name }) => names.includes(name));
}

function number(name: "seconds" | "runs" | "seed" | "hang-seconds", least: number): number | undefined {
	const text = values[name];
	if (text === undefined) return undefined;
	const value = Number(text);
	return Number.isFinite(value) && value >= least ? value : fail(`--${name} takes a number from ${least} on, got "${text}"`);
}

/** One input of a file, once: throws what it finds. */
async function replay(file: string): Promise<void> {
	const [target] = wanted([path.basename(path.dirname(path.resolve(file)))]);
	const { what, parts } = readEntry(file);
	console.log(`${target?.name}: ${what}`);
	const subject = await (target as Target).open();
	console.log(`ends with: ${await subject.run(parts)}`);
	await subject.close?.();
}

async function main(targets: readonly Target[]): Promise<void> {
	const mutants = number("runs", 1);
	const seconds = number("seconds", 0.1) ?? (mutants === undefined ? 60 : undefined);
	const seed = number("seed", 0) ?? Math.floor(Math.random() * 2 ** 31);
	const size = mutants === undefined ? `--seconds ${seconds}` : `--runs ${mutants}`;
	const asked: Asked = { seed, size, folder: values.findings };
	console.log(`seed ${seed}, ${targets.length} targets, ${size}`);
	const watchdog = new Watchdog(number("hang-seconds", 0.1));
	const shares = targets.reduce((sum, { level }) => sum + SHARES[level], 0);
	const found: string[] = [];
	for (const target of targets) {
		const start = performance.now();
		let current: readonly Buffer[] = [];
		// What fails outside every promise belongs to the target that runs.
		const stray = (error: unknown): never => {
			found.push(tell(target.name, { error: error instanceof Error ? error : new Error(String(error)), parts: current }, asked));
			console.error(`\n${found.join("\n")}`);
			process.exit(1);
		};
		process.on("uncaughtException", stray);
		watchdog.enter(target.name, asked);
		const result = await fuzz(target, {
			seed,
			...(seconds === undefined ? {} : { until: start + (seconds * 1000 * SHARES[target.level]) / shares }),
			...(mutants === undefined ? {} : { mutantsMax: Math.ceil(mutants * MUTANTS[target.level]) }),
			onRun(parts) {
				current = parts;
				watchdog.note(parts);
			},
		});
		process.off("uncaughtException", stray);
		console.log(describe(target, result, (performance.now() - start) / 1000));
		if (result.finding !== undefined) found.push(tell(target.name, result.finding, asked));
	}
	await watchdog.stop();
	if (found.length === 0) console.log("nothing found");
	else console.error(`\n${found.join("\n")}`);
	process.exitCode = found.length === 0 ? 0 : 1;
}

if (values.list) for (const { name, level } of wanted(values.target)) console.log(`${name.padEnd(22)} ${level}`);
else if (values.replay !== undefined) await replay(values.replay);
else await main(wanted(values.target));
