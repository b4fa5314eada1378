/**
 * npm run docs: copies code from the files that the tests run into the documents that show it.
 *
 * A line `<!-- file: PATH -->` directly above a code block names the file, relative to the workspace. The header comment of
 * the file, which speaks to its maintainers, is left out. test/tidy checks that every block is up to date.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packageFolders } from "./stamp.mjs";
import { isProgram, root } from "./workspace.mjs";

const BLOCK = /(<!-- file: (\S+) -->\n```[a-z]*\n)[\s\S]*?\n?(```\n)/g;

/**
 * @param {string} markdown
 * @param {(sourcePath: string) => string | undefined} read
 * @returns {{ text: string, missing: string[] }} the document with every block written anew, and the paths that `read` does not know
 */
export function fillIn(markdown, read) {
	/** @type {string[]} */
	const missing = [];
	const text = markdown.replace(BLOCK, (block, before, sourcePath, after) => {
		const source = read(sourcePath);
		if (source === undefined) {
			missing.push(sourcePath);
			return block;
		}
		return `${before}${source.replace(/^\/\*\*[\s\S]*?\*\/\n/, "").trim()}\n${after}`;
	});
	return { text, missing };
}

function documents() {
	const inDocs = ["docs", "docs/patterns"].flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => path.join(folder, name)));
	const inPackages = packageFolders().map((folder) => path.join(folder, "README.md"));
	return ["README.md", ...inDocs, ...inPackages].filter((name) => name.endsWith(".md") && existsSync(path.join(root, name)));
}

if (isProgram(import.meta.url)) {
	for (const name of documents()) {
		const file = path.join(root, name);
		const before = readFileSync(file, "utf8");
		const { text, missing } = fillIn(before, (sourcePath) => {
			const source = path.join(root, sourcePath);
			return existsSync(source) ? readFileSync(source, "utf8") : undefined;
		});
		for (const sourcePath of missing) console.error(`${name} shows ${sourcePath}, which does not exist`);
		if (missing.length > 0) process.exitCode = 1;
		if (text === before) continue;
		writeFileSync(file, text);
		console.log(`${name} written`);
	}
}
