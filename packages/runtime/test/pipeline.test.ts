import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystem, type LostItem, type System } from "@zloom/runtime";
import { afterAll, beforeAll, expect, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { collect, upTo } from "./fixtures/items.ts";
import { Work } from "./fixtures/worker.ts";

let system: System;
beforeAll(async () => {
	system = await createSystem({ threads: 2 });
});
afterAll(() => system.stop());

/** A source that says how far it was read, and whether it was closed. */
function counted(n: number): { source: AsyncGenerator<number>; read: () => number; closed: () => boolean } {
	let read = 0;
	let closed = false;
	async function* generate(): AsyncGenerator<number> {
		try {
			for (let i = 0; i < n; i++) {
				read += 1;
				yield i;
			}
		} finally {
			closed = true;
		}
	}
	return { source: generate(), read: () => read, closed: () => closed };
}

test("an ordered pipeline brings results in the order of the items, whatever each takes", async () => {
	const results = system.pipeline(upTo(100)).through(Work, { parallel: 4, args: [{ slowFirst: true }] });
	expect(await collect(results)).toEqual(upTo(100).map((n) => n * 2));
});

test("an unordered pipeline brings every result once, as they come", async () => {
	const results = await collect(system.pipeline(upTo(100)).through(Work, { parallel: 4, ordered: false, args: [{ slowFirst: true }] }));
	expect(results.toSorted((a, b) => a - b)).toEqual(upTo(100).map((n) => n * 2));
	expect(results).not.toEqual(upTo(100).map((n) => n * 2));
});

test("stages follow each other, and a stage may name its handler", async () => {
	const tags = system
		.pipeline(counted(20).source)
		.through(Work, { parallel: 2, args: [{}] })
		.through(Work, { parallel: 2, handler: "tag", args: [{}] });
	expect(await collect(tags)).toEqual(upTo(20).map((n) => `#${n * 2}`));
});

test("an empty source gives an empty result, and a pipeline without stages is its source", async () => {
	expect(await collect(system.pipeline([]).through(Work, { parallel: 2, args: [{}] }))).toEqual([]);
	expect(await collect(system.pipeline(new Set([1, 2])))).toEqual([1, 2]);
});

test("a slow consumer slows the source: no more than two items an actor are in a stage", async () => {
	const { source, read } = counted(1000);
	const results = system
		.pipeline(source)
		.through(Work, { parallel: 3, args: [{}] })
		[Symbol.asyncIterator]();
	for (let taken = 1; taken <= 20; taken++) {
		await results.next();
		// Whatever could still run ahead gets its turns.
		for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
		expect(read()).toBeLessThanOrEqual(taken + 3 * 2);
	}
	await results.return?.();
});

test("an early break closes the source and ends the actors", async () => {
	const { source, closed } = counted(1_000_000);
	for await (const n of system.pipeline(source).through(Work, { parallel: 2, args: [{}] })) if (n >= 20) break;
	expect(closed()).toBe(true);
	expect(system.statistics.pending).toBe(0);
});

test("an early break does not wait for a source that has nothing more to give yet", async () => {
	let returned = false;
	const source: AsyncIterableIterator<number> = {
		next: () => (sent++ === 0 ? Promise.resolve({ done: false, value: 1 }) : new Promise(() => {})),
		return: async () => {
			returned = true;
			return { done: true, value: undefined };
		},
		[Symbol.asyncIterator]() {
			return this;
		},
	};
	let sent = 0;
	for await (const n of system.pipeline(source).through(Work, { parallel: 2, args: [{}] })) {
		expect(n).toBe(2);
		break;
	}
	expect(returned).toBe(true);
	async function* silent(): AsyncGenerator<number> {
		yield 1;
		await new Promise(() => {});
	}
	const twice = system
		.pipeline(silent())
		.through(Work, { parallel: 2, args: [{}] })
		.through(Work, { parallel: 2, args: [{}] });
	for await (const n of twice) {
		expect(n).toBe(4);
		break;
	}
});

test("what a handler throws ends the iteration at its place, closes the source and tells the error", async () => {
	const { source, closed } = counted(1000);
	const got: number[] = [];
	const error = await errorOf(
		(async () => {
			for await (const n of system.pipeline(source).through(Work, { parallel: 3, args: [{ failAt: 10 }] })) got.push(n);
		})(),
	);
	expect(error).toBeInstanceOf(RangeError);
	expect(error.message).toBe("no 10");
	expect(got).toEqual(upTo(10).map((n) => n * 2));
	expect(closed()).toBe(true);
});

test.each([true, false])("what the source throws ends the iteration after the items before it (ordered: %s)", async (ordered) => {
	async function* source(): AsyncGenerator<number> {
		yield* upTo(7);
		throw new SyntaxError("bad source");
	}
	const got: number[] = [];
	const error = await errorOf(
		(async () => {
			for await (const n of system.pipeline(source()).through(Work, { parallel: 3, ordered, args: [{}] })) got.push(n);
		})(),
	);
	expect(error).toBeInstanceOf(SyntaxError);
	expect(got.toSorted((a, b) => a - b)).toEqual(upTo(7).map((n) => n * 2));
});

test("an item whose thread dies is reported with its index", async () => {
	const error = await errorOf(collect(system.pipeline(upTo(50)).through(Work, { parallel: 2, args: [{ exitAt: 7 }] })));
	expect(error.code).toBe("ERR_ITEM_LOST");
	expect((error as unknown as { index: number }).index).toBeLessThanOrEqual(7);
	expect(error.cause).toMatchObject({ code: "ERR_THREAD_DOWN" });
});

test("with onLost the rest goes on: every item is either answered or told as lost", async () => {
	const lost: LostItem<unknown>[] = [];
	const results = await collect(
		system.pipeline(upTo(200)).through(Work, { parallel: 2, args: [{ exitAt: 7 }], onLost: (item) => lost.push(item) }),
	);
	expect(lost.map(({ index }) => index)).toContain(7);
	expect(results.length + lost.length).toBe(200);
	expect([...results.map((n) => n / 2), ...lost.map(({ item }) => item as number)].toSorted((a, b) => a - b)).toEqual(upTo(200));
});

test("a lost item that is to be tried again is given to another actor, and every item is answered once", async () => {
	const folder = mkdtempSync(join(tmpdir(), "zloom-pipeline-"));
	const told: LostItem<number>[] = [];
	const results = await collect(
		system.pipeline(upTo(50)).through(Work, {
			parallel: 2,
			args: [{ exitAt: 7, exitsOnceIn: folder }],
			onLost: (lost) => {
				told.push(lost);
				return "retry";
			},
		}),
	);
	expect(results).toEqual(upTo(50).map((n) => n * 2));
	expect(told.map(({ item }) => item)).toContain(7);
	expect(told[0]).toMatchObject({ attempt: 1 });
	rmSync(folder, { recursive: true });
});

test("an item that none of its actors survives ends the iteration, with what took the first", async () => {
	const attempts: number[] = [];
	const error = await errorOf(
		collect(
			system.pipeline([7]).through(Work, {
				parallel: 2,
				args: [{ exitAt: 7 }],
				onLost: ({ attempt }) => {
					attempts.push(attempt);
					return "retry";
				},
			}),
		),
	);
	expect(error).toMatchObject({ code: "ERR_ITEM_LOST", index: 0, cause: { code: "ERR_THREAD_DOWN" } });
	expect(attempts).toEqual([1, 2, 3]);
});

test("bad options and sources are refused at once", () => {
	expect(() => system.pipeline(7 as unknown as number[])).toThrow(/iterable/);
	for (const parallel of [0, -1, 1.5])
		expect(() => system.pipeline(upTo(1)).through(Work, { parallel, args: [{}] })).toThrow(/parallel must be/);
});
