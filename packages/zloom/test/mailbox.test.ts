/**
 * The mailbox of an actor: what becomes of messages when it is full, which come first, and what is put aside.
 */
import { setImmediate } from "node:timers/promises";
import type { ActorRef } from "@zloom/runtime";
import { expect, test } from "vitest";
import { Door, DroppingNewest, DroppingOldest, Ranked, Rejecting, Waiting } from "./fixtures/mailboxes.ts";
import { errorOf, everywhere, type Ground } from "./places.ts";

interface Blockable {
	block(begun: ActorRef<{ take(n: number): void }>): Promise<void>;
}

/** Keeps an actor from taking messages until the returned function is called. */
async function block(ground: Ground, ref: ActorRef<Blockable>): Promise<() => Promise<void>> {
	const begun = await ground.system.spawn(Waiting, { thread: "main" });
	const controller = new AbortController();
	const blocked = errorOf(ref.with({ signal: controller.signal }).ask.block(begun));
	while ((await begun.ask.taken()).length === 0) await setImmediate();
	return async () => {
		controller.abort();
		await blocked;
	};
}

/** Asks until there is room for the question: a full mailbox refuses it. */
async function takenBy(ref: ActorRef<{ taken(): number[] }>): Promise<number[]> {
	for (;;) {
		try {
			return await ref.ask.taken();
		} catch (error) {
			expect(error).toMatchObject({ code: "ERR_OVERLOADED" });
			await setImmediate();
		}
	}
}

const dropped = async (ground: Ground, ref: ActorRef): Promise<string[]> =>
	(await ground.system.deadLetters())
		.filter(({ address, overflow }) => address === ref.address && overflow === true)
		.map(({ method }) => method);

function overflows(ground: Ground): void {
	test("reject: beyond the high-water mark tell, ask and stream fail at once, and what was accepted arrives", async () => {
		const ref = await ground.spawn(Rejecting, []);
		const open = await block(ground, ref);
		let accepted = 0;
		while (ref.try.take(accepted) === "accepted") accepted += 1;
		expect(accepted).toBeLessThanOrEqual(4);
		expect(await errorOf(ref.tell.take(100))).toMatchObject({
			code: "ERR_OVERLOADED",
			message: expect.stringContaining(ref.address) as string,
		});
		expect((await errorOf(ref.ask.answer(101))).code).toBe("ERR_OVERLOADED");
		expect(await dropped(ground, ref)).toEqual(["take", "answer"]);
		await open();
		expect(await takenBy(ref)).toEqual(Array.from({ length: accepted }, (_, i) => i));
	});

	test("dropNewest: what comes beyond the high-water mark is dropped, and told as dead letters", async () => {
		const ref = await ground.spawn(DroppingNewest, []);
		const open = await block(ground, ref);
		const before = ground.system.statistics.dropped;
		for (let i = 0; i < 20; i++) await ref.tell.take(i);
		expect((await errorOf(ref.ask.answer(100))).code).toBe("ERR_OVERLOADED");
		expect(ref.try.take(0)).toBe("full");
		await open();
		const taken = await takenBy(ref);
		expect(taken).toEqual(Array.from({ length: taken.length }, (_, i) => i));
		expect(taken.length).toBeLessThanOrEqual(4);
		expect(ground.system.statistics.dropped - before).toBeGreaterThanOrEqual(20 - taken.length + 1);
	});

	test("dropOldest: the newest messages are kept in order, asks that made room are told", async () => {
		const ref = await ground.spawn(DroppingOldest, []);
		const open = await block(ground, ref);
		const asked = errorOf(ref.ask.answer(-1));
		for (let i = 0; i < 50; i++) await ref.tell.take(i);
		expect((await asked).code).toBe("ERR_OVERLOADED");
		expect(ref.try.take(50)).toBe("accepted");
		await open();
		let taken: number[] = [];
		while (taken.at(-1) !== 50) taken = await ref.ask.taken();
		// The questions are messages too: they may have dropped one of the last.
		expect(taken.length).toBeLessThanOrEqual(6);
		expect(taken).toEqual([...new Set(taken)].sort((a, b) => a - b));
		expect(taken[0]).toBeGreaterThan(40);
	});

	test("dropOldest loses nothing of what the actor keeps up with, and never blocks it", async () => {
		const ref = await ground.spawn(DroppingOldest, []);
		for (let i = 0; i < 200; i++) expect(await ref.ask.answer(i)).toBe(i);
		expect(await ref.ask.taken()).toHaveLength(200);
	});

	test("wait: as without a policy, tell waits and nothing is lost", async () => {
		const ref = await ground.spawn(Waiting, []);
		for (let i = 0; i < 200; i++) await ref.tell.take(i);
		expect(await ref.ask.taken()).toHaveLength(200);
	});
}

function order(ground: Ground): void {
	test("messages of a higher priority come first, those of one priority in order", async () => {
		const ref = await ground.spawn(Ranked, []);
		const open = await block(ground, ref);
		for (let i = 0; i < 3; i++) {
			await ref.tell.bulk(i);
			await ref.tell.usual(i);
			await ref.tell.urgent(i);
		}
		const taken = ref.ask.taken();
		await open();
		const of = (name: string): string[] => [0, 1, 2].map((i) => `${name} ${i}`);
		expect(await taken).toEqual([...of("urgent"), ...of("usual"), ...of("bulk")]);
	});

	test("what is stashed is handled after unstash, in order and before newer messages, and asks get their answers then", async () => {
		const ref = await ground.spawn(Door, []);
		const asked = [ref.ask.enter("a"), ref.ask.enterLater("b"), ref.ask.enter("c")];
		await ref.tell.enter("d");
		expect(await ref.ask.entered()).toEqual(ground.isReference ? expect.any(Array) : ["b"]);
		const opened = ref.ask.open();
		const later = ref.ask.enter("e");
		expect(await opened).toBe(4);
		expect(await Promise.all(asked)).toEqual([2, 3, 4]);
		expect(await later).toBe(6);
		expect(await ref.ask.entered()).toEqual(["b", "a", "b", "c", "d", "e"]);
	});

	test("the stash is bounded, refuses streams, and a stashed ask can be given up", async () => {
		const ref = await ground.spawn(Door, []);
		const controller = new AbortController();
		const given = errorOf(ref.with({ signal: controller.signal }).ask.enter("given up"));
		for (let i = 0; i < 4; i++) await ref.tell.enter(i);
		expect(await errorOf(ref.ask.enter(5))).toMatchObject({
			code: "ERR_OVERLOADED",
			message: expect.stringContaining("stashMax") as string,
		});
		expect((await errorOf(ref.stream.streamed().next())).code).toBe("ERR_WRONG_KIND");
		controller.abort();
		expect((await given).code).toBe("ERR_CANCELLED");
		await ref.ask.open();
		expect(await ref.ask.entered()).toEqual([0, 1, 2, 3]);
	});

	test("a restart puts back what is stashed, but not the message that failed", async () => {
		const ref = await ground.spawn(Door, []);
		const asked = ref.ask.enter("a");
		await ref.tell.failInStash();
		await ref.ask.open();
		expect(await asked).toBe(1);
		expect(await ref.ask.entered()).toEqual(["a"]);
	});
}

everywhere((ground) => {
	overflows(ground);
	order(ground);
});
