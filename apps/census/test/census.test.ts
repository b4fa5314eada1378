import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { census, startNode, stopAll, workspace } from "./program.ts";

let folder: string;
/** Real sources, a few that do not parse, duplicates, and one large enough for a batch of its own. */
let tree: string;
/** Enough work that a census of it can be interrupted. */
let long: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "zloom-census-"));
	tree = join(folder, "tree");
	mkdirSync(tree);
	execFileSync("cp", ["-r", join(workspace, "apps", "census", "src"), tree]);
	writeFileSync(join(tree, "broken.js"), "function (\n");
	writeFileSync(join(tree, "broken.ts"), "let : = 1;\n");
	writeFileSync(join(tree, "deep.js"), "[".repeat(100_000));
	writeFileSync(join(tree, "empty.mjs"), "");
	for (const name of ["a.cjs", "b.cjs"]) writeFileSync(join(tree, name), "module.exports = require('fs');\n");
	const source = "export function f() {\n\treturn 1;\n}\n";
	writeFileSync(join(tree, "large.js"), source.repeat(10_000));
	long = join(folder, "long");
	mkdirSync(long);
	for (let n = 0; n < 500; n++) writeFileSync(join(long, `${n}.js`), source.repeat(3_000));
});

afterAll(() => {
	stopAll();
	rmSync(folder, { recursive: true, force: true });
});

function emptyFolder(): string {
	return mkdtempSync(join(folder, "run-"));
}

/** Terminates a thread from outside while it reads its third file: what it has in hand is lost. */
const killer = `
	const { isMainThread, threadId } = require("node:worker_threads");
	const channel = new BroadcastChannel("kill me");
	channel.unref();
	if (isMainThread) {
		const workers = new Map();
		require("node:diagnostics_channel").subscribe("worker_threads", ({ worker }) => workers.set(worker.threadId, worker));
		channel.onmessage = ({ data }) => workers.get(data).terminate();
	} else {
		const fs = require("node:fs");
		const { openSync } = fs;
		let files = 0;
		fs.openSync = (path, ...args) => {
			if (String(path).startsWith(process.env.KILL_IN) && ++files === 3 && threadId === 1) {
				channel.postMessage(threadId);
				Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
			}
			return openSync(path, ...args);
		};
		require("node:module").syncBuiltinESMExports();
	}
`;

async function totalsOf(args: string[]): Promise<string> {
	const { status, stdout, stderr } = await census([tree, "--no-html", "--json", "-", ...args], emptyFolder()).ended;
	expect(stderr).not.toMatch(/^\s+at /m);
	expect(status).toBe(0);
	return stdout;
}

test("without actors, on one thread, on two, and on nodes over tcp and ipc the totals are the same bytes", async () => {
	const tcp = await startNode("tcp://127.0.0.1:0", emptyFolder());
	const ipc = await startNode(`ipc://${join(emptyFolder(), "node")}`, emptyFolder());
	const alone = await totalsOf(["--threads", "0"]);
	expect(JSON.parse(alone)).toMatchObject({ unparsable: { files: 3 }, duplicates: { contents: 1 }, tooLarge: { files: 0 } });
	for (const args of [
		["--threads", "1"],
		["--threads", "2"],
		["--on", tcp.endpoint],
		["--on", tcp.endpoint, "--on", ipc.endpoint],
		["--threads", "1", "--on", "inproc://", "--on", ipc.endpoint],
	])
		expect(await totalsOf(args)).toBe(alone);
	for (const { program } of [tcp, ipc]) {
		program.child.kill("SIGINT");
		expect(await program.ended).toMatchObject({ status: 0 });
	}
});

test("a thread that is killed in the middle is told, and the totals are the same bytes", async () => {
	const preload = join(folder, "killer.cjs");
	writeFileSync(preload, killer);
	const args = [tree, "--threads", "2", "--no-html", "--json", "-"];
	const killed = await census(args, emptyFolder(), { NODE_OPTIONS: `--require=${preload}`, KILL_IN: tree }).ended;
	expect(killed).toMatchObject({
		status: 0,
		stderr: expect.stringMatching(/a parser ended \(ERR_THREAD_DOWN\); \d+ files? parsed again\n/),
	});
	expect(killed.stdout).toBe(await totalsOf(["--threads", "2"]));
});

test("the file count is what find counts, and a folder given twice counts once", async () => {
	const names = ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"].flatMap((kind) => ["-o", "-name", `*.${kind}`]).slice(1);
	const found = execFileSync("find", [tree, "-type", "f", "(", ...names, ")"], { encoding: "utf8" })
		.trim()
		.split("\n").length;
	expect(JSON.parse(await totalsOf(["--threads", "0"]))).toMatchObject({ files: found });
	expect(JSON.parse(await totalsOf(["--threads", "0", join(tree, "src"), `${tree}/`]))).toMatchObject({ files: found });
});

test("a table, the JSON file and the HTML report are written, their paths printed, and nothing else is left", async () => {
	const run = emptyFolder();
	const { status, stdout, stderr } = await census([tree, "--threads", "1", "--json", "t.json", "--html", "r.html"], run).ended;
	expect({ status, files: readdirSync(run).toSorted() }).toEqual({ status: 0, files: ["r.html", "t.json"] });
	expect(stdout).toContain("longest functions");
	expect(stdout).toContain("broken.ts:1:7 ");
	expect(stderr).toContain(`totals: ${join(run, "t.json")}`);
	expect(stderr).toContain(`report: ${join(run, "r.html")}`);
	expect(readFileSync(join(run, "r.html"), "utf8")).toContain("<svg");
	// Not a terminal: plain lines only.
	expect(stdout + stderr).not.toContain("\u001b");
});

test("an empty folder is a census of nothing", async () => {
	const run = emptyFolder();
	mkdirSync(join(run, "nothing"));
	for (const threads of ["0", "2"]) {
		const { status, stdout } = await census(["nothing", "--threads", threads, "--no-html"], run).ended;
		expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining("0 files") });
	}
});

test.each([
	[["nowhere"], /the folder "nowhere" does not exist/],
	[["file.js"], /"file.js" is a file, not a folder/],
	[["--threads", "-1"], /--threads/],
	[["--threads=-1"], /--threads is "-1": give a whole number from 0/],
	[["--threads", "two"], /--threads is "two"/],
	[["--threads", "NaN"], /--threads is "NaN"/],
	[["--threads", "1.5"], /--threads is "1.5"/],
	[["--threads", "100000"], /to 512/],
	[["--threads", ""], /--threads is ""/],
	[["--treads", "1"], /unknown option '--treads'.*--help lists the options/],
	[["--json"], /option '--json <FILE>' argument missing/],
	[["--on", "127.0.0.1:7400"], /--on: Malformed address/],
	[["--on", "tcp://127.0.0.1"], /--on: Malformed address/],
	[["--on", "tcp://127.0.0.1:99999"], /--on: Malformed address.*65535/],
	[["--on", "tcp://127.0.0.1:0"], /--on tcp:.*: give the port/],
	[["--on", "ws://127.0.0.1:1"], /--on/],
	[["--on", ""], /--on: Malformed address/],
	[["--on", "tcp://127.0.0.1:7400", "--threads", "0"], /--threads 0 works without actors and --on needs them/],
	[["--json", "no/such/a.json"], /--json no\/such\/a.json cannot be written: its folder does not exist/],
	[["--json", "."], /--json .: that is a folder/],
	[["--html", "no/such/a.html"], /--html no\/such\/a.html cannot be written/],
])("census %j says in one line what is wrong and what to do, and ends with status 2", async (args, expected) => {
	const run = emptyFolder();
	writeFileSync(join(run, "file.js"), "");
	mkdirSync(join(run, "source"));
	const { status, stdout, stderr } = await census(args[0]?.startsWith("--") ? ["source", ...args] : args, run).ended;
	expect(stderr).toMatch(expected);
	expect({ status, stdout, lines: stderr.split("\n").length }).toEqual({ status: 2, stdout: "", lines: 2 });
	expect(readdirSync(run).toSorted()).toEqual(["file.js", "source"]);
});

test("a node that does not exist is one line and status 2", async () => {
	const gone = await startNode("tcp://127.0.0.1:0", emptyFolder());
	gone.program.child.kill("SIGKILL");
	await gone.program.ended;
	const { status, stderr } = await census([tree, "--on", gone.endpoint, "--no-html"], emptyFolder()).ended;
	expect(status).toBe(2);
	expect(stderr.trim().split("\n").at(-1)).toMatch(/^census: --on tcp:.*npm run node -- --listen tcp:/);
	expect(stderr).not.toMatch(/^\s+at /m);
});

test("a node that dies in the middle is one line and status 2", async () => {
	const node = await startNode("tcp://127.0.0.1:0", emptyFolder());
	const run = census([long, "--on", node.endpoint, "--no-html"], emptyFolder());
	await run.said(/ left\n/);
	node.program.child.kill("SIGKILL");
	const { status, stderr } = await run.ended;
	expect({ status, last: stderr.trim().split("\n").at(-1) }).toMatchObject({
		status: 2,
		last: expect.stringMatching(/^census: --on tcp:/),
	});
	expect(stderr).not.toMatch(/^\s+at /m);
});

test.each(["0", "2"])("Ctrl-C with --threads %s ends the process at once and leaves nothing", async (threads) => {
	const folderOfRun = emptyFolder();
	const run = census([long, "--threads", threads], folderOfRun);
	await run.said(/ left\n/);
	run.child.kill("SIGINT");
	expect(await run.ended).toMatchObject({ status: null, signal: "SIGINT" });
	expect(readdirSync(folderOfRun)).toEqual([]);
});

test("after Ctrl-C the node drops the parsers and serves the next census", async () => {
	const node = await startNode(`ipc://${join(emptyFolder(), "node")}`, emptyFolder());
	const run = census([long, "--on", node.endpoint], emptyFolder());
	await run.said(/ left\n/);
	run.child.kill("SIGINT");
	expect(await run.ended).toMatchObject({ signal: "SIGINT" });
	expect(await totalsOf(["--on", node.endpoint])).toBe(await totalsOf(["--threads", "0"]));
	node.program.child.kill("SIGINT");
	expect(await node.program.ended).toMatchObject({ status: 0 });
});
