/**
 * What every actor promises, wherever it lives: one suite, run on the main thread by reference, on the main thread in
 * checked mode, and on a worker thread. Nothing here knows which.
 */
import { type ActorError, type ActorRef, createSystem, type SpawnOptions, type System } from "@zloom/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BadSetup, Counter, Reentrant, SlowSetup, Small } from "./fixtures/counter.ts";

export interface Place {
	readonly name: string;
	readonly threads: number;
	readonly checked: boolean;
	readonly thread: "main" | number;
}

type CounterRef = Awaited<ReturnType<typeof spawnCounter>>;

export function spawnCounter(system: System, place: Place, start = 0, restart?: SpawnOptions<[number]>["restart"]) {
	return system.spawn(Counter, { args: [start], thread: place.thread, ...(restart !== undefined && { restart }) });
}

/** Settles with the error that the promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<ActorError> {
	try {
		await promise;
	} catch (error) {
		return error as ActorError;
	}
	throw new Error("it was expected to reject");
}

export function actorContract(place: Place): void {
	describe(place.name, () => {
		let system: System;
		beforeAll(async () => {
			system = await createSystem({ threads: place.threads, checked: place.checked });
		});
		afterAll(() => system.stop());
		const counter: MakeCounter = (start, restart) => spawnCounter(system, place, start, restart);
		const inPlace = { thread: place.thread } as const;
		messages(counter);
		failures(counter);
		refusals(counter, () => system, place);
		waits(counter, () => system, inPlace);
		streams(counter);
		lives(counter);
		names(counter, () => system, inPlace);
	});
}

export type MakeCounter = (start?: number, restart?: SpawnOptions<[number]>["restart"]) => Promise<CounterRef>;
export type InPlace = { readonly thread: "main" | number };

function messages(counter: MakeCounter): void {
	test("tell changes state, ask answers", async () => {
		const ref = await counter(3);
		await ref.tell.add(4);
		expect(await ref.ask.get()).toBe(7);
	});

	test("messages of one sender arrive in the order they were sent, tells and asks alike", async () => {
		const ref = await counter();
		const sent = Array.from({ length: 3000 }, (_, i) => i);
		const told = sent.map((i) => (i % 3 === 0 ? ref.ask.note(i) : ref.tell.note(i)));
		await Promise.all(told);
		expect(await ref.ask.notes()).toEqual(sent);
	});

	test("values of every sendable type cross in both directions", async () => {
		const ref = await counter();
		const value = {
			a: new Map([[1, new Set(["x"])]]),
			b: [new Date(5), /x/g, 2n ** 90n, undefined, new Float64Array([1.5])],
			c: Buffer.alloc(50_000, 7),
		};
		expect(await ref.ask.echo(value)).toEqual(value);
	});

	test("one message at a time: the next begins when the promise of the last has settled", async () => {
		const ref = await counter();
		await Promise.all([ref.ask.overlap("a"), ref.ask.overlap("b"), ref.ask.overlap("c")]);
		expect(await ref.ask.notes()).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
	});

	test("a ref that was sent works for its receiver, and is answered with as one", async () => {
		const [one, two] = [await counter(1), await counter(2)];
		expect(await one.ask.askOther(two)).toBe(2);
		expect(await two.ask.askOther(one)).toBe(1);
		const again = (await one.ask.self()) as typeof one;
		expect(again.address).toBe(one.address);
		expect(await again.ask.get()).toBe(1);
	});

	test("a handler can answer the actor that sent the message", async () => {
		const [one, two] = [await counter(), await counter()];
		await one.ask.askToTellBack(two);
		await two.ask.get();
		expect(await one.ask.notes()).toEqual([`from ${two.address.slice("inproc://".length)}`]);
	});
}

function failures(counter: MakeCounter): void {
	test("what a handler throws arrives with class name, code and cause, and the actor lives", async () => {
		const ref = await counter(5);
		for (const asked of [ref.ask.fail("gone"), ref.ask.failLater("gone")]) {
			const error = await errorOf(asked);
			expect(error).toBeInstanceOf(Error);
			expect(error).toMatchObject({ message: "gone", code: "E_STOCK" });
		}
		const { cause } = await errorOf(ref.ask.fail("gone"));
		expect(cause).toBeInstanceOf(TypeError);
		expect(await ref.ask.get()).toBe(5);
	});

	test("a handler that throws on a tell fails the actor, and a temporary one ends", async () => {
		const ref = await counter(0, "temporary");
		await ref.tell.fail("told");
		const reason = await ref.exited;
		expect(reason).toMatchObject({ kind: "error", error: { message: "told", code: "E_STOCK" } });
		const error = await errorOf(ref.ask.get());
		expect(error).toMatchObject({ code: "ERR_ACTOR_DOWN", cause: { code: "E_STOCK" } });
		expect((await errorOf(ref.tell.add(1))).code).toBe("ERR_ACTOR_DOWN");
		expect(ref.try.add(1)).toBe("down");
	});

	test("unknown and wrong methods are refused before any handler and never fail the actor", async () => {
		const ref = await counter();
		const untyped = ref as unknown as ActorRef<Record<string, (...args: unknown[]) => unknown>>;
		expect(await errorOf(untyped.ask.nothing?.() as Promise<unknown>)).toMatchObject({
			code: "ERR_UNKNOWN_METHOD",
			message: expect.stringContaining("add, get") as string,
		});
		expect((await errorOf(untyped.ask.hasOwn?.() as Promise<unknown>)).code).toBe("ERR_UNKNOWN_METHOD");
		expect((await errorOf(untyped.ask.upTo?.(3) as Promise<unknown>)).code).toBe("ERR_WRONG_KIND");
		const stream = (untyped as unknown as ActorRef<{ failLater(): AsyncIterable<number>; get(): AsyncIterable<number> }>).stream;
		expect((await errorOf(stream.failLater().next())).code).toBe("ERR_WRONG_KIND");
		expect((await errorOf(stream.get().next())).code).toBe("ERR_WRONG_KIND");
		await (untyped.tell.nothing?.() as Promise<void>);
		expect(await ref.ask.get()).toBe(0);
	});
}

function refusals(counter: MakeCounter, system: () => System, place: Place): void {
	const inPlace: InPlace = { thread: place.thread };
	// By reference nothing is looked at.
	if (place.checked) {
		test("what cannot be sent is refused with its path, in arguments and in results", async () => {
			const ref = await counter();
			const callback = (): number => 1;
			expect(await errorOf(ref.ask.echo({ callback }))).toMatchObject({
				code: "ERR_NOT_SENDABLE",
				message: expect.stringContaining("args[0].callback is a function") as string,
			});
			expect((await errorOf(ref.tell.note({ callback }))).code).toBe("ERR_NOT_SENDABLE");
			expect((await errorOf(ref.ask.giveFunction())).message).toContain("result of giveFunction.callback is a function");
			expect(await ref.ask.get()).toBe(0);
		});
	}

	test("a setup that throws, rejects or returns no handlers makes spawn reject with its cause", async () => {
		const spawn = (how: "throw" | "reject" | "reserved" | "nothing"): Promise<ActorError> =>
			errorOf(system().spawn(BadSetup, { args: [how], ...inPlace }));
		expect(await spawn("throw")).toMatchObject({ code: "ERR_SETUP_FAILED", cause: { message: "setup", code: "E_STOCK" } });
		expect(await spawn("reject")).toMatchObject({ code: "ERR_SETUP_FAILED", cause: { message: "setup later" } });
		expect(await spawn("nothing")).toMatchObject({
			code: "ERR_SETUP_FAILED",
			message: expect.stringContaining("must return an object of handlers") as string,
		});
		expect(await spawn("reserved")).toMatchObject({ code: "ERR_RESERVED_NAME" });
	});

	test("spawn waits for a setup that takes its time", async () => {
		const ref = await system().spawn(SlowSetup, { args: [20], ...inPlace });
		expect(await ref.ask.ready()).toBe(true);
	});
}

function waits(counter: MakeCounter, system: () => System, inPlace: InPlace): void {
	test("an ask that gets no answer in time settles with ERR_TIMEOUT, and its late answer is dropped", async () => {
		const ref = await counter();
		const slow = errorOf(ref.with({ timeoutMs: 20 }).ask.hang());
		expect(await slow).toMatchObject({ code: "ERR_TIMEOUT", message: expect.stringContaining("ask.hang") as string });
		await ref.kill();
	});

	test("a signal settles an ask with ERR_CANCELLED, and the handler hears of it", async () => {
		const ref = await counter();
		const controller = new AbortController();
		const watcher = await counter();
		const asked = errorOf(ref.with({ signal: controller.signal }).ask.untilCancelled(watcher));
		while ((await watcher.ask.notes()).length === 0);
		controller.abort(new Error("enough"));
		expect(await asked).toMatchObject({ code: "ERR_CANCELLED", cause: { message: "enough" } });
		expect(await ref.ask.notes()).toEqual(["true ERR_CANCELLED"]);
		expect((await errorOf(ref.with({ signal: controller.signal }).ask.get())).code).toBe("ERR_CANCELLED");
	});

	test("a handler knows its deadline", async () => {
		const ref = await counter();
		const left = (await ref.with({ timeoutMs: 10_000 }).ask.deadline()) - Date.now();
		expect(left).toBeGreaterThan(0);
		expect(left).toBeLessThanOrEqual(10_000);
		expect(await ref.with({ timeoutMs: Number.POSITIVE_INFINITY }).ask.deadline()).toBe(Number.POSITIVE_INFINITY);
	});

	test("an actor that asks itself gets an error instead of waiting for ever; a reentrant one gets its answer", async () => {
		expect((await errorOf((await counter()).ask.askSelf())).code).toBe("ERR_ASK_SELF");
		expect((await errorOf((await counter()).ask.askSelfLater())).code).toBe("ERR_ASK_SELF");
		const reentrant = await system().spawn(Reentrant, inPlace);
		expect(await reentrant.ask.askSelf()).toBe(reentrant.address.slice("inproc://".length));
		const waiting = reentrant.ask.wait("a");
		await reentrant.tell.open("a");
		expect(await waiting).toBe("a");
	});

	test("tell waits for credit, try says full, and nothing is lost or out of order", async () => {
		const ref = await system().spawn(Small, inPlace);
		const blocked = ref.ask.block();
		const control = await system().spawn(Reentrant, inPlace);
		await control.ask.name();
		let n = 0;
		while (ref.try.take(n) === "accepted") n += 1;
		expect(n).toBeLessThanOrEqual(4);
		let settled = 0;
		const waiting = Array.from({ length: 20 }, (_, i) => ref.tell.take(n + i).then(() => (settled += 1)));
		await control.ask.name();
		expect(settled).toBe(0);
		// A blocked mailbox takes nothing, so the way out is the end of the blocking call, from outside.
		const stopping = ref.with({ timeoutMs: 50 }).ask.taken();
		expect((await errorOf(stopping)).code).toBe("ERR_TIMEOUT");
		await ref.kill();
		expect((await errorOf(blocked)).code).toBe("ERR_ACTOR_DOWN");
		for (const told of waiting) expect((await errorOf(told)).code).toBe("ERR_ACTOR_DOWN");
	});

	test("a slow actor gets every message of a fast sender, in order", async () => {
		const ref = await system().spawn(Small, inPlace);
		for (let i = 0; i < 500; i++) await ref.tell.take(i);
		expect(await ref.ask.taken()).toEqual(Array.from({ length: 500 }, (_, i) => i));
	});
}

function streams(counter: MakeCounter): void {
	test("a stream brings every item in order, and ends", async () => {
		const ref = await counter();
		const items: number[] = [];
		for await (const item of ref.stream.upTo(1000)) items.push(item);
		expect(items).toEqual(Array.from({ length: 1000 }, (_, i) => i));
		expect(await ref.ask.notes()).toEqual(["stream closed"]);
	});

	test("a stream goes no further than its credit while nobody reads, and does not block the mailbox", async () => {
		const ref = await counter();
		const stream = ref.stream.upTo(1_000_000);
		expect((await stream.next()).value).toBe(0);
		await ref.ask.get();
		await ref.ask.get();
		const reached = await ref.ask.get();
		expect(reached).toBeLessThan(200);
		await stream.return?.();
	});

	test("an early break ends the generator, with its finally", async () => {
		const ref = await counter();
		for await (const item of ref.stream.upTo(1_000_000)) if (item === 100) break;
		let notes: unknown[] = [];
		while (notes.length === 0) notes = await ref.ask.notes();
		expect(notes).toEqual(["stream closed"]);
	});

	test("a stream that throws delivers what came before, then the error", async () => {
		const ref = await counter();
		const items: number[] = [];
		const reading = (async () => {
			for await (const item of ref.stream.failAt(100)) items.push(item);
		})();
		expect(await errorOf(reading)).toMatchObject({ message: "stream failed", code: "E_STOCK" });
		expect(items).toHaveLength(100);
	});

	test("a stream settles on a timeout, on its signal, and when its actor is killed", async () => {
		const ref = await counter();
		expect((await errorOf(ref.with({ timeoutMs: 20 }).stream.never().next())).code).toBe("ERR_TIMEOUT");
		await ref.kill();
		const other = await counter();
		const controller = new AbortController();
		const cancelled = errorOf(other.with({ signal: controller.signal }).stream.never().next());
		controller.abort();
		expect((await cancelled).code).toBe("ERR_CANCELLED");
		await other.kill();
		const third = await counter();
		const down = errorOf(third.stream.never().next());
		await third.kill();
		expect((await down).code).toBe("ERR_ACTOR_DOWN");
	});

	test("two streams of one actor and its messages share the turns", async () => {
		const ref = await counter();
		const read = async (n: number): Promise<number> => {
			let count = 0;
			for await (const _ of ref.stream.upTo(n)) count += 1;
			return count;
		};
		const [a, b, got] = await Promise.all([read(300), read(400), ref.ask.get()]);
		expect([a, b]).toEqual([300, 400]);
		expect(got).toBeTypeOf("number");
	});
}

function lives(counter: MakeCounter): void {
	test("stop takes what is in the mailbox first; kill does not", async () => {
		const ref = await counter();
		const told = Array.from({ length: 50 }, (_, i) => ref.ask.note(i));
		const reason = await ref.stop();
		expect(reason).toEqual({ kind: "stopped" });
		await Promise.all(told);
		expect((await errorOf(ref.ask.get())).code).toBe("ERR_ACTOR_DOWN");
		const killed = await counter();
		const hanging = errorOf(killed.ask.hang());
		expect(await killed.kill()).toEqual({ kind: "killed" });
		expect((await hanging).code).toBe("ERR_ACTOR_DOWN");
		expect(await killed.exited).toEqual({ kind: "killed" });
	});

	test("an actor that does not drain in time is killed", async () => {
		const ref = await counter();
		const hanging = errorOf(ref.ask.hang());
		expect(await ref.stop({ timeoutMs: 20 })).toEqual({ kind: "killed" });
		expect((await hanging).code).toBe("ERR_ACTOR_DOWN");
	});

	test("children end with their parent, and a child's end does not end the parent", async () => {
		const parent = await counter(10);
		const child = (await parent.ask.spawnChild({})) as unknown as CounterRef;
		const other = (await parent.ask.spawnChild({})) as unknown as CounterRef;
		expect(await child.ask.get()).toBe(11);
		await child.kill();
		expect(await parent.ask.get()).toBe(10);
		await parent.stop();
		expect(await other.exited).toEqual({ kind: "stopped" });
	});

	test("a watch calls back when the other actor has ended", async () => {
		const [one, two] = [await counter(), await counter()];
		await one.ask.watchOther(two as unknown as ActorRef);
		await two.kill();
		let notes: unknown[] = [];
		while (notes.length === 0) notes = await one.ask.notes();
		expect(notes).toEqual(["killed"]);
	});

	test("timers run as turns, end with the actor, and fail it when they throw", async () => {
		const ref = await counter();
		await ref.ask.after(1);
		await ref.ask.every(1);
		let notes: unknown[] = [];
		while (notes.length < 3) notes = await ref.ask.notes();
		expect(notes.filter((note) => note === "after")).toHaveLength(1);
		const failing = await counter(0, "temporary");
		await failing.ask.failAfter(1);
		// Watching alone does not hold the event loop, and the timer of an actor on this thread does not either.
		const alive = setInterval(() => {}, 1000);
		expect(await failing.exited).toMatchObject({ kind: "error", error: { message: "in a timer" } });
		clearInterval(alive);
	});
}

function names(counter: MakeCounter, system: () => System, inPlace: InPlace): void {
	test("a ref looks the name up, and finds the next actor of that name after the first has ended", async () => {
		const at = `inproc://named-${Math.random().toString(36).slice(2)}`;
		const byName = system().ref(Counter, at);
		expect((await errorOf(byName.ask.get())).code).toBe("ERR_UNKNOWN_ACTOR");
		const first = await system().spawn(Counter, { args: [1], at, ...inPlace });
		expect(await byName.ask.get()).toBe(1);
		expect((await errorOf(system().spawn(Counter, { args: [2], at, ...inPlace }))).code).toBe("ERR_NAME_TAKEN");
		await first.stop();
		await system().spawn(Counter, { args: [2], at, ...inPlace });
		expect(await byName.ask.get()).toBe(2);
	});

	test("messages given before the name was looked up arrive in order", async () => {
		const at = `inproc://early-${Math.random().toString(36).slice(2)}`;
		await system().spawn(Counter, { args: [1], at, ...inPlace });
		const ref = system().ref(Counter, at);
		for (let i = 0; i < 200; i++) void ref.tell.note(i);
		expect(await ref.ask.notes()).toEqual(Array.from({ length: 200 }, (_, i) => i));
	});

	test("an actor without a name is found by its address", async () => {
		const ref = await counter(9);
		expect(ref.address).toMatch(/^inproc:\/\/~\d+\.\d+$/);
		expect(await system().ref(Counter, ref.address).ask.get()).toBe(9);
		await ref.kill();
		expect((await errorOf(system().ref(Counter, ref.address).ask.get())).code).toBe("ERR_ACTOR_DOWN");
	});
}
