/**
 * Runs a program that spawns, asks, kills a thread mid-ask and stops, many times, each in a process of its own:
 * `node packages/runtime/test/kill-runs.mjs --runs 100`. No hang, every ask settled, the process ends by itself.
 * Exit status 1 and the output of the run when one did not.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** Far above what a run takes where others have all but a little of the cores; only a hang reaches it. */
const HANG_MS = 240_000;
const program = fileURLToPath(new URL("./fixtures/kill-program.mjs", import.meta.url));
const { values } = parseArgs({ options: { runs: { type: "string", default: "100" } } });
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
	console.error(`--runs takes a number above 0, got ${values.runs}`);
	process.exit(2);
}

/** @param {number} run @returns {Promise<string | undefined>} what went wrong */
function runOnce(run) {
	return new Promise((resolve) => {
		const child = spawn(process.execPath, [program, String(run)], { stdio: ["ignore", "pipe", "pipe"] });
		let output = "";
		for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += String(text)));
		const timer = setTimeout(() => child.kill("SIGKILL"), HANG_MS);
		child.on("close", (code, signal) => {
			clearTimeout(timer);
			if (code === 0 && output.includes("all asks settled")) resolve(undefined);
			else resolve(`run ${run} ended with ${signal === null ? `status ${code}` : `${signal} after ${HANG_MS} ms`}:\n${output}`);
		});
	});
}

for (let run = 1; run <= runs; run++) {
	const wrong = await runOnce(run);
	if (wrong !== undefined) {
		console.error(wrong);
		process.exit(1);
	}
}
console.log(`${runs} runs: every ask settled, every process ended by itself`);
