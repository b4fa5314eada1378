import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import fc from "fast-check";
import { unpack } from "msgpackr";
import { expect, test } from "vitest";
import { ActorError } from "../errors.ts";
import { decodeValue, encodeValue } from "./codec.ts";
import { REF_TO_WIRE } from "./sendable.ts";

const noRefs = (): never => {
	throw new Error("no refs here");
};

function through<T>(value: T): T {
	const { frames, tagged } = encodeValue(value, "args");
	// As a link would: frames of their own, in other memory.
	return decodeValue(
		frames.map((frame) => Buffer.from(frame)),
		0,
		tagged,
		noRefs,
	) as T;
}

class AppError extends Error {}
class Point {
	readonly x: number;
	constructor(x: number) {
		this.x = x;
	}
	norm(): number {
		return Math.abs(this.x);
	}
}

const SAME: [string, unknown][] = [
	["undefined", undefined],
	["null", null],
	["booleans", [true, false]],
	["numbers", [0, 1, -1, 127, 128, -128, 65536, 2 ** 31, 2 ** 32, -(2 ** 40), 2 ** 53, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 5e-324]],
	["bigints", [0n, -1n, 2n ** 63n - 1n, 2n ** 64n - 1n, 2n ** 64n, -(2n ** 200n)]],
	["text", ["", "a", "ä€😀", "x".repeat(70_000), "\u0000"]],
	["nested plain data", { a: [{ b: { c: [1, [2, [3]]] } }], "": 1, "a b": undefined }],
	[
		"a Map",
		new Map<unknown, unknown>([
			[1, "a"],
			["k", new Map([[{}, new Set([1])]])],
		]),
	],
	["a Set", new Set([1, "two", new Set([3])])],
	["dates", [new Date(0), new Date(1_700_000_000_123), new Date(-1)]],
	["a regular expression", /a+(b)/giu],
	[
		"typed arrays",
		[
			new Int8Array([-1]),
			new Uint16Array([65535]),
			new Float64Array([1.5, Number.NaN]),
			new BigInt64Array([-1n]),
			new Uint8ClampedArray([255]),
		],
	],
	["an empty object and list", [{}, []]],
	["an object with the key of tags", { $z: "Map", v: [1] }],
	["an object with the key of tags, nested", { $z: { $z: new Set([1]) } }],
	["an object without a prototype", Object.assign(Object.create(null) as object, { a: 1 })],
	["many keys", Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`k${i}`, i]))],
];

test.each(SAME)("%s crosses unchanged", (_name, value) => {
	expect(through(value)).toEqual(value);
});

test("an invalid date stays one", () => {
	expect(through(new Date(Number.NaN)).getTime()).toBeNaN();
});

test("plain values are plain MessagePack, without tags", () => {
	const value = { name: "a", list: [1, 2.5, null, true], bytes: Buffer.from([1, 2, 3]) };
	const { frames, tagged } = encodeValue(value, "args");
	expect(tagged).toBe(false);
	expect(frames).toHaveLength(1);
	expect(unpack(frames[0] as Buffer)).toEqual(value);
});

test("small byte arrays stay in the value, large ones are frames of their own and are not copied", () => {
	const large = new Uint8Array(100_000).fill(7);
	const { frames, tagged } = encodeValue([new Uint8Array([1, 2]), large], "args");
	expect(tagged).toBe(true);
	expect(frames).toHaveLength(2);
	expect(frames[1]).toBe(large);
	const [small, same] = decodeValue(frames, 0, tagged, noRefs) as Uint8Array[];
	expect([...(small as Uint8Array)]).toEqual([1, 2]);
	expect(same).toBe(large);
});

test("an array buffer and a data view arrive with their bytes", () => {
	const [buffer, view] = through([new Uint8Array([1, 2, 3]).buffer, new DataView(new Uint8Array([9, 8, 7]).buffer, 1)] as const);
	expect(buffer).toBeInstanceOf(ArrayBuffer);
	expect([...new Uint8Array(buffer)]).toEqual([1, 2, 3]);
	expect(view.getUint8(0)).toBe(8);
});

test("an instance of a class arrives as its own properties, as with structured clone", () => {
	const arrived = through(new Point(3));
	expect(arrived).toEqual({ x: 3 });
	expect(Object.getPrototypeOf(arrived)).toBe(Object.prototype);
});

test("cycles and shared parts keep their identity", () => {
	const shared = { n: 1 };
	const value: Record<string, unknown> = { list: [shared, shared], map: new Map([["s", shared]]), set: new Set([shared]) };
	value.self = value;
	(value.list as unknown[]).push(value.list);
	const arrived = through(value);
	expect(arrived.self).toBe(arrived);
	const list = arrived.list as unknown[];
	expect(list[0]).toBe(list[1]);
	expect(list[2]).toBe(list);
	expect((arrived.map as Map<string, unknown>).get("s")).toBe(list[0]);
	expect([...(arrived.set as Set<unknown>)][0]).toBe(list[0]);
});

test("an error whose cause is itself crosses", () => {
	const error = new Error("round");
	error.cause = error;
	const arrived = through(error);
	expect(arrived.cause).toBe(arrived);
});

test("built-in errors keep their class, code, cause, stack and plain properties", () => {
	const cause = Object.assign(new RangeError("inner"), { code: "E_INNER" });
	const error = Object.assign(new TypeError("outer", { cause }), { code: "E_OUTER", errno: -2, path: "/x", hidden: { a: 1 } });
	const arrived = through(error) as TypeError & { code: string; errno: number; hidden?: unknown; cause: RangeError & { code: string } };
	expect(arrived).toBeInstanceOf(TypeError);
	expect(arrived).toMatchObject({ name: "TypeError", message: "outer", code: "E_OUTER", errno: -2, path: "/x" });
	expect(arrived.hidden).toBeUndefined();
	expect(arrived.stack).toBe(error.stack);
	expect(arrived.cause).toBeInstanceOf(RangeError);
	expect(arrived.cause.code).toBe("E_INNER");
});

test("errors of other classes arrive as Error with the name of their class", () => {
	const arrived = through(new AppError("mine"));
	expect(arrived).toBeInstanceOf(Error);
	expect(arrived.name).toBe("AppError");
	expect(arrived.message).toBe("mine");
});

test("our own errors and lists of errors come back as what they were", () => {
	const own = through(new ActorError("ERR_TIMEOUT", "late"));
	expect(own).toBeInstanceOf(ActorError);
	expect(own.code).toBe("ERR_TIMEOUT");
	const list = through(new AggregateError([new TypeError("a"), 2], "both"));
	expect(list).toBeInstanceOf(AggregateError);
	expect(list.errors[0]).toBeInstanceOf(TypeError);
	expect(list.errors[1]).toBe(2);
	expect(through(new DOMException("stop", "AbortError"))).toMatchObject({ name: "AbortError", message: "stop", code: 20 });
});

const REFUSED: [string, unknown, RegExp][] = [
	["a function", [{ callback: () => 1 }], /^args\[0\]\.callback is a function/],
	["a symbol", [[Symbol("s")]], /^args\[0\]\[0\] is a symbol/],
	["a promise", [1, { "a b": Promise.resolve() }], /^args\[1\]\["a b"\] is a promise/],
	["a SharedArrayBuffer", [new SharedArrayBuffer(8)], /^args\[0\] is a SharedArrayBuffer/],
	["a view of shared memory", [new Int32Array(new SharedArrayBuffer(8))], /^args\[0\] is a view of a SharedArrayBuffer/],
	["a socket", [{ socket: new Socket() }], /^args\[0\]\.socket is an EventEmitter/],
	["an emitter", [new EventEmitter()], /^args\[0\] is an EventEmitter/],
	["a signal", [{ signal: new AbortController().signal }], /^args\[0\]\.signal is an EventTarget/],
	["a WeakMap", [new WeakMap()], /^args\[0\] is a WeakMap/],
	["a Blob", [new Blob(["x"])], /^args\[0\] is a Blob/],
	["a generator", [(function* () {})()], /^args\[0\] is an iterator/],
	["a part of a Map", [new Map([["f", () => 1]])], /^args\[0\]\.get\("f"\) is a function/],
	["a part of a Set", [new Set([() => 1])], /^args\[0\]\.values\(\)\[0\] is a function/],
	["the cause of an error", [new Error("x", { cause: () => 1 })], /^args\[0\]\.cause is a function/],
];

test.each(REFUSED)("%s is refused, and its path is named", (_name, value, text) => {
	const refusal = expect.objectContaining({ code: "ERR_NOT_SENDABLE", message: expect.stringMatching(text) as string }) as ActorError;
	expect(() => encodeValue(value, "args")).toThrow(refusal);
});

test("a value nested too deeply is refused instead of ending the stack", () => {
	let deep: unknown = 1;
	for (let i = 0; i < 100_000; i++) deep = [deep];
	expect(() => encodeValue(deep, "args")).toThrow(/nested deeper than 500/);
});

test("a ref crosses by what it says of itself", () => {
	class Reference {
		[REF_TO_WIRE](): unknown {
			return { at: "inproc://x", thread: 1, actor: 2 };
		}
	}
	const ref = new Reference();
	const { frames, tagged } = encodeValue({ ref }, "args");
	expect(decodeValue(frames, 0, tagged, (wire) => ({ made: wire }))).toEqual({ ref: { made: { at: "inproc://x", thread: 1, actor: 2 } } });
});

test("values of any shape come back equal", () => {
	const leaf = fc.oneof(
		fc.string(),
		fc.double({ noNaN: true }).map((n) => (n === 0 ? 0 : n)),
		fc.integer(),
		fc.bigInt(),
		fc.boolean(),
		fc.constant(null),
		fc.constant(undefined),
		fc.date({ noInvalidDate: true }),
		fc.uint8Array().map((a) => Buffer.from(a)),
	);
	const { value } = fc.letrec<{ value: unknown }>((tie) => ({
		value: fc.oneof(
			{ depthSize: "small" },
			leaf,
			fc.array(tie("value"), { maxLength: 5 }),
			fc.dictionary(
				fc.string().filter((key) => key !== "__proto__"),
				tie("value"),
				{ maxKeys: 5, noNullPrototype: true },
			),
			fc.array(fc.tuple(leaf, tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
			fc.array(leaf, { maxLength: 4 }).map((entries) => new Set(entries)),
		),
	}));
	fc.assert(
		fc.property(value, (given) => {
			expect(through(given)).toEqual(given);
		}),
		{ numRuns: 300 },
	);
});

test("bytes of any kind are decoded or refused with ERR_PROTOCOL, and nothing else", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, tagged) => {
			try {
				decodeValue([Buffer.from(bytes)], 0, tagged, noRefs);
			} catch (error) {
				expect((error as ActorError).code).toBe("ERR_PROTOCOL");
			}
		}),
		{ numRuns: 2000 },
	);
	expect(() => decodeValue([], 0, false, noRefs)).toThrow(/holds none/);
});

test("a few bytes that claim a huge or bottomless value are refused without building it", () => {
	const before = process.memoryUsage().rss;
	const claims = [
		Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]),
		Buffer.from(Array.from({ length: 200 }, () => [0xdd, 0x01, 0xff, 0xff, 0xff]).flat()),
		Buffer.from([0xdf, 0xff, 0xff, 0xff, 0xff]),
		Buffer.from([0xc6, 0xff, 0xff, 0xff, 0xff]),
		Buffer.alloc(200_000, 0x91),
	];
	for (const bytes of claims)
		expect(() => decodeValue([bytes], 0, false, noRefs)).toThrow(expect.objectContaining({ code: "ERR_PROTOCOL" }) as ActorError);
	expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
});
