import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillIn } from "../../scripts/readme.mjs";

const scripts = fileURLToPath(new URL("../../scripts/", import.meta.url));
const lockFile = path.join(scripts, "..", ".prepare.lock");
let folder: string;

beforeAll(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), "zloom scripts "));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a module of its own in Node; `script` names are imported from scripts/. */
function start(name: string, source: string) {
	const file = path.join(folder, `${name}.mjs`);
	writeFileSync(
		file,
		source.replace(/from "\.\/([a-z-]+\.mjs)"/g, (_, script) => `from ${JSON.stringify(pathToFileURL(path.join(scripts, script)).href)}`),
	);
	const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "pipe"] });
	const output = { out: "", err: "" };
	child.stdout.on("data", (chunk) => {
		output.out += chunk;
	});
	child.stderr.on("data", (chunk) => {
		output.err += chunk;
	});
	return { child, output, ended: once(child, "close") as Promise<[number | null, NodeJS.Signals | null]> };
}

describe("a quiet child", () => {
	test("shows nothing when it goes well, and everything it said when it fails", async () => {
		const source = (status: number) =>
			`import { run } from "./child.mjs"; process.exitCode = await run(process.execPath, ["-e", "console.log('said'); process.exit(${status})"], { quiet: true });`;
		const good = start("good", source(0));
		expect(await good.ended).toEqual([0, null]);
		expect(good.output).toEqual({ out: "", err: "" });
		const bad = start("bad", source(7));
		expect(await bad.ended).toEqual([7, null]);
		expect(bad.output.err).toBe("said\n");
	});
});

describe("a signal", () => {
	test("goes to the child first, and the command ends after it with 128 + the signal's number", async () => {
		const source = `import { run } from "./child.mjs"; await run(process.execPath, ["-e", "process.on('SIGTERM', () => { console.log('child ends'); process.exit(0); }); console.log('up'); setInterval(() => {}, 1000)"]);`;
		const { child, output, ended } = start("signal", source);
		await once(child.stdout, "data");
		child.kill("SIGTERM");
		expect(await ended).toEqual([143, null]);
		expect(output.out).toBe("up\nchild ends\n");
	});
});

describe("the lock", () => {
	// The workspace may be preparing itself in another shell: the lock is then held by somebody else, and all of this waits for it.
	test("lets one process work at a time, and is gone afterwards", async () => {
		const log = path.join(folder, "order.log");
		const source = (name: string) => `
			import { appendFileSync } from "node:fs";
			import { exclusively } from "./lock.mjs";
			const say = (what) => appendFileSync(${JSON.stringify(log)}, what + " ${name}\\n");
			await exclusively(async () => {
				say("begin");
				await new Promise((resolve) => setImmediate(resolve));
				say("end");
			});`;
		const runs = ["a", "b", "c"].map((name) => start(`lock-${name}`, source(name)));
		for (const run of runs) expect(await run.ended).toEqual([0, null]);
		const order = readFileSync(log, "utf8").trim().split("\n");
		expect(order).toHaveLength(6);
		for (let i = 0; i < 6; i += 2) expect(order[i + 1]).toBe(order[i]?.replace("begin", "end"));
	});

	test("of a holder that was killed is taken over", async () => {
		const holder = start(
			"holder",
			`import { exclusively } from "./lock.mjs"; await exclusively(() => { console.log("held"); return new Promise(() => setInterval(() => {}, 1000)); });`,
		);
		await once(holder.child.stdout, "data");
		holder.child.kill("SIGKILL");
		await holder.ended;
		expect(existsSync(lockFile)).toBe(true);
		const next = start("next", `import { exclusively } from "./lock.mjs"; await exclusively(async () => console.log("mine"));`);
		expect(await next.ended).toEqual([0, null]);
		expect(next.output.out).toBe("mine\n");
	});
});

describe("code in documents", () => {
	test("is the file without its header comment, and only where a marker names it", () => {
		const before = "# A\n<!-- file: x.ts -->\n```ts\nold\n```\n```ts\nuntouched\n```\n";
		const after = fillIn(before, (name: string) => (name === "x.ts" ? "/**\n * For maintainers.\n */\nnew line();\n" : undefined));
		expect(after).toEqual({ text: "# A\n<!-- file: x.ts -->\n```ts\nnew line();\n```\n```ts\nuntouched\n```\n", missing: [] });
		expect(fillIn(before, () => undefined)).toEqual({ text: before, missing: ["x.ts"] });
	});
});
