/**
 * The benchmark as a user starts it: one small row, its table, its file of figures, its last line.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../dist/index.js", import.meta.url));
const PROFILE = fileURLToPath(new URL("../dist/profile.js", import.meta.url));

function bench(...args: string[]): ReturnType<typeof run> {
	return run(PROGRAM, ...args);
}

function run(program: string, ...args: string[]): Promise<{ status: number | null; output: string; errors: string }> {
	const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
	let output = "";
	let errors = "";
	child.stdout.on("data", (text) => {
		output += text;
	});
	child.stderr.on("data", (text) => {
		errors += text;
	});
	return new Promise((resolve) => child.once("close", (status) => resolve({ status, output, errors })));
}

test("one row is measured, written to a file and judged in the last line", async () => {
	const folder = mkdtempSync(path.join(os.tmpdir(), "zloom-bench-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const file = path.join(folder, "figures.json");
	const { status, output } = await bench("--rounds", "2", "--messages", "200", "--row", "inproc-64-", "--json", file);
	expect(output).toMatch(/[01] of 1 bars met.*\n$/);
	expect(status).toBe(0);
	const { rows, trial } = JSON.parse(readFileSync(file, "utf8"));
	expect(trial).toBe(true);
	expect(rows.map((row: { name: string }) => row.name)).toEqual(["inproc-64-batches"]);
	expect(rows[0].arms.zloom.figures).toHaveLength(2);
	const again = await bench("--from", file);
	expect(again.output).toBe(output);
});

test("a row that does not exist is told by name", async () => {
	const { status, errors } = await bench("--row", "warp");
	expect(status).toBe(1);
	expect(errors).toContain("no row begins with warp");
});

test("a profile names the dearest functions of each thread of our arm", async () => {
	const { status, output } = await run(PROFILE, "--messages", "200", "--top", "3", "--row", "tcp-64-");
	expect(status).toBe(0);
	expect(output).toMatch(/^\ntcp-64-batches: /);
	expect(output.match(/busy; of it \d+\.\d % garbage collection/g)).toHaveLength(2);
	expect(output.match(/\d ms|\d+\.\d %/g)?.length).toBeGreaterThanOrEqual(8);
});
