/**
 * npm run test:spec: runs the tests of the RFCs' clauses, prints the table of clauses with their results, totals and the rate of
 * gaps, and writes docs/spec.md.
 *
 * Ends with status 1 when a test fails, when a clause is left without test and reason, or when there are too many gaps. A test for
 * an unknown clause cannot load and so fails. `--quiet` prints no line for clauses whose tests passed.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { tsImport } from "tsx/esm/api";
import { prepare } from "./prepare.mjs";
import { runSuite } from "./suite.mjs";
import { root, stateFolder } from "./workspace.mjs";

/**
 * @typedef {import("../test/spec/test-name.ts").Covering} Covering
 * @typedef {import("../test/spec/table.ts").Row} Row
 * @typedef {{ ids: string[], transport: import("../test/spec/clause.ts").SpecTransport, name: string, passed: boolean }} Result
 * @typedef {{ testResults: { assertionResults: { title: string, status: string }[] }[] }} Report
 */

/**
 * @param {Report} report
 * @param {(text: string) => Omit<Result, "passed"> | undefined} readTestName
 * @returns {Result[]}
 */
function resultsOf(report, readTestName) {
	return report.testResults.flatMap(({ assertionResults }) =>
		assertionResults.flatMap(({ title, status }) => {
			const read = readTestName(title);
			return read === undefined ? [] : [{ ...read, passed: status === "passed" }];
		}),
	);
}

/**
 * What covers, from results of single transports.
 * @param {readonly Result[]} results
 * @returns {Covering[]}
 */
function coveringsOf(results) {
	return results.map(({ ids, name, transport }) => ({ ids, name, transports: [transport] }));
}

/**
 * @param {Row} row
 * @param {readonly Result[]} results
 */
function outcome({ clause, open }, results) {
	if (clause.gap !== undefined) return "gap";
	if (results.some(({ passed }) => !passed)) return "failed";
	return open === undefined ? "passed" : "open";
}

/**
 * @param {readonly Row[]} rows
 * @param {readonly Result[]} results
 * @param {boolean} quiet
 */
function printRows(rows, results, quiet) {
	for (const row of rows) {
		const { clause, open, transports } = row;
		const own = results.filter(({ ids }) => ids.includes(clause.id));
		const state = outcome(row, own);
		if (quiet && state === "passed") continue;
		const failed = own.filter(({ passed }) => !passed).map(({ name, transport }) => `${name} (${transport})`);
		const about = { gap: clause.gap, open, failed: failed.join("; "), passed: row.tests.join("; ") }[state];
		console.log([clause.id.padEnd(22), clause.level.padEnd(6), transports.join(",").padEnd(20), state.padEnd(6), about].join("  "));
	}
}

await prepare();
const { ok, passed, failed } = await runSuite({ name: "spec", args: ["test/spec", "--exclude", "test/spec/table.test.ts"] });
/** @param {string} name */
const load = (name) => tsImport(pathToFileURL(path.join(root, "test/spec", name)).href, import.meta.url);
/** @type {[typeof import("../test/spec/table.ts"), typeof import("../test/spec/test-name.ts")]} */
const [table, { readTestName }] = [await load("table.ts"), await load("test-name.ts")];
/** @type {Report} */
const report = JSON.parse(readFileSync(path.join(stateFolder, "report-spec.json"), "utf8"));
const results = resultsOf(report, readTestName);
const rows = table.rowsOf(coveringsOf(results));

printRows(rows, results, process.argv.includes("--quiet"));
console.log("\n  RFC  level   clauses  tested  gaps");
for (const { rfc, level, clauses, tested, gaps } of table.totalsOf(rows))
	console.log([String(rfc).padStart(5), level.padEnd(6), ...[clauses, tested, gaps].map((one) => String(one).padStart(6))].join("  "));
// What is in the page does not depend on who passed; but a file that does not load has no tests to show.
if (report.testResults.every(({ assertionResults }) => assertionResults.length > 0))
	writeFileSync(path.join(root, table.PAGE), table.pageOf(rows));

const open = rows.filter((row) => row.open !== undefined).length;
const percent = table.gapsPercent(rows);
console.log(
	`\nzloom: ${passed} tests passed, ${failed} failed; ${open} clauses open; gaps ${percent.toFixed(1)} % of MUST (limit ${table.GAPS_PERCENT_LIMIT} %)`,
);
process.exitCode = ok && open === 0 && percent < table.GAPS_PERCENT_LIMIT ? 0 : 1;
