/**
 * Messages that go to many connections: how often their bytes are made, seen by the memory that each stream is given, and how long these live.
 */
import { Writable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { PATIENT } from "../fixtures/open-sockets.ts";
import { ENCODED_RUNS_MAX, SEND_CHUNK_BYTES, SEND_COPY_BYTES_MAX } from "../limits.ts";
import type { Message } from "../message.ts";
import { encodeFrame, FLAG_MORE } from "../wire/frame.ts";
import { OLD_FRAME_ENCODER } from "../wire/old-frame.ts";
import { SendBuffer } from "./send-buffer.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Keeps the pieces that it is given as they are; a write is done when it is told so. */
class HeldStream extends Writable {
	readonly pieces: Buffer[] = [];
	readonly #done: (() => void)[] = [];
	readonly #written: Buffer[] = [];

	constructor() {
		super({ highWaterMark: 1 << 20 });
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
		this._writev([{ chunk }], done);
	}

	override _writev(writes: { chunk: Buffer }[], done: () => void): void {
		for (const { chunk } of writes) this.pieces.push(chunk);
		this.#done.push(done);
	}

	/** What it has written, as it was when that was done, and what it has to write as it is now. */
	get bytes(): Buffer {
		return Buffer.concat([...this.#written, ...this.pieces.slice(this.#written.length)]);
	}

	/** True when the other one was given the same memory. */
	hasPiecesOf(other: HeldStream | undefined): boolean {
		const same = (a: Buffer, b: Buffer | undefined): boolean =>
			a.buffer === b?.buffer && a.byteOffset === b.byteOffset && a.length === b.length;
		return this.pieces.length === other?.pieces.length && this.pieces.every((piece, at) => same(piece, other.pieces[at]));
	}

	/** All that it was given, and what was given meanwhile. */
	finishWrites(): void {
		while (this.#done.length > 0) {
			for (const piece of this.pieces.slice(this.#written.length)) this.#written.push(Buffer.from(piece));
			this.#done.shift()?.();
		}
	}
}

function connection(shares = true): { stream: HeldStream; out: SendBuffer; flush: (...messages: Message[]) => number } {
	const stream = new HeldStream();
	const out = new SendBuffer(stream, () => undefined, shares);
	const flush = (...messages: Message[]): number => {
		stream.cork();
		let bytes = 0;
		for (const message of messages) bytes += out.appendMessage(message);
		out.commit();
		stream.uncork();
		return bytes;
	};
	return { stream, out, flush };
}

const connections = (count: number) => Array.from({ length: count }, () => connection());
const nextTurn = () => new Promise((turn) => setImmediate(turn));
const encoded = (...messages: Message[]): Buffer =>
	Buffer.concat(messages.flatMap((message) => message.map((frame, at) => encodeFrame(at < message.length - 1 ? FLAG_MORE : 0, frame))));
const numbered = (count: number, size = 20): Message[] =>
	Array.from({ length: count }, (_, at) => [Buffer.from(`topic ${at % 7}`), Buffer.alloc(size, at)]);

/** How many different memories the pieces of these streams lie in. */
const memories = (...streams: HeldStream[]): number => new Set(streams.flatMap(({ pieces }) => pieces.map(({ buffer }) => buffer))).size;

describe("messages that go to many connections", () => {
	it("are encoded by the first of them, and the others write the same memory", () => {
		const all = connections(100);
		const messages = numbered(500);
		const { length } = encoded(...messages);
		expect(all.map(({ flush }) => flush(...messages))).toEqual(all.map(() => length));
		const [first] = all;
		expect(first?.stream.bytes.equals(encoded(...messages))).toBe(true);
		expect(all.every(({ stream }) => stream.hasPiecesOf(first?.stream))).toBe(true);
		expect(memories(...all.map(({ stream }) => stream))).toBe(1);
	});

	it("are encoded once when they fill many chunks", () => {
		const [first, second] = connections(2);
		const messages = numbered(3000, 60);
		for (const each of [first, second]) each?.flush(...messages);
		expect(first?.stream.pieces.length).toBeGreaterThan(2);
		expect(second?.stream.bytes.equals(encoded(...messages))).toBe(true);
		expect(memories(first?.stream as HeldStream, second?.stream as HeldStream)).toBe(first?.stream.pieces.length);
	});

	it("have their large frames written from where they lie, and the header before these once", () => {
		const all = connections(3);
		const large = Buffer.alloc(SEND_COPY_BYTES_MAX + 1, 1);
		const messages: Message[] = [[Buffer.from("a")], [Buffer.from("topic"), large], [large], [Buffer.from("z")]];
		for (const { flush } of all) flush(...messages);
		for (const { stream } of all) {
			expect(stream.bytes.equals(encoded(...messages))).toBe(true);
			expect(stream.pieces.filter((piece) => piece.buffer === large.buffer).length).toBe(2);
			expect(stream.hasPiecesOf(all[0]?.stream)).toBe(true);
		}
	});

	it("reach a connection that lacks some of them, has others, or wants another form, as they are", () => {
		const messages = numbered(50);
		const [all, odd, late] = connections(3);
		const old = connection();
		old.out.encoder = OLD_FRAME_ENCODER;
		const own = numbered(3);
		all?.flush(...messages);
		odd?.flush(...messages.filter((_, at) => at % 2 === 1));
		late?.flush(...messages.slice(20), ...own);
		old.flush([Buffer.from("x")], [Buffer.from("y")]);
		expect(odd?.stream.bytes.equals(encoded(...messages.filter((_, at) => at % 2 === 1)))).toBe(true);
		expect(late?.stream.bytes.equals(encoded(...messages.slice(20), ...own))).toBe(true);
		expect(old.stream.bytes.toString("latin1")).toBe("\x02\0x\x02\0y");
	});

	it("are encoded once for each kind of subscriber, whatever the others have", () => {
		const messages = numbered(60);
		const kinds = [messages, messages.filter((_, at) => at % 3 === 0), messages.filter((_, at) => at % 3 !== 0)];
		for (const order of [kinds, kinds.toReversed()]) {
			const flushed = order.flatMap((kind) => [kind, kind, kind]).map((kind) => ({ kind, ...connection() }));
			for (const { kind, flush } of flushed) flush(...kind);
			for (const { kind, stream } of flushed) expect(stream.bytes.equals(encoded(...kind))).toBe(true);
			// A kind that has a beginning in common with another writes that from there.
			expect(memories(...flushed.map(({ stream }) => stream))).toBeLessThanOrEqual(kinds.length);
		}
	});

	it("are what each connection had, in order, whoever has which", () => {
		const sizes = fc.oneof(fc.nat(300), fc.constantFrom(0, 255, 256, SEND_COPY_BYTES_MAX, SEND_COPY_BYTES_MAX + 1, SEND_CHUNK_BYTES));
		const shapes = fc.array(fc.array(sizes, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 30 });
		fc.assert(
			fc.property(shapes, fc.array(fc.tuple(fc.nat(40), fc.nat(3), fc.boolean()), { minLength: 2, maxLength: 8 }), (shape, kinds) => {
				const messages = shape.map((frames) => frames.map((size, at) => Buffer.alloc(size, size + at)));
				for (const [from, step, twice] of kinds) {
					const { stream, flush, out } = connection();
					const some = messages.filter((_, at) => at >= from && at % (step + 1) === 0);
					if (twice) out.appendCommand(Buffer.from("\x04PING"));
					flush(...some);
					stream.finishWrites();
					if (twice) flush(...some);
					const command = twice ? encodeFrame(4, Buffer.from("\x04PING")) : Buffer.alloc(0);
					stream.finishWrites();
					expect(stream.bytes.equals(Buffer.concat([command, encoded(...some, ...(twice ? some : []))]))).toBe(true);
				}
			}),
			{ numRuns: 40 },
		);
	});

	it("keep their memory until the last connection has written it, and no longer", async () => {
		const [quick, slow, later] = connections(3);
		const messages = numbered(10);
		for (const each of [quick, slow]) each?.flush(...messages);
		const memory = quick?.stream.pieces[0]?.buffer;
		quick?.stream.finishWrites();
		await nextTurn();
		await nextTurn();
		later?.flush(...messages);
		expect(later?.stream.pieces[0]?.buffer === memory).toBe(false);
		expect(slow?.stream.bytes.equals(encoded(...messages))).toBe(true);
		slow?.stream.finishWrites();
		await vi.waitFor(() => {
			const probe = connection(false);
			probe.flush(...messages);
			expect(probe.stream.pieces[0]?.buffer === memory).toBe(true);
		}, PATIENT);
	});

	it("are forgotten at the end of the turn, also while a connection is still writing them", async () => {
		const [slow, other] = connections(2);
		const publish = (): WeakRef<Message> => {
			const messages = numbered(10);
			for (const each of [slow, other]) each?.flush(...messages);
			return new WeakRef(messages[5] as Message);
		};
		const published = publish();
		await vi.waitFor(() => {
			collectGarbage();
			expect(published.deref() === undefined).toBe(true);
		}, PATIENT);
		expect(slow?.stream.pieces.length).toBe(1);
	});

	it("hold so many chunks of a turn at most, and are sent beyond", () => {
		const messages = numbered(ENCODED_RUNS_MAX + 4, SEND_COPY_BYTES_MAX);
		const perFlush = Math.floor(SEND_CHUNK_BYTES / SEND_COPY_BYTES_MAX) - 1;
		const flushed: { stream: HeldStream; sent: Message[] }[] = [];
		for (let at = 0; at < messages.length; at++) {
			for (let time = 0; time < 2; time++) {
				const { stream, flush } = connection();
				const sent = messages.slice(at, at + perFlush);
				flush(...sent);
				flushed.push({ stream, sent });
			}
		}
		for (const { stream, sent } of flushed) expect(stream.bytes.equals(encoded(...sent))).toBe(true);
		// The first ones share in pairs, those beyond do not.
		expect(memories(...flushed.map(({ stream }) => stream))).toBe(flushed.length - ENCODED_RUNS_MAX);
	});

	it("of a socket that sends each to one peer are looked up and kept nowhere", () => {
		const [first, second] = [connection(false), connection(false)];
		const messages = numbered(10);
		for (const { flush } of [first, second]) flush(...messages);
		expect(memories(first.stream, second.stream)).toBe(2);
	});
});
