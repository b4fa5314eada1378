/**
 * Inputs on disk: `corpus/<target>/<name>.hex`. The first line is JSON that says what the input is, and with `expect` how its run
 * ends; each further line is one part in hexadecimal. Plain text, so that a change of one byte is one line of a diff.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Parts } from "./target.ts";

const FOLDER = fileURLToPath(new URL("./corpus", import.meta.url));

export interface Entry {
	readonly name: string;
	/** One sentence. */
	readonly what: string;
	/** The outcome of its run; undefined: any. */
	readonly expect?: string;
	readonly parts: Parts;
}

/** The first line of a file, with its end. */
export function headLine({ what, expect }: Pick<Entry, "what" | "expect">): string {
	return `${JSON.stringify({ what, expect })}\n`;
}

export function encodeEntry(entry: Omit<Entry, "name">): string {
	return headLine(entry) + entry.parts.map((part) => `${part.toString("hex")}\n`).join("");
}

function decodeEntry(name: string, text: string): Entry {
	const [head = "", ...lines] = text.replace(/\n$/, "").split("\n");
	return { name, ...(JSON.parse(head) as Pick<Entry, "what" | "expect">), parts: lines.map((line) => Buffer.from(line, "hex")) };
}

/** All inputs kept for a target, by name. */
export function readCorpus(target: string): Entry[] {
	const folder = path.join(FOLDER, target);
	if (!existsSync(folder)) return [];
	const names = readdirSync(folder).filter((name) => name.endsWith(".hex"));
	return names.sort().map((name) => readEntry(path.join(folder, name)));
}

/** One input; its target has the name of its folder. */
export function readEntry(file: string): Entry {
	return decodeEntry(path.basename(file, ".hex"), readFileSync(file, "utf8"));
}

/** Folders of the corpus. */
export function corpusTargets(): string[] {
	return readdirSync(FOLDER).sort();
}

/** Where a finding is kept; `text` tells it from others. @param folder default the corpus */
export function findingFile(target: string, text: string, folder = FOLDER): string {
	return path.join(folder, target, `found-${createHash("sha256").update(text).digest("hex").slice(0, 12)}.hex`);
}

/** Keeps a finding; returns its path. */
export function writeFinding(target: string, finding: Pick<Entry, "what" | "parts">, folder?: string): string {
	const text = encodeEntry(finding);
	const file = findingFile(target, text, folder);
	mkdirSync(path.dirname(file), { recursive: true });
	writeFileSync(file, text);
	return file;
}
