/**
 * What the report of a test run says: how many tests did what, and what each failure said.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { countsOf } from "../../scripts/suite.mjs";
import { root } from "../../scripts/workspace.mjs";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), "zloom-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function report(testResults: unknown[], numbers: { passed: number; pending?: number; todo?: number }): string {
	const file = path.join(folder, "report.json");
	const { passed, pending = 0, todo = 0 } = numbers;
	writeFileSync(file, JSON.stringify({ numPassedTests: passed, numPendingTests: pending, numTodoTests: todo, testResults }));
	return file;
}

const failed = (name: string, fullName: string, message: string) => ({
	name: path.join(root, name),
	status: "failed",
	message: "",
	assertionResults: [
		{ status: "passed", fullName: "what holds", failureMessages: [] },
		{ status: "failed", fullName, failureMessages: [message] },
	],
});

test("tests are counted, and a failure is told by file, name and the beginning of its text", () => {
	const long = Array.from({ length: 100 }, (_, at) => `line ${at}`).join("\n");
	const counts = countsOf(report([failed("test/x.test.ts", "a thing does something", long)], { passed: 1, pending: 2, todo: 3 }), 1);
	expect(counts).toMatchObject({ passed: 1, failed: 1, skipped: 5, unsteady: [] });
	expect(counts.failures).toMatchObject([{ file: path.join("test", "x.test.ts"), test: "a thing does something" }]);
	expect(counts.failures[0]?.message.split("\n")).toHaveLength(14);
});

test("a file that does not load is one failure", () => {
	const file = { name: path.join(root, "test/x.test.ts"), status: "failed", message: "SyntaxError: no", assertionResults: [] };
	const counts = countsOf(report([file], { passed: 0 }), 1);
	expect(counts.failed).toBe(1);
	expect(counts.failures[0]?.message).toBe("SyntaxError: no");
});

test("a run without a report, or one that fails outside of its tests, is one failure", () => {
	expect(countsOf(path.join(folder, "none.json"), 134)).toMatchObject({ passed: 0, failed: 1 });
	expect(countsOf(report([], { passed: 7 }), 1)).toMatchObject({ passed: 7, failed: 1 });
	expect(countsOf(report([], { passed: 7 }), 0)).toMatchObject({ passed: 7, failed: 0, failures: [] });
});
