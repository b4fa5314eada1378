/**
 * npm run fuzz: fuzzes every target, or those named, in turn, each for its share of the time.
 *
 * Prints the seed first and a line for each target. What is found is printed with the command that finds it again, kept in
 * corpus/ (where npm test replays it from then on), and makes the exit status 1. Sockets get twice the time of units.
 */
import { parseArgs } from "node:util";
import { writeFinding } from "./corpus.ts";
import { type Finding, fuzz, type Report } from "./fuzzer.ts";
import type { Target } from "./target.ts";
import { CANARIES, TARGETS } from "./targets.ts";
import { Watchdog } from "./watchdog.ts";

const SHARES = { unit: 1, socket: 2 } as const;

const { values } = parseArgs({
	options: {
		seconds: { type: "string", default: "60" },
		seed: { type: "string" },
		target: { type: "string", multiple: true, default: [] },
		"keep-findings": { type: "string", default: "yes" },
		list: { type: "boolean", default: false },
	},
});

function wanted(names: readonly string[]): Target[] {
	if (names.length === 0) return [...TARGETS];
	const known = [...TARGETS, ...CANARIES];
	for (const name of names) {
		if (known.some((target) => target.name === name)) continue;
		console.error(`There is no target "${name}"; there are ${TARGETS.map((target) => target.name).join(", ")}`);
		process.exit(2);
	}
	return known.filter(({ name }) => names.includes(name));
}

function number(name: string, text: string, least: number): number {
	const value = Number(text);
	if (Number.isFinite(value) && value >= least) return value;
	console.error(`--${name} takes a number from ${least} on, got "${text}"`);
	process.exit(2);
}

function describe(target: Target, { runs, outcomes }: Report, seconds: number): string {
	const most = [...outcomes].sort((a, b) => b[1] - a[1]).slice(0, 3);
	const shown = most.map(([outcome, count]) => `${outcome} ${count}`).join(", ");
	const rate = Math.round(runs / Math.max(0.001, seconds));
	return `${target.name.padEnd(22)} ${String(runs).padStart(8)} runs ${String(rate).padStart(7)}/s ${String(outcomes.size).padStart(4)} outcomes: ${shown}`;
}

function report(target: Target, { error, parts }: Finding, seed: number): void {
	console.error(`\nFOUND in ${target.name}: ${error.stack ?? error}`);
	for (const part of parts) console.error(`  ${part.toString("hex")}`);
	if (values["keep-findings"] === "yes") console.error(`kept as ${writeFinding(target.name, kindLine(error), parts)}`);
	console.error(`again: npm run fuzz -- --target ${target.name} --seed ${seed}`);
}

function kindLine(error: Error): string {
	return `${error.name}: ${error.message}`.split("\n")[0] ?? "";
}

async function main(): Promise<void> {
	const targets = wanted(values.target);
	if (values.list) {
		for (const { name, level } of targets) console.log(`${name.padEnd(22)} ${level}`);
		return;
	}
	const seconds = number("seconds", values.seconds, 0.1);
	const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : number("seed", values.seed, 0);
	console.log(`seed ${seed}, ${targets.length} targets, ${seconds} s`);
	const watchdog = new Watchdog();
	const shares = targets.reduce((sum, { level }) => sum + SHARES[level], 0);
	let found = 0;
	for (const target of targets) {
		const start = performance.now();
		const until = start + (seconds * 1000 * SHARES[target.level]) / shares;
		// What fails outside every promise belongs to the target that runs.
		const stray = (error: unknown): never => {
			report(target, { error: error instanceof Error ? error : new Error(String(error)), parts: current }, seed);
			process.exit(1);
		};
		let current: readonly Buffer[] = [];
		process.on("uncaughtException", stray);
		const onRun = (parts: readonly Buffer[]): void => {
			current = parts;
			watchdog.note(parts);
		};
		const result = await fuzz(target, { seed, until, onRun });
		process.off("uncaughtException", stray);
		console.log(describe(target, result, (performance.now() - start) / 1000));
		if (result.finding === undefined) continue;
		found += 1;
		report(target, result.finding, seed);
	}
	await watchdog.stop();
	console.log(found === 0 ? "nothing found" : `${found} of ${targets.length} targets have findings`);
	process.exitCode = found === 0 ? 0 : 1;
}

await main();
