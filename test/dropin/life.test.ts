/**
 * Process life, threads and garbage collection of the drop-in door against npm zeromq: programs of their own, compared by what they
 * print and how they end.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const require = createRequire(import.meta.url);
const PROGRAM = fileURLToPath(new URL("fixtures/life.cjs", import.meta.url));
const NATIVE = require.resolve("zeromq");
const DOOR = require.resolve("@zloom/core/zeromq");

interface End {
	readonly code: number | null;
	readonly out: string;
	readonly err: string;
}

/** The path of the module and process ids differ. */
function plain(text: string): string {
	return text.replace(/\(node:\d+\)/g, "(node:PID)");
}

function run(module: string, scenario: string, flags: readonly string[] = []): Promise<End> {
	return new Promise((resolve) => {
		execFile(process.execPath, [...flags, PROGRAM, module, scenario], (error, out, err) => {
			resolve({ code: error === null ? 0 : (error.code as unknown as number), out, err: plain(err) });
		});
	});
}

const WAITING =
	"(node:PID) WARNING: Waiting for queued ZeroMQ messages to be delivered. Set 'context.blocky = false' to change this behaviour.\n";

/** What either module says when its end takes half a second: the machine's business where messages are sent or linger for less. */
function patient(end: End): End {
	return { ...end, err: end.err.replace(WAITING, "") };
}

/** Whether a program, once it has printed this much, goes on for as long as another one takes to start and end; then it is killed. */
async function stays(module: string, scenario: string, from: "stdout" | "stderr", wanted: string): Promise<boolean> {
	const child = execFile(process.execPath, [PROGRAM, module, scenario]);
	let seen = "";
	const printed = new Promise<void>((resolve) => {
		child[from]?.on("data", (text: string) => {
			seen += plain(text);
			if (seen.includes(wanted)) resolve();
		});
	});
	const ended = once(child, "exit").then(() => "ended");
	const outlived = printed.then(() => run(module, "loads")).then(() => "goes on");
	const first = await Promise.race([outlived, ended]);
	child.kill("SIGKILL");
	await ended;
	return first === "goes on";
}

describe("process life", () => {
	test.each([...["loads", "idle", "bound", "observed", "lingers", "lingersClosed", "notBlocky", "exits", "delivers", "deliversClosed"]])(
		"of a program that %s ends as with npm zeromq, and with nothing on stderr",
		async (scenario) => {
			const [expected, end] = [patient(await run(NATIVE, scenario)), patient(await run(DOOR, scenario))];
			expect(end).toEqual(expected);
			expect(end.err).toBe("");
		},
	);

	test("loading the door loads nothing of http, TLS and WebSockets", async () => {
		expect(await run(DOOR, "modules")).toEqual({ code: 0, out: "slow modules: \n", err: "" });
	});

	test.each(["receives", "sends", "observes", "notBlockyLate"])("of a program that %s goes on", async (scenario) => {
		expect(await stays(NATIVE, scenario, "stdout", "waits")).toBe(true);
		expect(await stays(DOOR, scenario, "stdout", "waits")).toBe(true);
	});

	test("a program that ends with queued messages says after a while what it waits for", async () => {
		expect(await stays(NATIVE, "queued", "stderr", WAITING)).toBe(true);
		expect(await stays(DOOR, "queued", "stderr", WAITING)).toBe(true);
	});
});

describe("inproc between worker threads", () => {
	test("needs nothing but a require in each", async () => {
		const [expected, end] = [await run(NATIVE, "threads"), await run(DOOR, "threads")];
		expect(end.out.split("\n").sort()).toEqual(expected.out.split("\n").sort());
		expect(end).toMatchObject({ code: 0, err: "" });
	});
});

describe("garbage collection", () => {
	test("lets go of small buffers at once, and of large ones when they have been sent", async () => {
		const [expected, end] = [await run(NATIVE, "retains", ["--expose-gc"]), await run(DOOR, "retains", ["--expose-gc"])];
		expect(end).toEqual(expected);
		expect(end.out).toBe("small true large false\n128 1025\nsent true\n");
	});

	test("frees closed sockets and their contexts, and closes sockets that were dropped", async () => {
		const [expected, end] = [await run(NATIVE, "collects", ["--expose-gc"]), await run(DOOR, "collects", ["--expose-gc"])];
		expect(end).toEqual(expected);
		expect(end.out).toBe("closed socket,context,dropped socket inproc://collected\n");
	});
});
