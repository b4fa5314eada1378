/**
 * Shows the parser every corner of the languages before real files come. V8 optimizes a hot function for what it has seen
 * so far and throws the code away when something new turns up: in one census the scanner alone was compiled 21 times, and
 * that on every thread anew. A few passes over small samples (samples/*.txt: every kind of token, statement, expression and
 * type, meaning nothing, never run) let it see all of it first.
 *
 * Costs some tens of milliseconds a thread. Changes no result: what the samples parse to is dropped.
 */
import { readFileSync } from "node:fs";
import type { FoundFile } from "./found-file.ts";
import { warmUpRounds } from "./limits.ts";

/** Each sample as the kinds of file that may hold it. */
export const samples = [
	["script.txt", ".js"],
	["modular.txt", ".mjs"],
	["script.txt", ".cjs"],
	["typed.txt", ".ts"],
	["modular.txt", ".ts"],
	["markup.txt", ".tsx"],
	["markup.txt", ".jsx"],
] as const;

let isWarm = false;

/** Once a thread; `parse` is parseFile. */
export function warmUp(parse: (file: FoundFile, content: Uint8Array) => unknown): void {
	if (isWarm) return;
	isWarm = true;
	const files = samples.map(([name, kind]) => ({ file: { path: `sample${kind}`, index: 0, kind }, content: readSample(name) }));
	for (let round = 0; round < warmUpRounds; round++) for (const { file, content } of files) parse(file, content);
}

/** The folder lies beside both src and dist. */
export function readSample(name: string): Uint8Array {
	return readFileSync(new URL(`../samples/${name}`, import.meta.url));
}
