/**
 * Writes docs/options.md from the table of socket options: part of npm run docs.
 *
 * What an option takes comes from the table itself, what it is for from the comment at its name. A test checks that the page is up
 * to date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { optionsElsewhere } from "./options-not-carried.mjs";
import { isProgram, root } from "./workspace.mjs";

/**
 * @typedef {{ number: number | undefined, effect: string, types?: readonly string[], kind: string, default: unknown, least?: number,
 *   most?: number, unit?: string, bytesMost?: number, ascii?: boolean, choices?: readonly string[] }} Row
 */

export const PAGE = "docs/options.md";
const TABLE = "packages/core/src/option/option-table.ts";
/** Where options have their comments. */
export const SOURCES = [TABLE, "packages/core/src/option/security-options.ts"];

const HEAD = `# Socket options

Given to the constructor, \`new Push({ sendHighWaterMark: 10 })\`, or set later as properties. A wrong name or value throws \`EINVAL\` and says what is wanted. This page is written by
\`npm run docs\` from \`${TABLE}\`; change that.

- **at once**: holds for everything from now on. **next connection**: for connections made or accepted from now on. **next bind or connect**: for endpoints bound or connected from now on.
- The number is libzmq's, for those who come from there. Names are zeromq.js's where it has one.
- libzmq's options that are not here are listed [below](#libzmqs-options-that-are-not-in-the-table), with what there is instead, or why there is nothing.

| option | libzmq | takes | default | sockets | takes effect | what it is for |
|---|---|---|---|---|---|---|
`;

/** @param {string} source the text of the files */
function purposes(source) {
	/** @type {Map<string, string>} */
	const found = new Map();
	for (const [, purpose, name] of source.matchAll(/^\t\/\*\* (.*) \*\/\n\t(?:readonly )?(\w+): /gm))
		found.set(/** @type {string} */ (name), /** @type {string} */ (purpose));
	return found;
}

/** @param {Row} row */
function takes(row) {
	const orNull = row.default === null ? ", or null" : "";
	if (row.kind === "integer") return `whole number from ${row.least}${row.most === undefined ? "" : ` to ${row.most}`} (${row.unit})`;
	if (row.kind === "boolean") return "true or false";
	if (row.kind === "choice") return row.choices?.map((choice) => `"${choice}"`).join(", ") + orNull;
	if (row.kind === "choices") return `a list of ${row.choices?.map((choice) => `"${choice}"`).join(", ")}`;
	if (row.kind === "address ranges") return "addresses or ranges, or null";
	if (row.kind === "bytes") return `bytes or text${row.most === undefined ? "" : `, at most ${row.most} bytes`}${orNull}`;
	if (row.kind === "text")
		return `${row.ascii ? "ASCII " : ""}text${row.bytesMost === undefined ? "" : `, at most ${row.bytesMost} bytes`}${orNull}`;
	if (row.kind === "curve key") return "32 bytes, or 40 characters of Z85, or null";
	if (row.kind === "metadata") return "names that begin with X-, and their values";
	return "is read only";
}

/**
 * @param {Row} row
 * @param {readonly string[]} all
 */
function sockets(row, all) {
	const having = row.types;
	if (having === undefined) return "all";
	if (having.length <= all.length / 2) return having.join(" ");
	return `all but ${all.filter((type) => !having.includes(type)).join(" ")}`;
}

/** @param {unknown} value */
function shown(value) {
	if (value instanceof Uint8Array) return value.length === 0 ? "empty" : Buffer.from(value).toString();
	if (typeof value === "string") return value === "" ? "empty" : `"${value}"`;
	if (typeof value === "object" && value !== null) return "none";
	return String(value);
}

/**
 * @param {Readonly<Record<string, Row>>} table
 * @param {string} source the text of {@link SOURCES}, one after the other
 * @param {readonly string[]} types all socket types
 */
export function optionsPage(table, source, types) {
	const purpose = purposes(source);
	const lines = Object.entries(table)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([name, row]) => {
			const cells = [
				`\`${name}\``,
				row.number ?? "",
				takes(row),
				shown(row.default),
				sockets(row, types),
				row.effect,
				purpose.get(name) ?? "",
			];
			return `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
		});
	return `${HEAD}${lines.join("\n")}\n${optionsElsewhere()}`;
}

if (isProgram(import.meta.url)) {
	/** @param {string} name */
	const built = (name) => import(pathToFileURL(path.join(root, "packages/core/dist", name)).href);
	const [{ OPTION_TABLE }, { SOCKET_TYPE_NUMBER }] = [await built("option/option-table.js"), await built("socket-type.js")];
	const source = SOURCES.map((name) => readFileSync(path.join(root, name), "utf8")).join("\n");
	writeFileSync(path.join(root, PAGE), optionsPage(OPTION_TABLE, source, Object.keys(SOCKET_TYPE_NUMBER)));
	console.log(`${PAGE} written`);
}
