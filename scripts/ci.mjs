/**
 * Everything that must hold before a change lands, in CI sizes, one step after the other; called by .ci/run. A step that
 * fails does not keep the next ones from running. At the end stand the last lines of each step that failed, the tests that
 * failed or were unsteady (suite.mjs) with what they said, a line for each step, and in the last line the totals of all.
 *
 * Shutdown: each step runs in a process group of its own, which is killed when the step is over its time or when this
 * process is told to end: a hang is a failure with a name, and nothing outlives the run.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { KeptOutput } from "./kept-output.mjs";
import { NODE_VERSIONS } from "./nodes.mjs";
import { countsFile, SECOND_RUN } from "./suite.mjs";
import { root } from "./workspace.mjs";

/**
 * `minutes` are for hangs alone: a multiple of what a step takes. `counts` names the counts that a step leaves (suite.mjs); a
 * step without counts once. A step that `mustFail` shows that a search can find something.
 * @type {{ name: string, args: string[], minutes: number, counts?: string[], mustFail?: boolean }[]}
 */
const STEPS = [
	{ name: "npm test", args: ["test"], minutes: 14, counts: ["test"] },
	{ name: "the suite on other Nodes", args: ["run", "test:nodes"], minutes: 26, counts: NODE_VERSIONS.map((version) => `node-${version}`) },
	{ name: "interop: the whole matrix", args: ["run", "test:interop"], minutes: 5, counts: ["test"] },
	{ name: "the clauses of the RFCs", args: ["run", "test:spec"], minutes: 5 },
	// The same inputs for the same commit: what is found here is found anywhere.
	{ name: "fuzz", args: ["run", "fuzz", "--", "--runs", "100", "--seed", "1"], minutes: 8 },
	{ name: "soak", args: ["run", "soak", "--", "--seconds", "20"], minutes: 6 },
	{ name: "every interleaving of small schedules", args: ["run", "test:interleave"], minutes: 8 },
	{ name: "the interleavings find known bugs", args: ["run", "test:interleave", "--", "--canary"], minutes: 6 },
	{ name: "sockets in a browser", args: ["run", "test:browser"], minutes: 6 },
	{ name: "the reference of core", args: ["run", "docs:api", "--", "core"], minutes: 4 },
	{ name: "what is published", args: ["run", "test:pack"], minutes: 3 },
	{ name: "100 programs that kill threads in the middle of asks", args: ["run", "test:kill"], minutes: 12 },
	{ name: "lanes under stress on real threads", args: ["run", "test:stress", "--", "--seconds", "20"], minutes: 6 },
	{
		name: "the stress finds a spoiled message",
		args: ["run", "test:stress", "--", "--seconds", "10", "--canary"],
		minutes: 6,
		mustFail: true,
	},
	{
		name: "the stress finds a lost message",
		args: ["run", "test:stress", "--", "--seconds", "10", "--lossy"],
		minutes: 6,
		mustFail: true,
	},
	{ name: "the main job three ways, one result", args: ["run", "test:census"], minutes: 6 },
	{
		name: "the programs of Savina, and their twins in Erlang",
		args: ["run", "savina", "--", "--size", "small", "--rounds", "1", "--iterations", "2"],
		minutes: 8,
	},
	{
		name: "benchmarks run",
		args: ["run", "bench", "--", "--rounds", "1", "--messages", "20000", "--round-trips", "500", "--parked-seconds", "2"],
		minutes: 6,
	},
];

/** What is shown again of all steps that failed, lines: with the summary it fits a page of log. */
const SHOWN_LINES_MAX = 40;
/** How many of the tests that failed or were unsteady are shown. */
const SHOWN_TESTS_MAX = 8;
/** How long output may take to arrive when its process has gone, ms. */
const LATE_OUTPUT_MS = 2000;

const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/**
 * @param {string[]} args
 * @param {number} minutes
 * @param {KeptOutput} output gets what the step prints, which is printed too
 * @returns {Promise<number | null>} the exit status; null when it was killed
 */
function runStep(args, minutes, output) {
	return new Promise((resolve) => {
		const child = spawn(npm, ["--silent", ...args], {
			cwd: root,
			stdio: ["ignore", "pipe", "pipe"],
			detached: true,
			env: { ...process.env, [SECOND_RUN]: "1" },
		});
		for (const name of /** @type {const} */ (["stdout", "stderr"]))
			child[name].setEncoding("utf8").on("data", (text) => {
				process[name].write(text);
				output.write(name, text);
			});
		const killGroup = () => {
			try {
				if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
			} catch (error) {
				// ESRCH: the whole group is gone already.
				if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
			}
		};
		const onSignal = () => {
			killGroup();
			process.exit(1);
		};
		for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, onSignal);
		const timer = setTimeout(() => {
			const text = `zloom: over its ${minutes} minutes, killed`;
			console.log(text);
			output.write("ci", `${text}\n`);
			killGroup();
		}, minutes * 60_000);
		child.on("exit", (code) => {
			clearTimeout(timer);
			for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, onSignal);
			// What a step left running would disturb the next one.
			killGroup();
			// What got away from the group may hold its output open for ever.
			const late = setTimeout(() => {
				for (const stream of [child.stdout, child.stderr]) stream.destroy();
			}, LATE_OUTPUT_MS);
			child.on("close", () => {
				clearTimeout(late);
				resolve(code);
			});
		});
	});
}

const totals = { passed: 0, failed: 0, skipped: 0 };
const summary = [];
/** @type {{ name: string, output: KeptOutput }[]} */
const failures = [];
/** A paragraph for each test that failed or was unsteady. @type {string[]} */
const tests = [];
for (const { name, args, minutes, counts = [], mustFail = false } of STEPS) {
	console.log(`\nzloom: ${name} (npm ${args.join(" ")})`);
	const started = performance.now();
	const output = new KeptOutput();
	const ok = (await runStep(args, minutes, output)) === (mustFail ? 1 : 0);
	if (!ok) failures.push({ name, output });
	const step = { passed: 0, failed: 0, skipped: 0 };
	for (const file of counts.map(countsFile).filter((file) => existsSync(file))) {
		const counted = JSON.parse(readFileSync(file, "utf8"));
		step.passed += counted.passed;
		step.failed += counted.failed;
		step.skipped += counted.skipped;
		for (const failure of counted.failures) tests.push(`FAILED in ${name}: ${failure.file}: ${failure.test}\n${failure.message}`);
		for (const failure of counted.unsteady)
			tests.push(`UNSTEADY in ${name}, passed at its second run: ${failure.file}: ${failure.test}\n${failure.message}`);
	}
	if (counts.length === 0 && ok) step.passed = 1;
	// Lint, types, a build that breaks: failures that no test counts.
	if (!ok && step.failed === 0) step.failed = 1;
	totals.passed += step.passed;
	totals.failed += step.failed;
	totals.skipped += step.skipped;
	const seconds = Math.round((performance.now() - started) / 1000);
	summary.push(
		`zloom: ${ok ? "ok    " : "FAILED"} ${name}: ${step.passed} passed, ${step.failed} failed, ${step.skipped} skipped (${seconds} s)`,
	);
}
for (const { name, output } of failures)
	console.log(`\nzloom: FAILED ${name}, its last lines:\n${output.lines(Math.ceil(SHOWN_LINES_MAX / failures.length)).join("\n")}`);
for (const test of tests.slice(0, SHOWN_TESTS_MAX)) console.log(`\nzloom: ${test}`);
console.log(`\n${summary.join("\n")}`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed === 0 ? 0 : 1;
