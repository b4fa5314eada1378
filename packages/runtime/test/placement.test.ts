import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { createSystem, type System } from "@zloom/runtime";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { Nowhere, Place } from "./fixtures/place.ts";

let system: System;
const workers: Worker[] = [];
const noteWorker = (message: unknown): void => void workers.push((message as { worker: Worker }).worker);
beforeAll(() => subscribe("worker_threads", noteWorker));
afterAll(() => unsubscribe("worker_threads", noteWorker));
afterEach(() => system.stop());

/** Settles when the thread that was started last has ended. */
function lastThreadEnd(): Promise<unknown> {
	return once(workers.at(-1) as Worker, "exit");
}

describe("where an actor lives", () => {
	test("is the main thread, the thread with an index, or a thread of its own", async () => {
		system = await createSystem({ threads: 2 });
		const main = await system.spawn(Place, { thread: "main" });
		const [first, second] = [await system.spawn(Place, { thread: 0 }), await system.spawn(Place, { thread: 1 })];
		const own = await system.spawn(Place, { thread: "own" });
		const again = await system.spawn(Place, { thread: 1 });
		const ids = await Promise.all([main, first, second, own].map((ref) => ref.ask.threadId()));
		expect(ids[0]).toBe(0);
		expect(new Set(ids).size).toBe(4);
		expect(await again.ask.threadId()).toBe(ids[2]);
	});

	test("is refused when there is no such thread", async () => {
		system = await createSystem({ threads: 0 });
		for (const thread of [0, 2, -1, 0.5, "other"] as number[])
			expect(await errorOf(system.spawn(Place, { thread }))).toMatchObject({
				code: "ERR_BAD_OPTION",
				message: expect.stringMatching(/thread must be "main", "own" or an index/) as string,
			});
	});
});

describe("a thread of its own", () => {
	test("is there also in a system without threads, hosts nobody else, and ends with its actor", async () => {
		system = await createSystem({ threads: 0 });
		const own = await system.spawn(Place, { thread: "own", at: "inproc://alone" });
		const child = await own.ask.spawnBeside();
		expect(await child.ask.threadId()).toBe(await own.ask.threadId());
		const others = await Promise.all(Array.from({ length: 4 }, () => system.spawn(Place)));
		for (const other of others) expect(await other.ask.threadId()).toBe(0);
		const ended = lastThreadEnd();
		expect(await own.stop()).toEqual({ kind: "stopped" });
		await ended;
		expect((await errorOf(system.ref(Place, "inproc://alone").ask.threadId())).code).toBe("ERR_UNKNOWN_ACTOR");
	});

	test("ends when the setup of its actor fails", async () => {
		system = await createSystem({ threads: 0 });
		const spawned = errorOf(system.spawn(Nowhere, { thread: "own" }));
		const ended = lastThreadEnd();
		expect((await spawned).code).toBe("ERR_SETUP_FAILED");
		await ended;
	});

	test("that dies is followed by another for the actor that comes back, under its name and all its refs", async () => {
		system = await createSystem({ threads: 1 });
		const own = await system.spawn(Place, { thread: "own", at: "inproc://alone" });
		const before = await own.ask.threadId();
		expect((await errorOf(own.ask.exit())).code).toBe("ERR_THREAD_DOWN");
		const after = await own.ask.threadId();
		expect(after).not.toBe(before);
		expect(after).not.toBe(await (await system.spawn(Place, { thread: 0 })).ask.threadId());
		const ended = lastThreadEnd();
		await own.stop();
		await ended;
	});

	test("is what a child can have, too: it ends when its parent does", async () => {
		system = await createSystem({ threads: 1 });
		const parent = await system.spawn(Place);
		const child = await parent.ask.spawnAlone();
		expect(await child.ask.threadId()).not.toBe(await parent.ask.threadId());
		await parent.stop();
		expect(["stopped", "killed"]).toContain((await child.exited).kind);
	});
});
