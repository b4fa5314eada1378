/**
 * Handlers that do not come back, on real threads: told by name, ended by policy, and what that means to everybody else.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { type BlockedThread, createSystem, type System, type SystemOptions } from "@zloom/runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { Patient, Stuck, StuckInSetup } from "./fixtures/stuck.ts";

let system: System;
let told: BlockedThread[] = [];
let awaited: (() => void) | undefined;
const note = (event: unknown): void => {
	told.push(event as BlockedThread);
	awaited?.();
};

beforeEach(() => {
	told = [];
	subscribe("zloom:blocked", note);
});
afterEach(async () => {
	unsubscribe("zloom:blocked", note);
	await system.stop({ timeoutMs: 1 });
});

/** The limits of the actors count; the thread is looked at often. */
const kill = { threads: 1, watchdog: { blockedAfterMs: 600_000, policy: { killAfterMs: 100 } } } satisfies SystemOptions;

async function toldOf(test: (event: BlockedThread) => boolean): Promise<BlockedThread> {
	for (;;) {
		const event = told.find(test);
		if (event !== undefined) return event;
		await new Promise<void>((resolve) => {
			awaited = resolve;
		});
	}
}

/** What a stream ends with. */
async function drained(stream: AsyncIterator<unknown>): Promise<void> {
	while ((await stream.next()).done !== true);
}

describe("a thread that is blocked is told, and by policy ended, with the code that blocks it:", () => {
	test.each(["spinWhileStreaming", "spinInTimer", "spinLater"] as const)("%s", async (how) => {
		system = await createSystem(kill);
		const stuck = await system.spawn(Stuck, { at: "inproc://stuck", restart: "temporary" });
		if (how === "spinWhileStreaming") expect((await errorOf(drained(stuck.stream.spinWhileStreaming()))).code).toBe("ERR_THREAD_DOWN");
		else if (how === "spinInTimer") await stuck.tell.spinInTimer();
		else expect((await errorOf(stuck.ask[how]())).code).toBe("ERR_THREAD_DOWN");
		const at = how === "spinInTimer" ? "timer" : how === "spinLater" ? "outside" : "handler";
		const event = { at, address: "inproc://stuck", kind: "Stuck", handler: how === "spinInTimer" ? undefined : how };
		expect(await stuck.exited).toMatchObject({ kind: "thread", how: "blocked", error: { code: "ERR_BLOCKED" } });
		expect(told).toMatchObject([
			{ ...event, killed: false },
			{ ...event, killed: true },
		]);
		expect(told[0]?.ms).toBeGreaterThanOrEqual(400);
	});

	test("a setup", async () => {
		system = await createSystem(kill);
		const error = await errorOf(system.spawn(StuckInSetup, { restart: "temporary" }));
		expect(error.code).toBe("ERR_THREAD_DOWN");
		expect(told[0]).toMatchObject({ at: "setup", kind: "StuckInSetup", handler: undefined, address: expect.stringMatching(/~\d+\.\d+$/) });
	});
});

test("threads that are idle, whose handlers wait, or whose actors may take long are not told while another is; none is ended", async () => {
	system = await createSystem({ threads: 3, watchdog: { blockedAfterMs: 600_000 } });
	const waiting = await system.spawn(Stuck, { thread: 1 });
	const patient = await system.spawn(Patient, { thread: 2 });
	const stuck = await system.spawn(Stuck, { thread: 0 });
	const pending = [waiting.ask.wait(), patient.ask.spin(), stuck.ask.spin()].map(errorOf);
	await toldOf((one) => one.address === stuck.address);
	expect(told).toMatchObject([{ address: stuck.address, handler: "spin", killed: false }]);
	await system.stop({ timeoutMs: 1 });
	for (const error of await Promise.all(pending)) expect(error.code).toBe("ERR_SYSTEM_STOPPED");
});

describe("when a blocked thread is ended", () => {
	test("asks and streams to all its actors settle, and name the handler", async () => {
		system = await createSystem(kill);
		const stuck = await system.spawn(Stuck, { restart: "temporary" });
		const beside = await system.spawn(Stuck, { restart: "temporary" });
		const stream = beside.stream.upTo(1e9)[Symbol.asyncIterator]();
		await stream.next();
		const pending = [stuck.ask.spin(), stuck.ask.count(), beside.ask.wait(), drained(stream)].map(errorOf);
		for (const error of await Promise.all(pending)) {
			expect(error.code).toBe("ERR_THREAD_DOWN");
			expect(error.cause).toMatchObject({ code: "ERR_BLOCKED", message: expect.stringContaining('the handler "spin" of Stuck') });
		}
		expect(await beside.exited).toMatchObject({ kind: "thread", how: "blocked", error: { code: "ERR_BLOCKED" } });
		const event = { at: "handler", address: stuck.address, kind: "Stuck", handler: "spin" };
		expect(told).toMatchObject([
			{ ...event, killed: false },
			{ ...event, killed: true },
		]);
	});

	test("its actors come back on the next thread, with fresh state", async () => {
		system = await createSystem(kill);
		const stuck = await system.spawn(Stuck, { at: "inproc://stuck" });
		const beside = await system.spawn(Stuck, { at: "inproc://beside" });
		expect(await stuck.ask.count()).toBe(1);
		expect(await beside.ask.count()).toBe(1);
		expect((await errorOf(stuck.ask.spin())).code).toBe("ERR_THREAD_DOWN");
		expect(await stuck.ask.count()).toBe(1);
		expect(await beside.ask.count()).toBe(1);
	});
});

test.each([
	{ watchdog: { blockedAfterMs: 0 } },
	{ watchdog: { blockedAfterMs: Number.POSITIVE_INFINITY } },
	{ watchdog: { policy: { killAfterMs: 1.5 } } },
	{ watchdog: { policy: "kill" as "report" } },
])("createSystem refuses %o", async (options) => {
	expect((await errorOf(createSystem(options))).code).toBe("ERR_BAD_OPTION");
	system = await createSystem({ threads: 0, watchdog: false });
});
