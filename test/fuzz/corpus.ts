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

export function encodeEntry(entry: Omit<Entry, "name">): string {
	const { what, expect, parts } = entry;
	return `${[JSON.stringify({ what, expect }), ...parts.map((part) => part.toString("hex"))].join("\n")}\n`;
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
	return names.sort().map((name) => decodeEntry(name.slice(0, -4), readFileSync(path.join(folder, name), "utf8")));
}

/** Folders of the corpus. */
export function corpusTargets(): string[] {
	return readdirSync(FOLDER).sort();
}

/** Keeps a finding; returns its path. */
export function writeFinding(target: string, what: string, parts: Parts): string {
	const text = encodeEntry({ what, parts });
	const file = path.join(FOLDER, target, `found-${createHash("sha256").update(text).digest("hex").slice(0, 12)}.hex`);
	mkdirSync(path.dirname(file), { recursive: true });
	writeFileSync(file, text);
	return file;
}
