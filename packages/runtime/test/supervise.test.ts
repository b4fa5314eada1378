/**
 * Supervisors and their children, on the main thread, on one worker thread and on two.
 */
import { type ActorRef, child, createSystem, type System } from "@zloom/runtime";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { BadSetup } from "./fixtures/counter.ts";
import { Diary, type DiaryRef, Kid, Parent, type ParentOptions } from "./fixtures/family.ts";

let system: System;
beforeAll(async () => {
	system = await createSystem({ threads: 2 });
});
afterAll(() => system.stop());

const diaryHere = () => system.spawn(Diary, { thread: "main" });
type KidRef = ActorRef<{
	count(): number;
	fail(text: string): never;
	leave(): void;
	exit(): never;
	failSlowly(text: string): Promise<never>;
	self(): ActorRef;
	countOf(other: ActorRef<{ count(): number }>): Promise<number>;
}>;

/** The answer to an ask that is repeated while a child ends, for what comes then is refused. */
async function answer(ask: () => Promise<number>): Promise<number> {
	for (;;) {
		try {
			return await ask();
		} catch (error) {
			expect((error as { code: string }).code).toMatch(/^ERR_(ACTOR|THREAD)_DOWN$/);
		}
	}
}

/** Waits until a child has begun again: its count does, too. */
async function begunAgain(ref: { ask: { count(): Promise<number> } }): Promise<void> {
	let count = 0;
	while (count !== 1) count = await answer(() => ref.ask.count());
}

const PLACES = {
	"all on the main thread": ["main", []],
	"all on one worker thread": [0, []],
	"on two threads": [0, [1, 0, 1]],
	"from the main thread on two": ["main", [0, 1, "main"]],
} as const;

describe.each(Object.entries(PLACES))("supervised children %s", (_where, [thread, threads]) => {
	async function family(options: Omit<ParentOptions, "threads">) {
		const diary = await diaryHere();
		const parent = await system.spawn(Parent, { args: [diary as unknown as DiaryRef, { ...options, threads }], thread });
		const kids = (await parent.ask.children()) as KidRef[];
		const [a, b, c] = kids as [KidRef, KidRef, KidRef];
		return { diary, parent, kids: { a, b, c } };
	}

	test("start in order, and end in reverse order when the supervisor is stopped", async () => {
		const { diary, parent, kids } = await family({ strategy: "oneForOne" });
		const told = kids.b.tell.count();
		expect(await parent.stop()).toEqual({ kind: "stopped" });
		await told;
		for (const kid of [kids.a, kids.b, kids.c]) expect(await kid.exited).toEqual({ kind: "stopped" });
		expect(await diary.ask.read()).toEqual(["a starts", "b starts", "c starts", "c ends", "b ends", "a ends"]);
	});

	test.each([
		["oneForOne", ["b starts"], [2, 1, 2]],
		["restForOne", ["c ends", "b starts", "c starts"], [2, 1, 1]],
		["oneForAll", ["c ends", "a ends", "a starts", "b starts", "c starts"], [1, 1, 1]],
	] as const)("begin again by %s, with fresh state and under the same refs", async (strategy, lines, counts) => {
		const { diary, parent, kids } = await family({ strategy });
		for (const name of ["a", "b", "c"] as const) expect(await parent.ask.countOf(name)).toBe(1);
		const before = (await diary.ask.read()).length;
		await kids.b.tell.fail("told");
		const answers: number[] = [];
		for (const kid of [kids.b, kids.c, kids.a]) {
			answers.push(await answer(() => kid.ask.count()));
		}
		expect([answers[2], answers[0], answers[1]]).toEqual(counts);
		const now = await diary.ask.read();
		expect(now.slice(before).filter((line) => line !== "b ends")).toEqual(lines);
		expect(await parent.ask.countOf("b")).toBe(2);
		expect(((await kids.b.ask.self()) as KidRef).address).toBe(kids.b.address);
		await parent.stop();
		for (const kid of [kids.a, kids.b, kids.c]) expect((await kid.exited).kind).toBe("stopped");
	});

	test("what is in hand when a child fails is settled, and what comes while it is away waits for it", async () => {
		const { parent, kids } = await family({ strategy: "oneForOne", backoffMs: 20 });
		await kids.a.tell.failSlowly("told");
		const inMailbox = errorOf(kids.a.ask.count());
		expect((await inMailbox).code).toBe("ERR_ACTOR_DOWN");
		expect(await kids.a.ask.count()).toBe(1);
		expect(await kids.c.ask.countOf(kids.a)).toBe(2);
		await parent.kill();
		for (const kid of [kids.a, kids.b, kids.c]) expect((await kid.exited).kind).toBe("killed");
	});

	test("more restarts than its intensity end the children and fail the supervisor, and the reason says why", async () => {
		const { parent, kids } = await family({ strategy: "oneForOne", intensity: 1 });
		await kids.a.tell.fail("one");
		await begunAgain(kids.a);
		await kids.c.tell.fail("two");
		expect(await parent.exited).toMatchObject({
			kind: "error",
			error: { code: "ERR_RESTARTS_EXCEEDED", message: expect.stringContaining('"c"') as string, cause: { message: "two" } },
		});
		expect((await kids.a.exited).kind).toBe("stopped");
		expect((await kids.b.exited).kind).toBe("stopped");
		expect(await kids.c.exited).toMatchObject({ kind: "error", error: { message: "two" } });
	});

	test("a child that is stopped or killed by its ref stays ended, and the others go on", async () => {
		const { parent, kids } = await family({ strategy: "oneForAll" });
		expect(await kids.a.stop()).toEqual({ kind: "stopped" });
		expect(await kids.b.kill()).toEqual({ kind: "killed" });
		expect((await errorOf(kids.a.ask.count())).code).toBe("ERR_ACTOR_DOWN");
		expect(await kids.c.ask.count()).toBe(1);
		await parent.stop();
	});

	test("a name stays with its child through restarts, and is free when the supervisor has ended", async () => {
		const at = `inproc://kid-${Math.random().toString(36).slice(2)}`;
		const { parent, kids } = await family({ strategy: "oneForOne", at });
		const byName = system.ref(Kid, `${at}-a`);
		expect(await byName.ask.count()).toBe(1);
		await kids.a.tell.fail("told");
		await begunAgain(byName);
		expect((await errorOf(system.spawn(Diary, { at: `${at}-a` }))).code).toBe("ERR_NAME_TAKEN");
		await parent.stop();
		await (await system.spawn(Diary, { at: `${at}-a` })).stop();
	});
});

describe("system.supervise", () => {
	test("types the refs of its children, by name", async () => {
		const diary = (await diaryHere()) as unknown as DiaryRef;
		const { children, stop } = await system.supervise({
			children: { diary: child(Diary), kid: child(Kid, { args: ["kid", diary], thread: 1 }) },
		});
		expectTypeOf(children.kid.ask.count).returns.toEqualTypeOf<Promise<number>>();
		expectTypeOf(children.diary.ask.read).returns.toEqualTypeOf<Promise<string[]>>();
		expect(await children.kid.ask.count()).toBe(1);
		expect(await children.diary.ask.read()).toEqual([]);
		// @ts-expect-error the arguments of setup are required
		child(Kid, {});
		// @ts-expect-error and have types
		child(Kid, { args: [1, diary] });
		expect(await stop()).toEqual({ kind: "stopped" });
		expect((await children.kid.exited).kind).toBe("stopped");
	});

	test("permanent, transient and temporary: who comes back from which end", async () => {
		const diary = (await diaryHere()) as unknown as DiaryRef;
		const kid = (restart: "permanent" | "transient" | "temporary") => child(Kid, { args: [restart, diary], restart });
		const { children, stop } = await system.supervise({
			intensity: 10,
			children: { permanent: kid("permanent"), transient: kid("transient"), temporary: kid("temporary"), leaver: kid("transient") },
		});
		for (const ref of [children.permanent, children.transient]) {
			expect(await ref.ask.count()).toBe(1);
			await ref.tell.fail("told");
			await begunAgain(ref);
		}
		await children.permanent.tell.leave();
		await begunAgain(children.permanent);
		await children.leaver.tell.leave();
		expect(await children.leaver.exited).toEqual({ kind: "stopped" });
		await children.temporary.tell.fail("told");
		expect(await children.temporary.exited).toMatchObject({ kind: "error", error: { message: "told" } });
		await stop();
	});

	test("a child that cannot be started ends those before it, and the start rejects with its failure", async () => {
		const diary = await diaryHere();
		const error = await errorOf(
			system.supervise({
				children: {
					one: child(Kid, { args: ["one", diary as unknown as DiaryRef], thread: 0 }),
					bad: child(BadSetup, { args: ["throw"], thread: 1 }),
				},
			}),
		);
		expect(error).toMatchObject({ code: "ERR_SETUP_FAILED", cause: { code: "ERR_SETUP_FAILED", cause: { message: "setup" } } });
		expect(await diary.ask.read()).toEqual(["one starts", "one ends"]);
	});

	test("what is wrong with children is refused before anything is started", async () => {
		const diary = await diaryHere();
		const kid = (options: object) => child(Kid, { args: ["x", diary as unknown as DiaryRef], ...options });
		for (const [children, words] of [
			[{ 1: kid({}) }, /number for a name/],
			[{ a: kid({ at: "tcp://a:1/x" }) }, /own process/],
			[{ a: kid({ restart: { intensity: 1 } }) }, /must be a kind/],
			[{ a: kid({ restart: "always" }) }, /permanent, transient, temporary/],
			[{ a: kid({ stopTimeoutMs: 0 }) }, /stopTimeoutMs/],
			[{ a: Kid as never }, /child\(Definition, options\)/],
		] as const)
			expect(await errorOf(system.supervise({ children: { first: kid({}), ...children } }))).toMatchObject({
				cause: { code: "ERR_BAD_OPTION", message: expect.stringMatching(words) as string },
			});
		expect(await diary.ask.read()).toEqual([]);
		expect(await errorOf(system.supervise({ strategy: "all" as never, children: {} }))).toMatchObject({
			cause: { code: "ERR_BAD_OPTION" },
		});
	});

	test("a supervisor under a supervisor: what the lower one cannot mend is mended by the upper one", async () => {
		const diary = (await diaryHere()) as unknown as DiaryRef;
		const { children, stop } = await system.supervise({
			children: { parent: child(Parent, { args: [diary, { strategy: "oneForOne", intensity: 0 }], thread: 0, restart: "transient" }) },
		});
		expect(await children.parent.ask.countOf("a")).toBe(1);
		const [a] = (await children.parent.ask.children()) as [KidRef];
		await a.tell.fail("told");
		expect(await a.exited).toMatchObject({ kind: "error", error: { message: "told" } });
		expect(await answer(() => children.parent.ask.countOf("a"))).toBe(1);
		await stop();
	});
});

describe("a thread that dies under supervised children", () => {
	test.each([
		["killed from outside", () => system.killThread(0)],
		["ended by process.exit", undefined],
	] as const)("%s: they come back by the strategy, on the thread that replaces it, for every ref", async (_how, kill) => {
		const diary = await diaryHere();
		const asRef = diary as unknown as DiaryRef;
		const { children, stop } = await system.supervise({
			strategy: "restForOne",
			children: {
				first: child(Kid, { args: ["first", asRef], thread: 1 }),
				second: child(Kid, { args: ["second", asRef], thread: 0 }),
				third: child(Kid, { args: ["third", asRef], thread: 1 }),
			},
		});
		for (const kid of [children.first, children.second, children.third]) expect(await kid.ask.count()).toBe(1);
		if (kill !== undefined) await kill();
		else await children.second.tell.exit();
		for (const kid of [children.second, children.third]) await begunAgain(kid);
		expect(await children.first.ask.count()).toBe(2);
		expect(await children.first.ask.countOf(children.second as never)).toBe(2);
		expect((await diary.ask.read()).filter((line) => line.endsWith("starts"))).toEqual(
			["first", "second", "third", "second", "third"].map((name) => `${name} starts`),
		);
		await stop();
	});

	test("a supervisor that dies with its thread ends its children on other threads, for good", async () => {
		const diary = (await diaryHere()) as unknown as DiaryRef;
		const parent = await system.spawn(Parent, { args: [diary, { strategy: "oneForOne", threads: [1, 0, "main"] }], thread: 0 });
		const kids = (await parent.ask.children()) as KidRef[];
		await system.killThread(0);
		expect((await parent.exited).kind).toBe("thread");
		for (const kid of kids) expect((await kid.exited).kind).toMatch(/killed|thread/);
	});
});
