import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { threadId } from "node:worker_threads";
import { ActorError, createSystem, defineActor, defineTask, type System } from "@zloom/runtime";
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { Counter } from "./fixtures/counter.ts";
import { Clerk, echo, exit, fail, fill, forever, giveFunction, hang, nested, place, square, throwOutside } from "./fixtures/tasks.ts";

let channels = 0;
/** A name for a channel, and what settles when a task has said there that it runs. */
function beginning(): { name: string; begun: Promise<void> } {
	channels += 1;
	const name = `zloom.tasks.test.${process.pid}.${channels}`;
	const channel = new BroadcastChannel(name);
	const begun = new Promise<void>((resolve) => {
		channel.onmessage = () => {
			channel.close();
			resolve();
		};
	});
	return { name, begun };
}

describe("a task that is offloaded", () => {
	let system: System;
	beforeAll(async () => {
		system = await createSystem({ threads: 1, taskThreads: 2 });
	});
	afterAll(() => system.stop());

	test("from outside of actors, from the main thread and from a worker thread, runs in a thread of its own and answers", async () => {
		const here = await system.spawn(Clerk, { thread: "main" });
		const there = await system.spawn(Clerk, { thread: 0 });
		expect(await system.offload(square, 7)).toBe(49);
		expect(await here.ask.square(8)).toBe(64);
		expect(await there.ask.square(9)).toBe(81);
		for (const at of [await system.offload(place), await here.ask.place(), await there.ask.place()]) {
			expect(at.isMainThread).toBe(false);
			expect([threadId, await there.ask.threadId()]).not.toContain(at.threadId);
		}
	});

	test("has its types inferred from end to end", async () => {
		expectTypeOf(await system.offload(square, 2)).toEqualTypeOf<number>();
		expectTypeOf(await system.offload(place)).toEqualTypeOf<{ threadId: number; isMainThread: boolean }>();
		// @ts-expect-error an input of another type
		expect(await system.offload(square, "3")).toBe(9);
		// @ts-expect-error the input is required
		expect(await system.offload(square)).toBeNaN();
	});

	test("gets and gives what messages carry", async () => {
		const clerk = await system.spawn(Clerk, { thread: 0 });
		const value = {
			map: new Map([["a", new Set([1n])]]),
			at: new Date(5),
			list: [undefined, null, 0.5],
			small: new Uint8Array([1, 2]),
			large: new Uint8Array(40_000).fill(3),
			floats: new Float64Array([0.5]),
			error: new RangeError("inside"),
		};
		for (const back of [(await system.offload(echo, value)) as typeof value, (await clerk.ask.echo(value)) as typeof value]) {
			expect(back.map).toEqual(value.map);
			expect(back.at).toEqual(value.at);
			expect(back.list).toEqual(value.list);
			expect(Buffer.compare(back.small, value.small)).toBe(0);
			expect(Buffer.compare(back.large, value.large)).toBe(0);
			expect(back.floats).toEqual(value.floats);
			expect(back.error).toBeInstanceOf(RangeError);
		}
		expect(value.large.length).toBe(40_000);
	});

	test("that throws rejects with its error: class name, code and cause", async () => {
		const clerk = await system.spawn(Clerk, { thread: 0 });
		for (const error of [await errorOf(system.offload(fail, "no")), await errorOf(clerk.ask.fail("no"))]) {
			expect(error).toMatchObject({ name: "Wrong", message: "no", code: "E_WRONG" });
			expect(error.cause).toBeInstanceOf(RangeError);
		}
	});

	test("refuses what cannot be sent, by its path, both ways", async () => {
		const callback = (): void => {};
		expect(await errorOf(system.offload(echo, { deep: [callback] }))).toMatchObject({
			code: "ERR_NOT_SENDABLE",
			message: expect.stringContaining("input of echo.deep[0]") as string,
		});
		expect(await errorOf(system.offload(giveFunction))).toMatchObject({
			code: "ERR_NOT_SENDABLE",
			message: expect.stringContaining("result of giveFunction.inside[0]") as string,
		});
		const ref = await system.spawn(Counter, { args: [0], thread: "main" });
		expect(await errorOf(system.offload(echo, { ref }))).toMatchObject({
			code: "ERR_NOT_SENDABLE",
			message: expect.stringContaining("ref to an actor") as string,
		});
	});

	test("takes buffers over, and gives its own away, without a copy", async () => {
		const bytes = new Uint8Array(100_000).fill(1);
		const promise = system.offload(fill, bytes, { transfer: [bytes.buffer] });
		expect(bytes.length).toBe(0);
		expect((await promise).every((byte) => byte === 7)).toBe(true);
		const small = new Uint8Array(3);
		expect(await system.offload(fill, small, { transfer: [small.buffer] })).toHaveLength(3);
		expect(small.length).toBe(0);
		const clerk = await system.spawn(Clerk, { thread: 0 });
		expect(await clerk.ask.moved(50_000)).toEqual({ left: 0, back: 50_000 });
		expect((await errorOf(system.offload(fill, bytes, { transfer: [bytes as never] }))).code).toBe("ERR_BAD_OPTION");
	});

	test("is ended by its signal while it computes, taken back while it waits, and refused when the signal has fired", async () => {
		const { name, begun } = beginning();
		const controller = new AbortController();
		const running = errorOf(system.offload(forever, name, { signal: controller.signal }));
		await begun;
		controller.abort(new Error("enough"));
		expect(await running).toMatchObject({ code: "ERR_CANCELLED", cause: { message: "enough" } });
		expect((await errorOf(system.offload(square, 1, { signal: controller.signal }))).code).toBe("ERR_CANCELLED");
		expect(await system.offload(square, 3)).toBe(9);
	});

	test("ends when the caller of its actor gives up, whichever thread that is", async () => {
		for (const thread of ["main", 0] as const) {
			const clerk = await system.spawn(Clerk, { thread });
			const { name, begun } = beginning();
			const controller = new AbortController();
			const asked = errorOf(clerk.with({ signal: controller.signal }).ask.compute(name));
			await begun;
			controller.abort();
			expect((await asked).code).toBe("ERR_CANCELLED");
			// The actor takes its next message once that task has settled.
			expect(await clerk.ask.lost()).toMatchObject({ code: "ERR_CANCELLED" });
		}
	});

	test("ends with the actor that offloaded it", async () => {
		const watcher = await system.spawn(Counter, { args: [0], thread: "main" });
		const clerk = await system.spawn(Clerk, { thread: 0 });
		const { name, begun } = beginning();
		await clerk.ask.leaveBehind(name, watcher);
		await begun;
		await clerk.kill();
		let notes: unknown[] = [];
		while (notes.length === 0) notes = await watcher.ask.notes();
		expect(notes[0]).toMatchObject({ code: "ERR_CANCELLED", cause: { code: "ERR_ACTOR_DOWN" } });
	});

	test("ends with the thread of the actor that offloaded it, and the pool works on", async () => {
		const watcher = await system.spawn(Counter, { args: [0], thread: "main" });
		const clerks = await Promise.all([0, 0].map((thread) => system.spawn(Clerk, { thread, restart: "temporary" })));
		const begun = clerks.map((clerk) => {
			const beginning_ = beginning();
			void clerk.tell.leaveBehind(beginning_.name, watcher);
			return beginning_.begun;
		});
		await Promise.all(begun);
		await system.killThread(0);
		// Both threads of the pool were taken.
		expect(await system.offload(square, 5)).toBe(25);
	});

	test("that ends its thread rejects with ERR_THREAD_DOWN, and the pool works on", async () => {
		expect(await errorOf(system.offload(exit, 3))).toMatchObject({ code: "ERR_THREAD_DOWN" });
		expect(await errorOf(system.offload(throwOutside))).toMatchObject({ code: "ERR_THREAD_DOWN", cause: { message: "outside" } });
		expect(await system.offload(square, 4)).toBe(16);
	});

	test("cannot start a system, and is a clear error when its module or its name is not there", async () => {
		expect((await errorOf(system.offload(nested as never))).code).toBe("ERR_INSIDE_THREAD");
		const gone = defineTask("file:///nowhere/at-all.js", "gone", () => 1);
		expect((await errorOf(system.offload(gone))).code).toBe("ERR_MODULE");
		const unknown = defineTask(new URL("./fixtures/tasks.ts", import.meta.url).href, "unknown", () => 1);
		expect(await errorOf(system.offload(unknown))).toMatchObject({
			code: "ERR_UNKNOWN_DEFINITION",
			message: expect.stringContaining("square") as string,
		});
		expect((await errorOf(system.offload({} as typeof square, 1))).code).toBe("ERR_BAD_OPTION");
		expect((await errorOf(system.offload(square, 1, { signal: {} as AbortSignal }))).code).toBe("ERR_BAD_OPTION");
		expect(() => defineTask(import.meta, "", () => 1)).toThrow(ActorError);
		expect(() => defineTask(import.meta, "none", undefined as never)).toThrow(/needs a function/);
		expect(() => defineActor("[eval]", "x", () => ({}))).toThrow(/defineActor\("x"\) stands in/);
		expect(() => defineTask("[eval]", "x", () => 1)).toThrow(/defineTask\("x"\) stands in/);
	});
});

describe("the pool of tasks", () => {
	let system: System | undefined;
	afterEach(() => system?.stop());

	test("settles what runs and what waits when the system stops, and refuses what comes later", async () => {
		const sys = await createSystem({ threads: 1, taskThreads: 1 });
		system = sys;
		const clerk = await sys.spawn(Clerk, { thread: 0 });
		const { name, begun } = beginning();
		const running = errorOf(sys.offload(forever, name));
		await begun;
		const waiting = errorOf(sys.offload(hang));
		const asked = errorOf(clerk.ask.square(2));
		await sys.stop({ timeoutMs: 1 });
		expect((await running).code).toBe("ERR_SYSTEM_STOPPED");
		expect((await waiting).code).toBe("ERR_SYSTEM_STOPPED");
		expect(["ERR_SYSTEM_STOPPED", "ERR_ACTOR_DOWN"]).toContain((await asked).code);
		expect((await errorOf(sys.offload(square, 1))).code).toBe("ERR_SYSTEM_STOPPED");
	});

	test("is sized by an option, and checks it", async () => {
		for (const taskThreads of [0, -1, 1.5, Number.NaN])
			expect(await errorOf(createSystem({ threads: 0, taskThreads }))).toMatchObject({
				code: "ERR_BAD_OPTION",
				message: expect.stringContaining("taskThreads") as string,
			});
	});

	test("lets a program end by itself: unbuilt TypeScript, a system that was never stopped", async () => {
		const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);
		const file = fileURLToPath(new URL("./fixtures/offloads.ts", import.meta.url));
		const output = await new Promise<string>((resolve, reject) => {
			execFile(process.execPath, [...(stripsTypes ? [] : ["--import", "tsx"]), file], (error, stdout, stderr) =>
				error === null ? resolve(stdout) : reject(new Error(stderr, { cause: error })),
			);
		});
		expect(output).toBe("144\n");
	});
});
