import { createSystem, type System } from "@zloom/runtime";
import { afterEach, describe, expect, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { Broken } from "./fixtures/broken.ts";
import { Counter } from "./fixtures/counter.ts";

let system: System;
afterEach(() => system.stop());

describe("the death of a thread", () => {
	test.each([
		["process.exit", "exit"],
		["an uncaught exception", "throwOutside"],
	] as const)(
		"by %s settles asks with ERR_THREAD_DOWN, ends its actors with reason thread, and the thread is replaced",
		async (_how, method) => {
			system = await createSystem({ threads: 1 });
			const restart = "temporary";
			const [ref, other] = [await system.spawn(Counter, { args: [1], restart }), await system.spawn(Counter, { args: [2], restart })];
			const hanging = errorOf(other.ask.hang());
			const dying = method === "exit" ? errorOf(ref.ask.exit(3)) : errorOf(ref.tell.throwOutside().then(() => ref.ask.hang()));
			expect((await dying).code).toBe("ERR_THREAD_DOWN");
			expect((await hanging).code).toBe("ERR_THREAD_DOWN");
			expect((await other.exited).kind).toBe("thread");
			if (method === "throwOutside") expect((await ref.exited).error).toMatchObject({ message: "outside of any turn" });
			expect((await errorOf(ref.ask.get())).code).toBe("ERR_THREAD_DOWN");
			const next = await system.spawn(Counter, { args: [3] });
			expect(await next.ask.get()).toBe(3);
		},
	);

	test("settles streams and waiting tells too", async () => {
		system = await createSystem({ threads: 1, mailboxMessages: 2 });
		const ref = await system.spawn(Counter, { args: [0] });
		const stream = errorOf(ref.stream.never().next());
		const told = Array.from({ length: 50 }, () => ref.tell.add(1));
		const errors = Promise.all(told.slice(10).map(errorOf));
		await system.killThread(0);
		expect((await stream).code).toBe("ERR_THREAD_DOWN");
		for (const error of await errors) expect(error.code).toBe("ERR_THREAD_DOWN");
	});

	test("reaches actors of other threads that wait for it or watch it", async () => {
		system = await createSystem({ threads: 2 });
		const here = await system.spawn(Counter, { args: [0], thread: 0 });
		const there = await system.spawn(Counter, { args: [0], thread: 1, restart: "temporary" });
		await here.ask.watchOther(there as never);
		await errorOf(there.ask.exit(1));
		let notes: unknown[] = [];
		while (notes.length === 0) notes = await here.ask.notes();
		expect(notes).toEqual(["thread"]);
		expect((await errorOf(here.ask.askOther(there))).code).toBe("ERR_THREAD_DOWN");
	});

	test("frees the names of actors that do not come back", async () => {
		system = await createSystem({ threads: 1 });
		const first = await system.spawn(Counter, { args: [1], at: "inproc://name", restart: "temporary" });
		await system.killThread(0);
		await first.exited;
		const second = await system.spawn(Counter, { args: [2], at: "inproc://name" });
		expect(await second.ask.get()).toBe(2);
	});

	test("that comes again and again leaves the slot empty, with a clear error", async () => {
		system = await createSystem({ threads: 1 });
		let error: unknown;
		// Deaths count while they come soon after each other, which they do not on a machine that has no time for us.
		while (error === undefined) {
			for (let i = 0; i < 4; i++) await system.killThread(0);
			error = await system.spawn(Counter, { args: [0] }).then(
				() => undefined,
				(failed: unknown) => failed,
			);
		}
		expect(error).toMatchObject({ code: "ERR_THREAD_DOWN", message: expect.stringContaining("died too often") as string });
	});

	test("by running out of memory is told with its cause", async () => {
		system = await createSystem({ threads: 1, resourceLimits: { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 } });
		const ref = await system.spawn(Counter, { args: [0], restart: "temporary" });
		const grown = { text: "x".repeat(1000), list: Array.from({ length: 100 }, (_, i) => ({ i })) };
		let error: { code?: string } = {};
		while (error.code === undefined)
			error = await ref.ask.note(grown).then(
				() => ({}),
				(failed: { code: string }) => failed,
			);
		expect(error.code).toBe("ERR_THREAD_DOWN");
		expect(await ref.exited).toMatchObject({ kind: "thread", how: "memory", error: { code: "ERR_WORKER_OUT_OF_MEMORY" } });
	});
});

describe("threads", () => {
	test("actors are spread over all threads, and go where they are told", async () => {
		system = await createSystem({ threads: 3 });
		const refs = await Promise.all(Array.from({ length: 9 }, () => system.spawn(Counter, { args: [0] })));
		const perThread = new Map<string, number>();
		for (const ref of refs) {
			const thread = /~(\d+)\./.exec(ref.address)?.[1] as string;
			perThread.set(thread, (perThread.get(thread) ?? 0) + 1);
		}
		expect([...perThread.values()]).toEqual([3, 3, 3]);
		expect((await system.spawn(Counter, { args: [0], thread: "main" })).address).toMatch(/~0\./);
		expect((await errorOf(system.spawn(Counter, { args: [0], thread: 3 }))).code).toBe("ERR_BAD_OPTION");
	});

	test("an actor spawns children on other threads and by name, and they end with it", async () => {
		system = await createSystem({ threads: 2 });
		const parent = await system.spawn(Counter, { args: [1], thread: 0 });
		const child = await parent.ask.spawnChild({ thread: 1 });
		const named = await parent.ask.spawnChild({ at: "inproc://child" });
		expect(named.address).toBe("inproc://child");
		expect(await system.ref(Counter, "inproc://child").ask.get()).toBe(2);
		await parent.stop();
		expect((await child.exited).kind).toBe("stopped");
		expect((await named.exited).kind).toBe("stopped");
	});

	test("a module that cannot be imported there makes spawn reject with the reason", async () => {
		system = await createSystem({ threads: 1 });
		expect(await errorOf(system.spawn(Broken))).toMatchObject({
			code: "ERR_MODULE",
			cause: { message: "this module works on the main thread only" },
		});
		const onMain = await system.spawn(Broken, { thread: "main" });
		expect(await onMain.ask.x()).toBe(1);
	});

	test("a blocked thread cannot hold up the stop of its system", async () => {
		system = await createSystem({ threads: 1 });
		const ref = await system.spawn(Counter, { args: [0] });
		const blocked = errorOf(ref.ask.block(600_000));
		await system.stop({ timeoutMs: 50 });
		expect((await blocked).code).toBe("ERR_SYSTEM_STOPPED");
	});
});
