/**
 * Runs the whole vitest suite once, on a given Node, and counts what it did. The counts also go to a file, from which CI
 * sums them up.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "./child.mjs";
import { root, stateFolder } from "./workspace.mjs";

const VITEST = path.join(root, "node_modules", "vitest", "vitest.mjs");

/**
 * Where the counts of the run with this name are kept.
 * @param {string} name
 */
export function countsFile(name) {
	return path.join(stateFolder, `counts-${name}.json`);
}

/** @param {string} reportFile */
function count(reportFile) {
	// No report: vitest died before its end. That is one failure, whatever passed before.
	if (!existsSync(reportFile)) return { passed: 0, failed: 1, skipped: 0 };
	const report = JSON.parse(readFileSync(reportFile, "utf8"));
	// A file that does not load has no tests that could fail.
	const brokenFiles = report.testResults.filter(
		(/** @type {{ status: string, assertionResults: unknown[] }} */ file) => file.status === "failed" && file.assertionResults.length === 0,
	).length;
	return {
		passed: report.numPassedTests,
		failed: report.numFailedTests + brokenFiles,
		skipped: report.numPendingTests + report.numTodoTests,
	};
}

/**
 * @param {{ name: string, executable?: string, args?: string[] }} options `name` tells the result files of several runs apart.
 * @returns {Promise<{ ok: boolean, passed: number, failed: number, skipped: number }>}
 */
export async function runSuite({ name, executable = process.execPath, args = [] }) {
	mkdirSync(stateFolder, { recursive: true });
	const reportFile = path.join(stateFolder, `report-${name}.json`);
	rmSync(reportFile, { force: true });
	rmSync(countsFile(name), { force: true });
	// Children that tests start by the name `node` must be of the same version.
	const env = { ...process.env, PATH: `${path.dirname(executable)}${path.delimiter}${process.env.PATH ?? ""}` };
	const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
	const status = await run(executable, [VITEST, "run", ...reporters, ...args], { env });
	const counts = count(reportFile);
	// A non-zero status with no failed test is an error outside of tests, such as an unhandled rejection.
	if (status !== 0 && counts.failed === 0) counts.failed = 1;
	writeFileSync(countsFile(name), JSON.stringify(counts));
	return { ok: status === 0, ...counts };
}
