/**
 * What a person reads: a line for each target, and of a finding the input, the file that keeps it, and the commands that replay it.
 *
 * The last lines of a run that found something say all of it again, shortly: a log may be cut off above them.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { writeFinding } from "./corpus.ts";
import type { Finding, Report } from "./fuzzer.ts";
import type { Target } from "./target.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** How a run was asked for. */
export interface Asked {
	readonly seed: number;
	/** `--seconds 30` or `--runs 100`. */
	readonly size: string;
	/** Where findings are kept; undefined: in the corpus. */
	readonly folder: string | undefined;
}

export function describe(target: Target, { runs, outcomes }: Report, seconds: number): string {
	const most = [...outcomes].sort((a, b) => b[1] - a[1]).slice(0, 3);
	const shown = most.map(([outcome, count]) => `${outcome} ${count}`).join(", ");
	const rate = Math.round(runs / Math.max(0.001, seconds));
	return `${target.name.padEnd(22)} ${String(runs).padStart(8)} runs ${String(rate).padStart(7)}/s ${String(outcomes.size).padStart(4)} outcomes: ${shown}`;
}

/** How to see a finding again. */
export function again(target: string, { seed, size }: Asked, file: string): string {
	const kept = path.relative(ROOT, file);
	return [
		`target  ${target}, seed ${seed}`,
		`input   ${kept}`,
		`replay  npm run fuzz -- --replay ${kept}`,
		`find it npm run fuzz -- --target ${target} --seed ${seed} ${size}`,
	].join("\n");
}

function kindLine(error: Error): string {
	return `${error.name}: ${error.message}`.split("\n")[0] ?? "";
}

/** Prints a finding and keeps its input; returns what the end of the log says of it. */
export function tell(target: string, { error, parts }: Finding, asked: Asked): string {
	console.error(`\nFOUND in ${target}: ${error.stack ?? error}`);
	for (const part of parts) console.error(`  ${part.toString("hex")}`);
	const what = kindLine(error);
	return `FOUND ${what}\n${again(target, asked, writeFinding(target, { what, parts }, asked.folder))}`;
}
