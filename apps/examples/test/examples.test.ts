/**
 * Every example is run as its reader would run it, and must print what it promises and end by itself.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SOURCES = new URL("../src/", import.meta.url);

/** What each program prints. Modules that only define actors are used by a program, and not in this table. */
const PRINTS: Record<string, RegExp> = {
	"main.ts": /^most frequent: \[ \[ 'not', 1 \] \]\nnot 1\nended: stopped\n$/,
	"pipeline.ts": /^longest words: question, fortune, troubles\n$/,
	"push-pull.ts": /^sum of the squares from 1 to 100: 338350\n$/,
	"two-nodes.ts":
		/^inproc:\/\/counter counted "the" 2 times\ntcp:\/\/127\.0\.0\.1\/counter counted "the" 2 times\nthe node has 1 thread\n$/,
	"web-streams.ts": /^Ada: HELLO\nAda: STREAMS\nthe pipe ended with AbortError\n$/,
};

async function run(program: string): Promise<{ code: number; stdout: string; stderr: string }> {
	const built = fileURLToPath(new URL(`../dist/${program.replace(/\.ts$/, ".js")}`, import.meta.url));
	const child = spawn(process.execPath, [built], { stdio: ["ignore", "pipe", "pipe"] });
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (chunk) => (stdout += String(chunk)));
	child.stderr.on("data", (chunk) => (stderr += String(chunk)));
	const [code] = await once(child, "close");
	return { code, stdout, stderr };
}

describe("the examples", () => {
	it.each(Object.entries(PRINTS))("%s prints what it promises and ends by itself", async (program, prints) => {
		const { code, stdout, stderr } = await run(program);
		expect([stderr, code]).toEqual(["", 0]);
		expect(stdout).toMatch(prints);
	});

	it("are all in the table, or modules of one that is", () => {
		const programs = Object.keys(PRINTS);
		const texts = programs.map((program) => readFileSync(new URL(program, SOURCES), "utf8"));
		const unused = readdirSync(SOURCES).filter((file) => !programs.includes(file) && !texts.some((text) => text.includes(`"./${file}"`)));
		expect(unused).toEqual([]);
	});
});
