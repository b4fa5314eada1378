/**
 * The page of clauses says what the tests are, and no clause is left without one.
 *
 * The test files are imported only to collect what they would test.
 */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "../../scripts/workspace.mjs";
import { folder } from "./catalogue.ts";
import { must } from "./clause-list.ts";
import { collect, covers } from "./covers.ts";
import { GAPS_PERCENT_LIMIT, gapsPercent, PAGE, pageOf, rowsOf } from "./table.ts";
import { readTestName, testName } from "./test-name.ts";

const coverings = collect();
for (const name of readdirSync(folder).sort()) if (/^rfc\d+.*\.test\.ts$/.test(name)) await import(new URL(name, import.meta.url).href);
const rows = rowsOf(coverings);

test("docs/spec.md is what npm run test:spec writes", () => {
	expect(readFileSync(`${root}/${PAGE}`, "utf8")).toBe(pageOf(rows));
});

test("every clause has a test over all its transports, or a reason why not", () => {
	expect(rows.flatMap(({ clause, open }) => (open === undefined ? [] : [`${clause.id} ${open}`]))).toEqual([]);
	expect(rows.length).toBeGreaterThan(0);
});

test("the gaps stay below the limit", () => {
	expect(gapsPercent(rows)).toBeLessThan(GAPS_PERCENT_LIMIT);
});

test("the names of the tests carry their clauses, whatever else stands in them", () => {
	for (const { ids, name } of coverings) expect(readTestName(testName({ ids, name }, "tcp"))).toEqual({ ids, name, transport: "tcp" });
});

test("a clause without a test, one that misses a transport, and too many gaps are found", () => {
	const planted = [
		{ ...must("1/a-1", "tested"), section: "x", over: ["tcp", "ipc"] as const },
		{ ...must("1/a-2", "half tested"), section: "x", over: ["tcp", "ipc"] as const },
		{ ...must("1/a-3", "forgotten"), section: "x" },
		{ ...must("1/a-4", "left out", "a reason"), section: "x" },
	];
	const found = rowsOf(
		[
			{ ids: ["1/a-1"], transports: ["tcp"], name: "one" },
			{ ids: ["1/a-1"], transports: ["ipc"], name: "two" },
			{ ids: ["1/a-2"], transports: ["ipc"], name: "two" },
		],
		planted,
	);
	expect(found.map(({ open }) => open)).toEqual([undefined, "has no test over tcp", "has neither a test nor a gap", undefined]);
	expect(gapsPercent(found)).toBe(25);
});

test("a test for a clause that is unknown or a gap does not load", () => {
	const register = (id: string) => () => covers([id], { transports: ["tcp"] }, "x", () => {});
	expect(register("37/no-such-clause-1")).toThrowError("No clause has the id");
	const gap = rows.find(({ clause }) => clause.gap !== undefined);
	expect(register(gap?.clause.id as string)).toThrowError("listed as a gap");
});
