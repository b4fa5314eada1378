/**
 * When a process with tcp and ipc sockets ends: by itself once nothing is pending, and not before what it sent is out.
 *
 * The child processes load the built package, as users do.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { bound, host } from "./fixtures/tcp-ends.ts";

const children: ChildProcess[] = [];

afterEach(() => {
	for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** Runs a program to its end and gives its exit status and what it printed. */
async function run(program: string): Promise<{ status: number | null; output: string }> {
	const source = `import { Pair, Dealer, Router, Push, Pull } from "@zloom/core";\n${program}`;
	const child = spawn(process.execPath, ["--input-type=module", "-e", source], { cwd: new URL("../..", import.meta.url) });
	children.push(child);
	let output = "";
	child.stdout.on("data", (chunk) => {
		output += String(chunk);
	});
	child.stderr.on("data", (chunk) => {
		output += String(chunk);
	});
	const [status] = await once(child, "close");
	return { status, output };
}

describe("a process", () => {
	it("ends by itself although sockets are bound, connected and connecting", async () => {
		const { status, output } = await run(`
			const pull = new Pull();
			await pull.bind("ipc://*");
			await pull.bind("tcp://127.0.0.1:*");
			const push = new Push();
			push.connect(pull.lastEndpoint);
			new Pull().connect("tcp://127.0.0.1:1");
			await Promise.all([pull.receive(), push.send("x")]);
			console.log("end");
		`);
		expect(output).toBe("end\n");
		expect(status).toBe(0);
	});

	it.each(["push.close();", ""])("delivers all that it sent before it ends, closed or not (%s)", async (close) => {
		const server = host("PULL");
		const { endpoint } = await bound(server);
		const ended = run(`
			const push = new Push();
			push.connect("${endpoint}");
			for (let i = 0; i < 100; i++) await push.send([String(i), Buffer.alloc(100_000)]);
			${close}
		`);
		await server.until(() => server.messages.length === 100);
		expect(server.messages.map((message) => String(message[0]))).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
		expect((await ended).status).toBe(0);
	});

	it("does not wait for a peer that never comes when linger is 0, and no longer than linger otherwise", async () => {
		for (const linger of [0, 20]) {
			const { status, output } = await run(`
				const push = new Push({ linger: ${linger} });
				push.connect("tcp://127.0.0.1:1");
				await push.send("x");
				push.close();
			`);
			expect(output).toBe("");
			expect(status).toBe(0);
		}
	});

	it("removes its socket files when it exits, also by process.exit", async () => {
		const folder = mkdtempSync(join(tmpdir(), "zloom-exit-"));
		for (const exit of ["", "process.exit();"]) {
			const { output } = await run(`
				const pull = new Pull();
				await pull.bind("ipc://${folder}/a");
				await pull.bind("ipc://*");
				console.log(pull.lastEndpoint.slice(6));
				${exit}
			`);
			expect(output).toMatch(/socket\n$/);
			expect(existsSync(output.trim())).toBe(false);
			expect(existsSync(join(folder, "a"))).toBe(false);
		}
		rmSync(folder, { recursive: true });
	});
});
