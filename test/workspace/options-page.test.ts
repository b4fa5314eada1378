/**
 * The page of socket options says what the table says.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { OPTION_TABLE } from "../../packages/core/src/option/option-table.ts";
import { SOCKET_TYPE_NUMBER } from "../../packages/core/src/socket-type.ts";
import { LIBZMQ_OPTION_NUMBERS, OPTIONS_ELSEWHERE } from "../../scripts/options-not-carried.mjs";
import { optionsPage, PAGE, SOURCES } from "../../scripts/options-page.mjs";
import { root } from "../../scripts/workspace.mjs";

const read = (name: string) => readFileSync(path.join(root, name), "utf8");
const page = () => optionsPage(OPTION_TABLE, SOURCES.map(read).join("\n"), Object.keys(SOCKET_TYPE_NUMBER));

test("docs/options.md is what npm run docs writes", () => {
	expect(read(PAGE)).toBe(page());
});

test("every option has a purpose, and a number of its own where libzmq has one", () => {
	const lines = page()
		.split("\n")
		.filter((line) => /^\| (`|\d+ \|)/.test(line));
	expect(lines.filter((line) => line.endsWith("|  |"))).toEqual([]);
	const numbers = Object.values(OPTION_TABLE).flatMap(({ number }) => (number === undefined ? [] : [number]));
	expect(new Set(numbers).size).toBe(numbers.length);
});

test("each of libzmq's options is in the table, or listed with the reason why it is not", () => {
	const ours = Object.values(OPTION_TABLE).flatMap(({ number }) => (number === undefined ? [] : [number]));
	const elsewhere = Object.keys(OPTIONS_ELSEWHERE).map(Number);
	expect([...ours, ...elsewhere].sort((a, b) => a - b)).toEqual([...LIBZMQ_OPTION_NUMBERS].sort((a, b) => a - b));
});
