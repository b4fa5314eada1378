/**
 * The files of the workspace as the rules see them: path, text, and the parsed program of a TypeScript or JavaScript file.
 *
 * A tree is read from disk once, or planted in memory: every rule proves on a planted tree that it finds what it forbids.
 * Paths are relative to the root, with forward slashes.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type ParseResult, parseSync } from "oxc-parser";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

const CODE = /\.(?:ts|mts|cts|tsx|js|mjs|cjs)$/;
const TEXT = /\.(?:ts|mts|cts|tsx|js|mjs|cjs|json|md|svg|yaml|yml|html|css|sh)$/;
const TEXT_WITHOUT_SUFFIX = new Set([".ci/run", ".gitignore", ".npmrc", "LICENSE"]);
/** Names and paths of folders that are not ours to check: what is installed, built, produced by a run, or written by a tool. */
const NOT_OURS = new Set(["node_modules", "dist", ".turbo", ".git", "report", "results", "coverage", "docs/api"]);

export class TreeFile {
	readonly path: string;
	readonly text: string;
	#parsed: ParseResult | undefined;

	constructor(filePath: string, text: string) {
		this.path = filePath;
		this.text = text;
	}

	get isCode(): boolean {
		return CODE.test(this.path);
	}

	/** A test, or something that only tests load. */
	get isTest(): boolean {
		return /\.(?:test|bench)\.[cm]?[jt]s$/.test(this.path) || /(?:^|\/)(?:test|fixtures)\//.test(this.path);
	}

	get lines(): string[] {
		return this.text.replace(/\n$/, "").split("\n");
	}

	get parsed(): ParseResult {
		this.#parsed ??= parseSync(this.path, this.text);
		return this.#parsed;
	}

	/** 1-based line of an offset in the text. */
	lineAt(offset: number): number {
		let line = 1;
		for (let at = this.text.indexOf("\n"); at !== -1 && at < offset; at = this.text.indexOf("\n", at + 1)) line += 1;
		return line;
	}
}

export class Tree {
	readonly files: readonly TreeFile[];
	readonly #byPath: Map<string, TreeFile>;

	constructor(files: TreeFile[]) {
		this.files = files;
		this.#byPath = new Map(files.map((file) => [file.path, file]));
	}

	/** A tree that exists in memory only. */
	static planted(texts: Record<string, string>): Tree {
		return new Tree(Object.entries(texts).map(([filePath, text]) => new TreeFile(filePath, text)));
	}

	static read(folder: string): Tree {
		const files: TreeFile[] = [];
		const walk = (relative: string): void => {
			for (const entry of readdirSync(path.join(folder, relative), { withFileTypes: true })) {
				const entryPath = relative === "" ? entry.name : `${relative}/${entry.name}`;
				if (entry.isDirectory()) {
					if (!NOT_OURS.has(entry.name) && !NOT_OURS.has(entryPath)) walk(entryPath);
				} else if (entry.isFile() && (TEXT.test(entry.name) || TEXT_WITHOUT_SUFFIX.has(entryPath))) {
					files.push(new TreeFile(entryPath, readFileSync(path.join(folder, entryPath), "utf8")));
				}
			}
		};
		walk("");
		return new Tree(files);
	}

	get code(): TreeFile[] {
		return this.files.filter((file) => file.isCode);
	}

	/** What is built and shipped: packages/x/src without tests. */
	get shipped(): TreeFile[] {
		return this.code.filter((file) => /^packages\/[^/]+\/src\//.test(file.path) && !file.isTest);
	}

	get(filePath: string): TreeFile | undefined {
		return this.#byPath.get(filePath);
	}
}
