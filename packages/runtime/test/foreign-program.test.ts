import { createSystem, type EnvelopeFrames, type Link, type System } from "@zloom/runtime";
import { pack, unpack } from "msgpackr";
import { afterEach, beforeEach, expect, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { Counter } from "./fixtures/counter.ts";

/**
 * A program in another language, as docs/PROTOCOL.md describes it: it writes the bytes itself and knows nothing of this package.
 */
class ForeignProgram {
	readonly #arrived: EnvelopeFrames[] = [];
	#wake: (() => void) | undefined;
	readonly link: Link;

	/** Settles when the other side ends the link. */
	readonly closed: Promise<void>;
	#close!: () => void;

	constructor() {
		this.closed = new Promise((resolve) => (this.#close = resolve));
		this.link = {
			peer: "a foreign program",
			owner: undefined,
			send: (frames) => {
				this.#arrived.push(frames);
				this.#wake?.();
			},
			close: () => this.#close(),
		};
	}

	send(
		kind: number,
		numbers: Partial<Record<"thread" | "actor" | "request" | "a" | "b", number>>,
		method: string,
		...values: unknown[]
	): void {
		const header = Buffer.alloc(40 + method.length);
		header[0] = 1;
		header[1] = kind;
		const { thread = 0, actor = 0, request = 0, a = 0, b = 0 } = numbers;
		for (const [at, value] of [
			[8, thread],
			[12, actor],
			[28, request],
			[32, a],
			[36, b],
		] as const)
			header.writeUInt32BE(value, at);
		header.write(method, 40);
		this.link.owner?.onEnvelope(this.link, [header, ...values.map((value) => pack(value))]);
	}

	/** The next envelope that arrived. */
	async next(): Promise<{ kind: number; flags: number; request: number; a: number; b: number; value: unknown }> {
		while (this.#arrived.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
		const [header, value] = this.#arrived.shift() as [Buffer, Buffer | undefined];
		const kind = header[1] as number;
		return {
			kind,
			flags: header[2] as number,
			request: header.readUInt32BE(28),
			a: header.readUInt32BE(32),
			b: header.readUInt32BE(36),
			value: value && unpack(value),
		};
	}
}

let program: ForeignProgram;
let system: System;
beforeEach(async () => {
	program = new ForeignProgram();
	const unreachable = async (): Promise<never> => {
		throw new Error("nobody dials here");
	};
	system = await createSystem({
		threads: 1,
		remote: { schemes: ["tcp"], start: async (host) => host.accept(program.link), dial: unreachable, stop: async () => {} },
	});
	await system.spawn(Counter, { args: [5], at: "inproc://counter" });
});
afterEach(() => system.stop());

async function find(): Promise<{ thread: number; actor: number }> {
	program.send(14, { request: 1 }, "", "counter");
	const { kind, request, value } = await program.next();
	expect({ kind, request }).toEqual({ kind: 4, request: 1 });
	expect(value).toMatchObject({ address: "inproc://counter", messages: 1000, bytes: 8 * 1024 * 1024 });
	return value as { thread: number; actor: number };
}

test("a foreign program finds an actor, tells, asks, and gets its error as a map", async () => {
	const at = await find();
	program.send(1, at, "add", [3]);
	program.send(2, { ...at, request: 2, a: 1000 }, "get", []);
	expect(await program.next()).toMatchObject({ kind: 4, flags: 0, request: 2, value: 8 });
	program.send(2, { ...at, request: 3 }, "fail", ["gone"]);
	expect(await program.next()).toMatchObject({
		kind: 4,
		flags: 3,
		request: 3,
		value: { $z: "Error", message: "gone", properties: { code: "E_STOCK" } },
	});
	program.send(2, { ...at, request: 4 }, "nothing", []);
	expect((await program.next()).value).toMatchObject({ name: "ActorError", properties: { code: "ERR_UNKNOWN_METHOD" } });
});

test("a foreign program reads a stream with credit, item by item, and breaks one off", async () => {
	const at = await find();
	program.send(3, { ...at, request: 5, a: 2, b: 1000 }, "upTo", [5]);
	for (const item of [0, 1]) expect(await program.next()).toMatchObject({ kind: 5, request: 5, value: item });
	program.send(6, { ...at, request: 5, a: 3, b: 0 }, "");
	for (const item of [2, 3]) expect(await program.next()).toMatchObject({ kind: 5, value: item });
	program.send(6, { ...at, request: 5, a: 2, b: 0 }, "");
	expect(await program.next()).toMatchObject({ kind: 5, value: 4 });
	expect(await program.next()).toMatchObject({ kind: 4, request: 5 });
	program.send(3, { ...at, request: 6, a: 1, b: 1000 }, "upTo", [1000]);
	expect(await program.next()).toMatchObject({ kind: 5, request: 6, value: 0 });
	program.send(7, { ...at, request: 6 }, "");
	let notes: unknown[] = [];
	for (let request = 7; notes.length < 2; request++) {
		program.send(2, { ...at, request }, "notes", []);
		notes = (await program.next()).value as unknown[];
	}
	expect(notes).toEqual(["stream closed", "stream closed"]);
});

test("a foreign program watches an actor, hears of its window and of its end", async () => {
	const at = await find();
	program.send(11, { ...at, a: 1 }, "");
	expect(await program.next()).toMatchObject({ kind: 16, a: 1000, b: 8 * 1024 * 1024 });
	program.send(9, { ...at, a: 1000 }, "");
	expect(await program.next()).toMatchObject({ kind: 12, value: { kind: "stopped" } });
	program.send(1, at, "add", [1]);
	expect(await program.next()).toMatchObject({ kind: 12, value: { kind: "stopped" } });
});

test("a foreign program creates an actor by module and name", async () => {
	program.send(13, { request: 8 }, "", { module: Counter.module, name: "Counter", as: "mine" }, [41]);
	const { value } = await program.next();
	expect(value).toMatchObject({ address: "inproc://mine" });
	program.send(2, { ...(value as { thread: number; actor: number }), request: 9 }, "get", []);
	expect(await program.next()).toMatchObject({ value: 41 });
	program.send(14, { request: 10 }, "", "nobody");
	expect((await program.next()).value).toMatchObject({ properties: { code: "ERR_UNKNOWN_ACTOR" } });
	program.send(13, { request: 11 }, "", { module: 7 }, []);
	expect((await program.next()).value).toMatchObject({ properties: { code: "ERR_PROTOCOL" } });
});

test("arguments that cannot be decoded fail their message alone", async () => {
	const at = await find();
	const broken = Buffer.from([0x93, 1]);
	const header = Buffer.alloc(43);
	header.set([1, 2]);
	header.writeUInt32BE(at.thread, 8);
	header.writeUInt32BE(at.actor, 12);
	header.writeUInt32BE(12, 28);
	header.write("get", 40);
	program.link.owner?.onEnvelope(program.link, [header, broken]);
	expect((await program.next()).value).toMatchObject({ properties: { code: "ERR_PROTOCOL" } });
	program.send(2, { ...at, request: 13 }, "get", []);
	expect(await program.next()).toMatchObject({ value: 5 });
});

test("messages without credit end the link", async () => {
	const at = await find();
	program.send(2, { ...at, request: 14 }, "hang", []);
	for (let i = 0; i < 1001; i++) program.send(1, at, "add", [1]);
	await program.closed;
	const ref = system.ref(Counter, "inproc://counter");
	expect((await errorOf(ref.with({ timeoutMs: 50 }).ask.get())).code).toBe("ERR_TIMEOUT");
	await ref.kill();
});
