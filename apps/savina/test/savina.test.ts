/**
 * The arm of one Savina program in its small size on two threads. `npm run savina -- --size small` runs them all, in every arm.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

function run(file: string, ...args: string[]): Promise<{ status: number | null; output: string; errors: string }> {
	const program = fileURLToPath(new URL(`../dist/${file}`, import.meta.url));
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

test("a program runs on two threads, its result is checked, and its time printed", async () => {
	const order = { program: "threadring", size: "small", threads: 2, iterations: 1 };
	const { status, output } = await run("arm.js", JSON.stringify(order));
	expect(status).toBe(0);
	expect(JSON.parse(output).value).toBeGreaterThan(0);
});

test("a program that does not exist is told by name", async () => {
	const { status, errors } = await run("index.js", "--program", "warp");
	expect(status).toBe(1);
	expect(errors).toContain("there is no program warp");
});
