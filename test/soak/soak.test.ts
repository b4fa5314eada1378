/** Short soaks: one that passes, one that must fail, one that is interrupted. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
/** A loaded machine needs a multiple of the seconds that a soak is told to run. */
const LIMIT_MS = 400_000;
const PROGRAM = fileURLToPath(new URL("./main.mjs", import.meta.url));

test(
	"connections that come and go and hosts that are killed lose nothing, mix nothing up and leave nothing behind",
	async () => {
		const { stdout } = await run(process.execPath, [PROGRAM, "--seconds", "8"]);
		expect(stdout).toContain("nothing lost, nothing out of order, nothing left behind");
		// All patterns had traffic.
		for (const pattern of ["PUSH to PULL", "DEALER", "REQ", "PUB to SUB", "sinks"])
			expect(stdout).toMatch(new RegExp(`${pattern}.* [1-9]\\d* `));
	},
	LIMIT_MS,
);

test(
	"one message that is overlooked is found",
	async () => {
		await expect(run(process.execPath, [PROGRAM, "--seconds", "60", "--canary"])).rejects.toMatchObject({
			code: 1,
			stderr: expect.stringMatching(/VIOLATION.*push: message \d+ of sender \d+ came where message \d+ was due/s),
		});
	},
	LIMIT_MS,
);

/** Pids of the children, on Linux. */
function childrenOf(program: ChildProcess): number[] {
	const file = `/proc/${program.pid}/task/${program.pid}/children`;
	return existsSync(file) ? readFileSync(file, "utf8").trim().split(" ").filter(Boolean).map(Number) : [];
}

function foldersOf(program: ChildProcess): string[] {
	return readdirSync(tmpdir()).filter((name) => name.startsWith(`zloom-soak-${program.pid}-`));
}

function alive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
		throw error;
	}
}

test(
	"Ctrl-C leaves no process and no file",
	async () => {
		const program = spawn(process.execPath, [PROGRAM, "--seconds", "60"], { stdio: ["ignore", "pipe", "inherit"] });
		let lines = "";
		program.stdout.on("data", (chunk) => {
			lines += chunk;
		});
		while (!/\d+ pipes/.test(lines)) await once(program.stdout, "data");
		const children = childrenOf(program);
		expect(foldersOf(program).length).toBe(1);
		const exited = once(program, "exit");
		program.kill("SIGINT");
		expect(await exited).toEqual([130, null]);
		while (children.some(alive)) await new Promise((turn) => setImmediate(turn));
		expect(foldersOf(program)).toEqual([]);
	},
	LIMIT_MS,
);
