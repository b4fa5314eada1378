/**
 * npm test: install, build, lint and format check, type check (tests included), then every vitest suite. All checks run
 * even when an early one fails; the last line has the totals.
 *
 * `npm test -- ARGS` hands ARGS to vitest (a path, `-t name`) and runs only what they select, without the other checks.
 */
import path from "node:path";
import { runNode } from "./child.mjs";
import { prepare } from "./prepare.mjs";
import { runSuite, told } from "./suite.mjs";
import { root } from "./workspace.mjs";

/** @param {string[]} parts */
const bin = (...parts) => path.join(root, "node_modules", ...parts);
const CHECKS = [
	{
		name: "lint and format",
		file: bin("@biomejs", "biome", "bin", "biome"),
		args: ["ci", "--error-on-warnings", "."],
		advice: "npm run format",
	},
	{ name: "types", file: bin("typescript", "bin", "tsc"), args: ["-p", "tsconfig.check.json"], advice: "npm run types" },
];

const args = process.argv.slice(2);
await prepare();

const failedChecks = [];
if (args.length === 0) {
	for (const { name, file, args: checkArgs, advice } of CHECKS) {
		const status = await runNode(file, checkArgs, { quiet: true });
		console.log(`zloom: ${name} ${status === 0 ? "ok" : `failed (see above; ${advice})`}`);
		if (status !== 0) failedChecks.push(name);
	}
}
const counts = await runSuite({ name: "test", args });
const checks = args.length > 0 ? "" : failedChecks.length === 0 ? "; lint, format and types ok" : `; failed: ${failedChecks.join(", ")}`;
console.log(`zloom: ${told(counts)}${checks}`);
process.exitCode = counts.ok && failedChecks.length === 0 ? 0 : 1;
