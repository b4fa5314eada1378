/**
 * Handlers that do not come back, on real threads: told by name, ended by policy, and what that means to everybody else.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { type ActorDefinition, type ActorRef, type BlockedThread, createSystem, type System, type SystemOptions } from "@zloom/runtime";
import { afterEach, beforeEach, expect, test } from "vitest";
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

type StuckRef = typeof Stuck extends ActorDefinition<never[], infer H> ? ActorRef<H> : never;
type Way = [how: string, at: BlockedThread["at"], handler: string | undefined, block: (stuck: StuckRef) => Promise<unknown>];

const ways: Way[] = [
	["a handler", "handler", "spin", (stuck) => stuck.ask.spin()],
	["a step of a stream", "handler", "spinWhileStreaming", (stuck) => drained(stuck.stream.spinWhileStreaming())],
	["what follows an await", "outside", "spinLater", (stuck) => stuck.ask.spinLater()],
	["a timer", "timer", undefined, (stuck) => stuck.tell.spinInTimer().then(() => Promise.reject(downLater))],
];
const downLater = { code: "ERR_THREAD_DOWN", cause: { code: "ERR_BLOCKED", message: "a timer or watch of Stuck" } };

test("threads that are blocked are told with the code that blocks them, and ended by policy; asks and streams to all their actors settle", async () => {
	system = await createSystem({ ...kill, threads: ways.length });
	const threads = await Promise.all(
		ways.map(async ([how, at, handler, block], thread) => {
			const options = { thread, restart: "temporary" } as const;
			const stuck = await system.spawn(Stuck, options);
			// Outside of turns the last one is told: nobody else may have had it.
			if (at === "outside") return { how, at, handler, stuck, block: () => errorOf(block(stuck)) };
			const beside = await system.spawn(Stuck, options);
			const streaming = await system.spawn(Stuck, options);
			const stream = streaming.stream.upTo(1e9)[Symbol.asyncIterator]();
			await stream.next();
			return { how, at, handler, stuck, beside, stream, block: () => errorOf(block(stuck)) };
		}),
	);
	const pending = threads.map(({ block, beside, stream }) => {
		const others = beside === undefined ? [] : [errorOf(beside.ask.wait()), errorOf(drained(stream))];
		return Promise.all([block(), ...others]);
	});
	for (const [index, { at, handler, stuck, beside }] of threads.entries()) {
		for (const error of (await pending[index]) ?? []) {
			expect(error).toMatchObject({ code: "ERR_THREAD_DOWN", cause: { code: "ERR_BLOCKED" } });
			expect((error.cause as Error).message).toContain("of Stuck");
		}
		const reason = {
			kind: "thread",
			how: "blocked",
			error: { code: "ERR_BLOCKED", message: expect.stringContaining(stuck.address) as string },
		};
		expect(await stuck.exited).toMatchObject(reason);
		if (beside !== undefined) expect(await beside.exited).toMatchObject(reason);
		const event = { at, address: stuck.address, kind: "Stuck", handler };
		expect(told.filter(({ address }) => address === stuck.address)).toMatchObject([
			{ ...event, killed: false },
			{ ...event, killed: true },
		]);
	}
	for (const { ms } of told) expect(ms).toBeGreaterThanOrEqual(1500);
});

test("a setup that does not come back is told, and ended by policy; its spawn rejects", async () => {
	system = await createSystem(kill);
	const error = await errorOf(system.spawn(StuckInSetup, { restart: "temporary" }));
	expect(error.code).toBe("ERR_THREAD_DOWN");
	const address = expect.stringMatching(/~\d+\.\d+$/) as string;
	expect(told[0]).toMatchObject({ at: "setup", kind: "StuckInSetup", handler: undefined, address });
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

test("the actors of a thread that was ended come back on the next one, with fresh state", async () => {
	system = await createSystem(kill);
	const stuck = await system.spawn(Stuck, { at: "inproc://stuck" });
	const beside = await system.spawn(Stuck, { at: "inproc://beside" });
	expect(await stuck.ask.count()).toBe(1);
	expect(await beside.ask.count()).toBe(1);
	expect((await errorOf(stuck.ask.spin())).code).toBe("ERR_THREAD_DOWN");
	expect(await stuck.ask.count()).toBe(1);
	expect(await beside.ask.count()).toBe(1);
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
