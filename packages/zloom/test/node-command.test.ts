/**
 * The command as its user meets it: what it prints, how it ends, what it leaves behind.
 */
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Router } from "@zloom/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { NodeProcess } from "./node-process.ts";

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(realpathSync(tmpdir()), "zloom-command-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

it.each(["SIGTERM", "SIGINT"] as const)(
	"says one line when it is ready, and %s ends it with status 0 and no socket file",
	async (signal) => {
		const path = join(folder, "node.sock");
		const node = new NodeProcess(["node", "--listen", `ipc://${path}`, "--listen", "tcp://127.0.0.1:0", "--threads", "2"]);
		expect(await node.ready()).toMatch(/^zloom node listening on ipc:\S+node\.sock, tcp:\/\/127\.0\.0\.1:\d+ with 2 threads$/);
		expect(existsSync(path)).toBe(true);
		const { code, stdout, stderr } = await node.kill(signal);
		expect([code, stdout.split("\n").length, stderr]).toEqual([0, 2, ""]);
		expect(existsSync(path)).toBe(false);
	},
);

it("takes over the socket file that a killed node left", async () => {
	const listen = ["node", "--threads", "1", "--listen", `ipc://${folder}/node.sock`];
	const first = new NodeProcess(listen);
	await first.ready();
	await first.kill("SIGKILL");
	const second = new NodeProcess(listen);
	await second.ready();
	expect((await second.kill("SIGTERM")).code).toBe(0);
});

it("imports modules, TypeScript too, before it is ready", async () => {
	const node = new NodeProcess(["node", "--threads", "1", "--listen", `ipc://${folder}/node.sock`, "--import", "greeting.ts"]);
	await node.ready();
	const { stdout } = await node.kill("SIGTERM");
	expect(stdout).toMatch(/^imported\n[\s\S]*zloom node listening/);
});

const ARGUMENTS: [what: string, args: string[], says: RegExp][] = [
	["no command", [], /zloom node --listen/],
	["an unknown command", ["nodes"], /unknown command 'nodes'/],
	["no endpoint", ["node"], /--listen <endpoint>/],
	["an unknown option", ["node", "--listen", "tcp://127.0.0.1:0", "--lissen", "x"], /unknown option '--lissen'/],
	["a word too many", ["node", "tcp://127.0.0.1:0", "--listen", "tcp://127.0.0.1:0"], /too many arguments|unknown|expected/i],
	["a malformed endpoint", ["node", "--listen", "tcp:/127.0.0.1"], /tcp:\/127\.0\.0\.1.*tcp:\/\/host:port/],
	["a port that is none", ["node", "--listen", "tcp://127.0.0.1:70000"], /70000.*65535/],
	["another transport", ["node", "--listen", "ws://127.0.0.1:80"], /ws:.*tcp:\/\/host:port or ipc:\/\/path/],
	["an address that others reach", ["node", "--listen", "tcp://0.0.0.0:0"], /--insecure/],
	["a folder that is not there", ["node", "--listen", "ipc:///no/such/folder/node.sock"], /no\/such\/folder/],
	["no threads", ["node", "--listen", "tcp://127.0.0.1:0", "--threads", "0"], /--threads.*at least 1/],
	["fewer threads than none", ["node", "--listen", "tcp://127.0.0.1:0", "--threads", "-1"], /--threads/],
	["a missing module", ["node", "--listen", "tcp://127.0.0.1:0", "--import", "none.ts"], /none\.ts: there is no such file/],
	["a missing allowed folder", ["node", "--listen", "tcp://127.0.0.1:0", "--allow", "nowhere"], /nowhere: there is no such folder/],
];

async function expectRefusal(args: readonly string[], says: RegExp): Promise<void> {
	const { code, stdout, stderr } = await new NodeProcess(args, folder).ended;
	expect(stderr).toMatch(says);
	expect(stderr).toMatch(/^zloom: .*\n$/);
	expect([code, stdout]).toEqual([2, ""]);
}

it.each(ARGUMENTS)("%s: one line says what to do, status 2", async (_what, args, says) => {
	await expectRefusal(args, says);
});

it("a port in use: one line says what to do, status 2", async () => {
	const other = new Router();
	await other.bind("tcp://127.0.0.1:*");
	const endpoint = other.lastEndpoint as string;
	await expectRefusal(["node", "--threads", "1", "--listen", endpoint], /Cannot listen on .*another program listens there/);
	other.close();
});

it("a module that throws: one line says which, status 2, no socket file", async () => {
	const file = join(folder, "bad.mjs");
	writeFileSync(file, 'throw new TypeError("bad\\nmodule");\n');
	await expectRefusal(
		["node", "--threads", "1", "--listen", `ipc://${folder}/node.sock`, "--import", file],
		/bad\.mjs cannot be imported here: bad module/,
	);
	expect(existsSync(join(folder, "node.sock"))).toBe(false);
});

it("names its version", async () => {
	const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
	expect(await new NodeProcess(["--version"]).ended).toMatchObject({ code: 0, stdout: `${version}\n` });
});

it("help is no failure", async () => {
	const { code, stdout, stderr } = await new NodeProcess(["node", "--help"]).ended;
	expect([code, stderr]).toEqual([0, ""]);
	expect(stdout).toContain("--listen <endpoint>");
});
