import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { holds } from "@zloom/core/internal";
import { createSystem, defineActor, type System } from "@zloom/runtime";
import { afterEach, describe, expect, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { Counter, SlowSetup, Small } from "./fixtures/counter.ts";

let system: System | undefined;
afterEach(async () => {
	await system?.stop();
	system = undefined;
});

/** Runs a fixture in a process of its own; settles with how it ended. */
function run(file: string, args: string[] = [], nodeOptions: string[] = []): Promise<{ code: number | null; output: string }> {
	return new Promise((resolve) => {
		const child = spawn(process.execPath, [...nodeOptions, fileURLToPath(new URL(`./fixtures/${file}`, import.meta.url)), ...args], {
			stdio: ["ignore", "pipe", "pipe"],
		});
		let output = "";
		for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += String(text)));
		child.on("close", (code) => resolve({ code, output }));
	});
}

describe("createSystem", () => {
	test.each([
		[{ threads: -1 }, /threads must be an integer from 0/],
		[{ threads: 1.5 }, /threads must be an integer/],
		[{ threads: 100_000 }, /threads must be an integer from 0 to 512/],
		[{ askTimeoutMs: 0 }, /askTimeoutMs must be above 0/],
		[{ askTimeoutMs: Number.NaN }, /askTimeoutMs must be above 0/],
		[{ mailboxMessages: 1 }, /mailboxMessages must be an integer from 2/],
		[{ heldMessagesMax: -1 }, /heldMessagesMax/],
	])("refuses %j with what it takes", async (options, text) => {
		expect(await errorOf(createSystem(options))).toMatchObject({ code: "ERR_BAD_OPTION", message: expect.stringMatching(text) as string });
	});

	test("fails with a clear error when a module to import is not there, and leaves no thread", async () => {
		expect(await errorOf(createSystem({ threads: 1, imports: ["file:///nowhere/at-all.js"] }))).toMatchObject({ code: "ERR_MODULE" });
	});

	test("inside a thread of a system is refused, and says what to do", async () => {
		system = await createSystem({ threads: 1 });
		const Misplaced = defineActor(new URL("./fixtures/never-ready.ts", import.meta.url).href, "Misplaced", () => ({ x: () => 1 }));
		const error = await errorOf(system.spawn(Misplaced));
		expect(error).toMatchObject({ code: "ERR_MODULE", cause: { code: "ERR_INSIDE_THREAD" } });
		expect(error.message).toContain("move defineActor into a module of its own");
	});

	test("two systems of one process do not share names", async () => {
		system = await createSystem({ threads: 1 });
		const other = await createSystem({ threads: 1 });
		await system.spawn(Counter, { args: [1], at: "inproc://same" });
		await other.spawn(Counter, { args: [2], at: "inproc://same" });
		expect(await system.ref(Counter, "inproc://same").ask.get()).toBe(1);
		expect(await other.ref(Counter, "inproc://same").ask.get()).toBe(2);
		await other.stop();
	});
});

describe("spawn and ref", () => {
	test("tell malformed addresses, schemes that are not plugged in, and unknown names apart", async () => {
		const sys = await createSystem({ threads: 0 });
		system = sys;
		const codeOf = async (at: string): Promise<string> => (await errorOf(sys.spawn(Counter, { args: [0], at }))).code;
		expect(await codeOf("counter")).toBe("ERR_BAD_ADDRESS");
		expect(await codeOf("inproc://a b")).toBe("ERR_BAD_ADDRESS");
		expect(await codeOf("inproc://~1.1")).toBe("ERR_BAD_ADDRESS");
		expect(await codeOf("tcp://127.0.0.1:7400/counter")).toBe("ERR_NO_REMOTE");
		expect(await codeOf("cluster://counter")).toBe("ERR_NO_REMOTE");
		expect(() => sys.ref(Counter, "nothing")).toThrow(/Malformed/);
		expect(() => sys.ref(Counter, "ipc:///x/y")).toThrow(/@zloom\/cluster/);
		expect((await errorOf(sys.ref(Counter, "inproc://nobody").ask.get())).code).toBe("ERR_UNKNOWN_ACTOR");
		expect((await errorOf(sys.spawn(Counter, { args: [0], at: "inproc://a", on: "inproc://" }))).code).toBe("ERR_BAD_OPTION");
		expect((await errorOf(sys.spawn(Counter, { args: [0], on: [] }))).code).toBe("ERR_BAD_OPTION");
		expect((await errorOf(sys.spawn({} as typeof Counter, { args: [0] }))).code).toBe("ERR_BAD_OPTION");
	});

	test("a name is taken from the beginning of its spawn, and free again when the spawn fails", async () => {
		const sys = await createSystem({ threads: 1 });
		system = sys;
		const [first, second] = await Promise.allSettled([
			sys.spawn(Counter, { args: [1], at: "inproc://n" }),
			sys.spawn(Counter, { args: [2], at: "inproc://n" }),
		]);
		expect(first.status).toBe("fulfilled");
		expect(second).toMatchObject({ status: "rejected", reason: { code: "ERR_NAME_TAKEN" } });
		const callback = (): void => {};
		expect((await errorOf(sys.spawn(Counter, { args: [callback as never], at: "inproc://m" }))).code).toBe("ERR_NOT_SENDABLE");
		await sys.spawn(Counter, { args: [3], at: "inproc://m" });
	});

	test("an actor whose spawn was given up does not stay behind", async () => {
		// Long enough for a thread to import the module, far shorter than the setup below.
		const sys = await createSystem({ threads: 1, askTimeoutMs: 3000 });
		system = sys;
		const watcher = await sys.spawn(Counter, { args: [0] });
		expect((await errorOf(sys.spawn(SlowSetup, { args: [4000, watcher], at: "inproc://slow" }))).code).toBe("ERR_TIMEOUT");
		let notes: unknown[] = [];
		while (notes.length === 0) notes = await watcher.ask.notes();
		expect(notes).toEqual(["ended"]);
	});

	test("a definition that its module does not make when imported is a clear error", async () => {
		const sys = await createSystem({ threads: 1 });
		system = sys;
		const Nested = defineActor(new URL("./fixtures/counter.ts", import.meta.url).href, "Nested", () => ({ x: () => 1 }));
		expect(await errorOf(sys.spawn(Nested))).toMatchObject({
			code: "ERR_UNKNOWN_DEFINITION",
			message: expect.stringContaining("Counter") as string,
		});
	});

	test("refs answer undefined for what promises, printing and JSON look for", async () => {
		const sys = await createSystem({ threads: 0 });
		system = sys;
		const ref = await sys.spawn(Counter, { args: [0] });
		expect(await ref).toBe(ref);
		for (const face of [ref.tell, ref.ask, ref.stream, ref.try] as unknown as Record<string | symbol, unknown>[])
			for (const key of ["then", "toJSON", "constructor", Symbol.toPrimitive, Symbol.iterator]) expect(face[key]).toBeUndefined();
		expect(JSON.stringify(ref)).toBe("{}");
	});
});

describe("overload", () => {
	test("at most heldMessagesMax messages wait for credit; the next is refused and counted as a dead letter", async () => {
		const sys = await createSystem({ threads: 1, heldMessagesMax: 10 });
		system = sys;
		const ref = await sys.spawn(Small);
		void ref.ask.block().catch(() => "settled when the system stops");
		while (ref.try.take(0) === "accepted");
		const waiting = Array.from({ length: 10 }, (_, i) => ref.tell.take(i));
		expect((await errorOf(ref.tell.take(10))).code).toBe("ERR_OVERLOADED");
		expect((await errorOf(ref.ask.taken())).code).toBe("ERR_OVERLOADED");
		expect(sys.statistics.deadLetters).toBe(2);
		const given = errorOf(ref.with({ timeoutMs: 5 }).ask.taken());
		expect((await given).code).toBe("ERR_OVERLOADED");
		await ref.kill();
		for (const told of waiting) expect((await errorOf(told)).code).toBe("ERR_ACTOR_DOWN");
	});

	test("a tell that waits is taken back by its signal or its timeout", async () => {
		const sys = await createSystem({ threads: 1 });
		system = sys;
		const ref = await sys.spawn(Small);
		void ref.ask.block().catch(() => "settled when the system stops");
		while (ref.try.take(0) === "accepted");
		const controller = new AbortController();
		const cancelled = errorOf(ref.with({ signal: controller.signal }).tell.take(1));
		const late = errorOf(ref.with({ timeoutMs: 10 }).tell.take(2));
		controller.abort();
		expect((await cancelled).code).toBe("ERR_CANCELLED");
		expect((await late).code).toBe("ERR_TIMEOUT");
	});

	test("credit bounds memory: a sender that does not wait for a blocked actor holds no more than the limit in bytes", async () => {
		const sys = await createSystem({ threads: 1 });
		system = sys;
		const ref = await sys.spawn(Counter, { args: [0] });
		void ref.ask.hang().catch(() => "settled when the system stops");
		const megabyte = Buffer.alloc(1024 * 1024, 1);
		const told: Promise<unknown>[] = [];
		for (let i = 0; i < 200; i++) told.push(ref.tell.note(megabyte).catch((error: { code: string }) => error.code));
		const refused = (await Promise.race([Promise.all(told.slice(-20)), new Promise((resolve) => setImmediate(resolve))])) as
			| string[]
			| undefined;
		expect(refused).toEqual(Array.from({ length: 20 }, () => "ERR_OVERLOADED"));
		expect(sys.statistics.deadLetters).toBeGreaterThanOrEqual(120);
	});
});

describe("the end", () => {
	test("stop lets actors drain, settles what is left with ERR_SYSTEM_STOPPED, and refuses what comes later", async () => {
		const sys = await createSystem({ threads: 1 });
		system = sys;
		const ref = await sys.spawn(Counter, { args: [0] });
		const noted = Array.from({ length: 20 }, (_, i) => ref.ask.note(i));
		await sys.stop({ timeoutMs: 60_000 });
		await Promise.all(noted);
		expect((await errorOf(ref.ask.get())).code).toBe("ERR_SYSTEM_STOPPED");
		expect((await errorOf(ref.tell.add(1))).code).toBe("ERR_SYSTEM_STOPPED");
		expect((await errorOf(sys.spawn(Counter, { args: [0] }))).code).toBe("ERR_SYSTEM_STOPPED");
		await sys.stop();
	});

	test("stop waits for an actor that does not end no longer than it was told", async () => {
		const sys = await createSystem({ threads: 1 });
		system = sys;
		const hanging = errorOf((await sys.spawn(Counter, { args: [0] })).ask.hang());
		await sys.stop({ timeoutMs: 50 });
		expect(["ERR_SYSTEM_STOPPED", "ERR_ACTOR_DOWN"]).toContain((await hanging).code);
	});

	test("a stopped system leaves nothing behind: no hold on the event loop, no handle, no request", async () => {
		const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
		const resources = (): string[] => process.getActiveResourcesInfo().filter((name) => name === "MessagePort" || name === "Worker");
		await turn();
		const [heldBefore, before] = [holds(), resources()];
		const sys = await createSystem({ threads: 2 });
		const ref = await sys.spawn(Counter, { args: [0] });
		await Promise.all(Array.from({ length: 100 }, () => ref.ask.get()));
		void errorOf(ref.ask.hang());
		void errorOf(ref.stream.never().next());
		await sys.killThread(0);
		await sys.stop({ timeoutMs: 50 });
		// Handles close, and the last hold lets go, in turns of their own. A leak runs into the time limit of the test.
		while (holds() !== heldBefore || resources().length !== before.length) await turn();
		expect(resources()).toEqual(before);
		expect(sys.statistics.pending).toBe(0);
	});

	test("a program with an idle system that it never stopped ends by itself", async () => {
		expect(await run("idle.mjs")).toEqual({ code: 0, output: "7\n" });
	});

	test("a program that only waits for an ask, a stop or a stream lives until it settles", async () => {
		expect(await run("waiting.mjs")).toEqual({ code: 0, output: "later stopped 3\n" });
	});

	test("programs that kill a thread mid-ask settle every ask and end by themselves", async () => {
		const { code, output } = await run("../kill-runs.mjs", ["--runs", "4"]);
		expect(output).toMatch(/4 runs: every ask settled, every process ended by itself/);
		expect(code).toBe(0);
	});
});

describe("programs", () => {
	test("in TypeScript run unbuilt, actors and all", async () => {
		const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);
		const { code, output } = await run("main.ts", [], stripsTypes ? [] : ["--import", "tsx"]);
		expect(output).toContain("not,2\n");
		expect(code).toBe(0);
	});

	test("in CommonJS pass their file name", async () => {
		expect(await run("commonjs.cjs")).toEqual({ code: 0, output: "42\n" });
	});
});
