/**
 * How an actor begins anew after a failure, wherever it lives; run at the same places as the contract of actors.
 */
import { createSystem, type System } from "@zloom/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { errorOf, type InPlace, type MakeCounter, type Place, spawnCounter } from "./actor.contract.ts";
import { Counter, Reentrant } from "./fixtures/counter.ts";

export function restartContract(place: Place): void {
	describe(`a restart of ${place.name}`, () => {
		let system: System;
		beforeAll(async () => {
			system = await createSystem({ threads: place.threads, checked: place.checked });
		});
		afterAll(() => system.stop());
		const counter: MakeCounter = (start, restart) => spawnCounter(system, place, start, restart);
		keeping(counter, () => system, { thread: place.thread });
		limits(counter);
	});
}

function keeping(counter: MakeCounter, system: () => System, { thread }: InPlace): void {
	test("an actor that fails begins anew: fresh state, the same address and refs, and what waited in its mailbox", async () => {
		const ref = await counter(5);
		const name = ref.address.slice("inproc://".length);
		await ref.ask.add(2);
		const waiting = [ref.tell.fail("told"), ref.ask.add(10), ref.ask.get()];
		expect((await Promise.all(waiting)).slice(1)).toEqual([undefined, 15]);
		expect(await system().ref(Counter, `inproc://${name}`).ask.get()).toBe(15);
	});

	test("what a reentrant actor had in hand when it failed is lost, and its callers are told", async () => {
		const ref = await system().spawn(Reentrant, { thread });
		const inHand = ["one", "two"].map((gate) => errorOf(ref.ask.wait(gate)));
		await ref.ask.name();
		await ref.tell.fail("told");
		for (const error of await Promise.all(inHand))
			expect(error).toMatchObject({
				code: "ERR_ACTOR_DOWN",
				message: expect.stringContaining("began anew") as string,
				cause: { message: "told" },
			});
		expect(await ref.ask.name()).toBe(ref.address.slice("inproc://".length));
	});

	test("an open stream of an actor that begins anew ends with an error, once, and its generator is closed", async () => {
		const ref = await counter();
		const stream = ref.stream.upTo(1_000_000);
		expect(await stream.next()).toEqual({ done: false, value: 0 });
		await ref.tell.fail("told");
		const error = await errorOf(
			(async () => {
				for await (const item of stream) expect(item).toBeGreaterThan(0);
			})(),
		);
		expect(error).toMatchObject({ code: "ERR_ACTOR_DOWN", cause: { message: "told" } });
		expect((await stream.next()).done).toBe(true);
		expect(await ref.ask.get()).toBe(0);
	});

	test("children and timers end with the life that began them, before the next one is set up", async () => {
		const ref = await counter();
		const at = `inproc://child-${Math.random().toString(36).slice(2)}`;
		const child = await ref.ask.spawnChild({ at });
		await ref.ask.every(1);
		await ref.tell.fail("told");
		expect(await ref.ask.notes()).toEqual([]);
		expect(await child.exited).toEqual({ kind: "killed" });
		expect((await ref.ask.spawnChild({ at })).address).toBe(at);
	});
}

function limits(counter: MakeCounter): void {
	test("more failures than its intensity end it, with the last error", async () => {
		const ref = await counter(0, { intensity: 2, periodMs: 2 ** 30 });
		for (const text of ["one", "two", "three"]) await ref.tell.fail(text);
		expect(await ref.exited).toMatchObject({ kind: "error", error: { message: "three" } });
	});

	test("a back-off holds messages until it is over", async () => {
		const ref = await counter(1, { backoffMs: 20 });
		await ref.tell.fail("told");
		expect(await ref.ask.get()).toBe(1);
	});

	test("it can be killed and stopped while it waits to begin anew", async () => {
		const [one, two] = [
			await counter(0, { backoffMs: 2 ** 30, backoffMaxMs: 2 ** 30 }),
			await counter(0, { backoffMs: 2 ** 30, backoffMaxMs: 2 ** 30 }),
		];
		const waiting: Promise<unknown>[] = [];
		for (const ref of [one, two]) {
			await ref.tell.fail("told");
			waiting.push(errorOf(ref.ask.get()));
		}
		// An actor of the same thread that answers: theirs have had their turns.
		await (await counter()).ask.get();
		expect(await one.kill()).toEqual({ kind: "killed" });
		expect(await two.stop({ timeoutMs: 1 })).toEqual({ kind: "killed" });
		for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: "ERR_ACTOR_DOWN" });
	});

	test("a permanent one begins anew when it ends itself, a transient one stays ended, and neither comes back from stop", async () => {
		const [permanent, transient] = [await counter(3, "permanent"), await counter(3, "transient")];
		await permanent.ask.add(1);
		await permanent.ask.leave();
		expect(await permanent.ask.get()).toBe(3);
		await transient.ask.leave();
		expect(await transient.exited).toEqual({ kind: "stopped" });
		expect(await permanent.stop()).toEqual({ kind: "stopped" });
	});

	test("a kind of restart that there is none of is refused", async () => {
		expect(await errorOf(counter(0, "always" as never))).toMatchObject({
			code: "ERR_BAD_OPTION",
			message: expect.stringContaining("transient") as string,
		});
		expect(await errorOf(counter(0, { intensity: -1 }))).toMatchObject({
			code: "ERR_BAD_OPTION",
			message: expect.stringContaining("intensity") as string,
		});
	});
}
