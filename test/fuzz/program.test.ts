/**
 * npm run fuzz as it is called: what it prints and keeps of a finding, and that a run which never returns cannot hold it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEntry } from "./corpus.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;

beforeAll(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), "zloom-fuzz-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function fuzz(...args: string[]) {
	const child = spawn(process.execPath, ["test/fuzz/main.mjs", ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
	let [out, err] = ["", ""];
	child.stdout.on("data", (chunk) => (out += chunk));
	child.stderr.on("data", (chunk) => (err += chunk));
	const [status, signal] = await once(child, "close");
	return { status, signal, out, last: err.trimEnd().split("\n").slice(-5) };
}

/** What the last lines name. */
const named = (lines: readonly string[], word: string): string => lines.find((line) => line.startsWith(word))?.slice(8) ?? "";

test("the last lines name target, seed, input and the commands that show a finding again, and they do", async () => {
	const found = await fuzz("--target", "canary", "--runs", "5000", "--seed", "1", "--findings", folder);
	expect(found.status).toBe(1);
	expect(found.out).toContain("seed 1, 1 targets, --runs 5000");
	expect(found.last[0]).toMatch(/^FOUND Violation: frame \d has -\d+ bytes$/);
	expect(named(found.last, "target")).toBe("canary, seed 1");
	expect(named(found.last, "find it")).toBe("npm run fuzz -- --target canary --seed 1 --runs 5000");
	const input = path.resolve(root, named(found.last, "input"));
	expect(named(found.last, "replay")).toBe(`npm run fuzz -- --replay ${named(found.last, "input")}`);
	const replayed = await fuzz("--replay", input);
	expect(replayed.status).toBe(1);
	expect(replayed.out).toContain("canary: Violation: frame");
});

test("a run that does not return is ended, and its input is kept", async () => {
	const { signal, last } = await fuzz("--target", "canary-loop", "--runs", "1", "--seed", "1", "--hang-seconds", "1", "--findings", folder);
	expect(signal).toBe("SIGKILL");
	expect(last[0]).toMatch(/^FOUND hang: a run does not return/);
	expect(named(last, "target")).toBe("canary-loop, seed 1");
	expect(readEntry(path.resolve(root, named(last, "input"))).parts).toEqual([Buffer.of(1), Buffer.of(2)]);
});
