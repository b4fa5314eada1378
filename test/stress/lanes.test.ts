/** Runs lanes.mjs for a while; `STRESS_SECONDS` sets how long. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL("./lanes.mjs", import.meta.url));
const seconds = Number(process.env.STRESS_SECONDS ?? 4);

test(
	"threads that send, stall, close and die keep every message whole and in order, lose none between the living, and leave nothing behind",
	async () => {
		const { stdout } = await run(process.execPath, [PROGRAM, "--seconds", `${seconds}`]);
		expect(stdout).toContain("none missing, nothing left behind");
	},
	seconds * 1000 + 120_000,
);

test.each([
	["one message in a thousand is spoiled", "--canary", "came changed"],
	["a message of a batch is not sent", "--lossy", "was due"],
])("the stress fails when %s", async (_, canary, complaint) => {
	await expect(run(process.execPath, [PROGRAM, "--seconds", "30", canary])).rejects.toMatchObject({
		code: 1,
		stderr: expect.stringContaining(complaint),
	});
});
