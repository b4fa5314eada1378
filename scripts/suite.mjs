/**
 * Runs the whole vitest suite once, on a given Node, and counts what it did. Counts and failures also go to a file, from
 * which CI sums them up and shows them.
 *
 * Where `SECOND_RUN` is set (CI sets it) and up to three tests failed, their files run once more, alone. Tests that pass
 * then count as passed and are named as unsteady, with what they said the first time: the machine that others use too is
 * no reason to refuse a change, and an unsteady test is not forgotten either. More than three are not chance.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "./child.mjs";
import { root, stateFolder } from "./workspace.mjs";

/** The variable that asks for a second run of what failed. */
export const SECOND_RUN = "ZLOOM_SECOND_RUN";
const SECOND_RUN_MAX = 3;
/** Of a failure's text, lines. */
const MESSAGE_LINES_MAX = 14;
const VITEST = path.join(root, "node_modules", "vitest", "vitest.mjs");

/**
 * `file` is relative to the workspace; a file that does not load has a failure with its own name.
 * @typedef {{ file: string, test: string, message: string }} Failure
 * @typedef {{ passed: number, failed: number, skipped: number, failures: Failure[], unsteady: Failure[] }} Counts
 */

/**
 * Where the counts of the run with this name are kept.
 * @param {string} name
 */
export function countsFile(name) {
	return path.join(stateFolder, `counts-${name}.json`);
}

/**
 * The counts of a run from the report that vitest leaves, and its failures.
 * @param {string} reportFile
 * @param {number} status of the run
 * @returns {Counts}
 */
export function countsOf(reportFile, status) {
	/** @type {Counts} */
	const counts = { passed: 0, failed: 0, skipped: 0, failures: [], unsteady: [] };
	if (existsSync(reportFile)) {
		const report = JSON.parse(readFileSync(reportFile, "utf8"));
		counts.passed = report.numPassedTests;
		counts.skipped = report.numPendingTests + report.numTodoTests;
		counts.failures = report.testResults.flatMap(failuresOfFile);
	} else counts.failures.push({ file: "", test: "vitest", message: `died with status ${status} before its end` });
	// A non-zero status with no failed test is an error outside of tests, such as an unhandled rejection.
	if (status !== 0 && counts.failures.length === 0)
		counts.failures.push({
			file: "",
			test: "vitest",
			message: `status ${status} without a failed test: an error outside of tests, see above`,
		});
	counts.failed = counts.failures.length;
	return counts;
}

/**
 * @param {{ name: string, status: string, message: string, assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }} result
 * @returns {Failure[]}
 */
function failuresOfFile(result) {
	const file = path.relative(root, result.name);
	const failed = result.assertionResults
		.filter(({ status }) => status === "failed")
		.map(({ fullName, failureMessages }) => ({ file, test: fullName, message: beginningOf(failureMessages.join("\n")) }));
	// A file that does not load has no tests that could fail.
	return failed.length === 0 && result.status === "failed"
		? [{ file, test: "the file itself", message: beginningOf(result.message) }]
		: failed;
}

/** @param {string} message */
function beginningOf(message) {
	return message.split("\n").slice(0, MESSAGE_LINES_MAX).join("\n");
}

/**
 * @param {{ name: string, executable?: string, args?: string[] }} options `name` tells the result files of several runs apart.
 * @returns {Promise<{ ok: boolean } & Counts>}
 */
export async function runSuite({ name, executable = process.execPath, args = [] }) {
	mkdirSync(stateFolder, { recursive: true });
	rmSync(countsFile(name), { force: true });
	// Children that tests start by the name `node` must be of the same version.
	const env = { ...process.env, PATH: `${path.dirname(executable)}${path.delimiter}${process.env.PATH ?? ""}` };
	/**
	 * @param {string} reportName
	 * @param {string[]} selection
	 */
	const vitest = async (reportName, selection) => {
		const reportFile = path.join(stateFolder, `report-${reportName}.json`);
		rmSync(reportFile, { force: true });
		const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
		return countsOf(reportFile, await run(executable, [VITEST, "run", ...reporters, ...selection], { env }));
	};
	const counts = await vitest(name, args);
	const files = new Set(counts.failures.map(({ file }) => file));
	if (process.env[SECOND_RUN] === "1" && counts.failed > 0 && counts.failed <= SECOND_RUN_MAX && !files.has("")) {
		console.log(`zloom: ${counts.failed} failed: ${[...files].join(", ")} once more, alone`);
		const second = await vitest(`${name}-second`, [...files]);
		if (second.failed === 0) {
			counts.unsteady = counts.failures;
			counts.passed += counts.failed;
			counts.failed = 0;
			counts.failures = [];
		}
	}
	writeFileSync(countsFile(name), JSON.stringify(counts));
	return { ok: counts.failed === 0, ...counts };
}

/**
 * Counts as one line.
 * @param {Counts} counts
 */
export function told({ passed, failed, skipped, unsteady }) {
	return `${passed} tests passed, ${failed} failed, ${skipped} skipped${unsteady.length > 0 ? ` (${unsteady.length} unsteady)` : ""}`;
}
