import { Readable, Writable } from "node:stream";
import { pipeline as nodePipeline } from "node:stream/promises";
import { ReadableStream, WritableStream } from "node:stream/web";
import { createSystem, type System } from "@zloom/runtime";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collect, upTo } from "./fixtures/items.ts";
import { Work } from "./fixtures/worker.ts";

let system: System;
beforeAll(async () => {
	system = await createSystem({ threads: 2 });
});
afterAll(() => system.stop());

/** A source that gives what it is told to, when it is told to. */
function pushed<T>(): { source: AsyncIterable<T>; give: (item: T) => void; end: () => void } {
	let controller: ReadableStreamDefaultController<T> | undefined;
	const source = new ReadableStream<T>({
		start(given) {
			controller = given;
		},
	});
	return { source, give: (item) => controller?.enqueue(item), end: () => controller?.close() };
}

test("batches have all items in order, the last one those that are left", async () => {
	expect(await collect(system.pipeline(upTo(7)).batch(3))).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
	expect(await collect(system.pipeline(upTo(6)).batch(3))).toEqual([
		[0, 1, 2],
		[3, 4, 5],
	]);
	expect(await collect(system.pipeline([]).batch(3))).toEqual([]);
});

test("windows overlap, touch or leave items out, and are always full", async () => {
	expect(await collect(system.pipeline(upTo(4)).window(2))).toEqual([
		[0, 1],
		[1, 2],
		[2, 3],
	]);
	expect(await collect(system.pipeline(upTo(5)).window(2, 2))).toEqual([
		[0, 1],
		[2, 3],
	]);
	expect(await collect(system.pipeline(upTo(9)).window(2, 4))).toEqual([
		[0, 1],
		[4, 5],
	]);
	expect(await collect(system.pipeline(upTo(2)).window(3))).toEqual([]);
});

test("batches and windows stand between stages", async () => {
	const sums = system
		.pipeline(upTo(10))
		.through(Work, { parallel: 2, args: [{}] })
		.batch(4)
		.through(Work, { parallel: 2, handler: "sum", args: [{}] })
		.window(2);
	expect(await collect(sums)).toEqual([
		[12, 44],
		[44, 34],
	]);
});

test("a batch whose time is over goes on with what it has", async () => {
	const { source, give, end } = pushed<number>();
	const batches = system.pipeline(source).batch(3, { withinMs: 1 })[Symbol.asyncIterator]();
	const first = batches.next();
	give(1);
	expect(await first).toEqual({ done: false, value: [1] });
	for (const item of [2, 3, 4, 5]) give(item);
	end();
	const rest: number[] = [];
	for (let next = await batches.next(); next.done !== true; next = await batches.next()) rest.push(...next.value);
	expect(rest).toEqual([2, 3, 4, 5]);
});

test("what the source throws comes after the items before it", async () => {
	async function* source(): AsyncGenerator<number> {
		yield 1;
		throw new RangeError("broken");
	}
	const batches = system.pipeline(source()).batch(2)[Symbol.asyncIterator]();
	expect(await batches.next()).toEqual({ done: false, value: [1] });
	await expect(batches.next()).rejects.toThrow("broken");
	expect(await batches.next()).toEqual({ done: true, value: undefined });
});

test("an early end closes the source at once, although it has nothing to give", async () => {
	const { source } = pushed<number>();
	const batches = system
		.pipeline(source)
		.through(Work, { parallel: 1, args: [{}] })
		.batch(2)
		[Symbol.asyncIterator]();
	const next = batches.next();
	expect(await batches.return?.()).toEqual({ done: true, value: undefined });
	expect(await next).toEqual({ done: true, value: undefined });
	expect(await batches.next()).toEqual({ done: true, value: undefined });
});

test("a slow consumer slows a source that is read in batches", async () => {
	let read = 0;
	function* source(): Generator<number> {
		for (; read < 1000; read++) yield read;
	}
	const batches = system.pipeline(source()).batch(5)[Symbol.asyncIterator]();
	for (let taken = 1; taken <= 10; taken++) {
		await batches.next();
		expect(read).toBeLessThanOrEqual(taken * 5);
	}
	await batches.return?.();
});

test("Web streams are sources and sinks", async () => {
	const results: number[] = [];
	const sink = new WritableStream<number>({ write: (item) => void results.push(item) });
	const source = ReadableStream.from(upTo(20));
	await system
		.pipeline(source)
		.through(Work, { parallel: 2, args: [{}] })
		.toWeb()
		.pipeTo(sink);
	expect(results).toEqual(upTo(20).map((n) => n * 2));
});

test("Node streams are sources and sinks, and slow ones slow the source", async () => {
	const results: number[] = [];
	let read = 0;
	let most = 0;
	function* numbers(): Generator<number> {
		for (; read < 100; read++) yield read;
	}
	const sink = new Writable({
		objectMode: true,
		highWaterMark: 1,
		write(item: number, _encoding, done) {
			most = Math.max(most, read - results.length);
			results.push(item);
			setImmediate(done);
		},
	});
	const source = Readable.from(numbers(), { highWaterMark: 1 });
	await nodePipeline(
		system
			.pipeline(source)
			.through(Work, { parallel: 2, args: [{}] })
			.toNode(),
		sink,
	);
	expect(results).toEqual(upTo(100).map((n) => n * 2));
	expect(most).toBeLessThan(20);
});

test("a stream that is given up ends the iteration and its actors", async () => {
	let closed = 0;
	async function* numbers(): AsyncGenerator<number> {
		try {
			for (let n = 0; ; n++) yield n;
		} finally {
			closed += 1;
		}
	}
	const work = () => system.pipeline(numbers()).through(Work, { parallel: 2, args: [{}] });
	const reader = work().toWeb().getReader();
	await reader.read();
	await reader.cancel();
	expect(closed).toBe(1);
	for await (const _ of work().toNode()) break;
	expect(closed).toBe(2);
});

test("bad sizes are refused at once", () => {
	for (const size of [0, -1, 1.5, 1e9]) {
		expect(() => system.pipeline([]).batch(size)).toThrow(/size of a batch must be/);
		expect(() => system.pipeline([]).window(size)).toThrow(/size of a window must be/);
		expect(() => system.pipeline([]).window(1, size)).toThrow(/slide of a window must be/);
	}
	expect(() => system.pipeline([]).batch(1, { withinMs: -1 })).toThrow(/withinMs must be/);
});
