/**
 * Async iterables as arguments of asks and streams: items, order, credit, both ends' errors and ends.
 */
import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { expect, expectTypeOf, test } from "vitest";
import { Consumer } from "./fixtures/consumers.ts";
import { errorOf, everywhere, type Ground } from "./places.ts";

/** Numbers, and how far it has got and whether it was closed. */
function counting(last = Number.POSITIVE_INFINITY) {
	const state = { reached: 0, closed: false };
	const numbers = (async function* () {
		try {
			while (state.reached < last) yield ++state.reached;
		} finally {
			state.closed = true;
		}
	})();
	return { state, numbers };
}

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await setImmediate();
}

function items(ground: Ground): void {
	test("a handler reads every item in order, from a generator, a Node stream and a Web stream", async () => {
		const ref = await ground.spawn(Consumer, []);
		const { numbers, state } = counting(1000);
		const sum = await ref.ask.sum(numbers);
		expectTypeOf(sum).toEqualTypeOf<number>();
		expect(sum).toBe(500_500);
		expect(state.closed).toBe(true);
		expect(await ref.ask.take(Readable.from([1, 2, 3]), 10)).toEqual([1, 2, 3]);
		expect(await ref.ask.take(new Blob([new Uint8Array([7])]).stream() as unknown as AsyncIterable<number>, 10)).toHaveLength(1);
	});

	test("a stream of answers is made of a stream of arguments", async () => {
		const ref = await ground.spawn(Consumer, []);
		const doubled: number[] = [];
		for await (const n of ref.stream.doubled(counting(300).numbers)) doubled.push(n);
		expect(doubled).toEqual(Array.from({ length: 300 }, (_, i) => 2 * (i + 1)));
	});

	test("a slow reader slows its source: no more than its credit is under way", async () => {
		const ref = await ground.spawn(Consumer, []);
		const { numbers, state } = counting();
		const stream = ref.stream.doubled(numbers);
		await stream.next();
		for (let i = 0; i < 50; i++) await ref.ask.notes();
		expect(state.reached).toBeLessThan(300);
		await stream.return?.();
		await until(() => state.closed);
	});

	test("an argument is passed on from actor to actor", async () => {
		const [one, two] = [await ground.spawn(Consumer, []), await ground.spawn(Consumer, [])];
		expect(await one.ask.pass(two, counting(200).numbers)).toBe(20_100);
	});
}

function ends(ground: Ground): void {
	test("a handler that breaks off, or answers without reading on, ends the source, and its finally runs", async () => {
		const ref = await ground.spawn(Consumer, []);
		const broken = counting();
		expect(await ref.ask.take(broken.numbers, 3)).toEqual([1, 2, 3]);
		await until(() => broken.state.closed);
		const peeked = counting();
		expect(await ref.ask.peek(peeked.numbers, 2)).toBe(2);
		await until(() => peeked.state.closed);
		const unread = Readable.from([1, 2]);
		await ref.ask.peek(unread as AsyncIterable<number>, 0);
		await until(() => unread.destroyed);
	});

	test("what the source throws arrives in the handler, and as the answer", async () => {
		const ref = await ground.spawn(Consumer, []);
		const failing = (async function* () {
			yield 1;
			throw Object.assign(new RangeError("the source broke"), { code: "E_SOURCE" });
		})();
		expect(await errorOf(ref.ask.sum(failing))).toMatchObject({ message: "the source broke", code: "E_SOURCE" });
		expect(await ref.ask.notes()).toEqual(["E_SOURCE"]);
	});

	test("when the caller gives up, the handler's reading fails with ERR_CANCELLED and the source is closed", async () => {
		const ref = await ground.spawn(Consumer, []);
		const { numbers, state } = counting();
		const controller = new AbortController();
		const asked = errorOf(ref.with({ signal: controller.signal }).ask.sum(numbers));
		await until(() => state.reached > 100);
		controller.abort();
		expect((await asked).code).toBe("ERR_CANCELLED");
		await until(() => state.closed);
		let notes: string[] = [];
		while (notes.length === 0) notes = await ref.ask.notes();
		expect(notes).toEqual(["ERR_CANCELLED"]);
	});

	test("when the actor that reads is killed, the ask fails and the source is closed", async () => {
		const ref = await ground.spawn(Consumer, []);
		const { numbers, state } = counting();
		const asked = errorOf(ref.ask.sum(numbers));
		await until(() => state.reached > 100);
		await ref.kill();
		expect((await asked).code).toBe("ERR_ACTOR_DOWN");
		await until(() => state.closed);
	});

	test("when the actor that passed it ends, the reader is told", async () => {
		const [reader, feeder] = [await ground.spawn(Consumer, []), await ground.spawn(Consumer, [])];
		await feeder.ask.feed(reader);
		await feeder.exited;
		let notes: string[] = [];
		while (notes.length === 0) notes = await reader.ask.notes();
		expect(notes).toEqual(["ERR_ACTOR_DOWN"]);
	});

	test("an item that cannot be sent ends it with the path; a tell takes no streaming argument", async () => {
		if (ground.isReference) return;
		const ref = await ground.spawn(Consumer, []);
		const bad = (async function* () {
			yield (() => 1) as unknown as number;
		})();
		expect(await errorOf(ref.ask.sum(bad))).toMatchObject({
			code: "ERR_NOT_SENDABLE",
			message: expect.stringContaining("item of an argument") as string,
		});
		expect((await errorOf(ref.tell.sum(counting(1).numbers))).code).toBe("ERR_NOT_SENDABLE");
	});
}

everywhere((ground) => {
	items(ground);
	ends(ground);
});
