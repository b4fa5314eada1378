import { Writable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ENCODED_FRAME_BYTES_KEPT, SEND_CHUNK_BYTES, SEND_COPY_BYTES_MAX } from "../limits.ts";
import { FLAG_COMMAND, FLAG_MORE, FrameDecoder, type FrameEncoder, LONG_HEADER_BYTES, writeFrameHeader } from "../wire/frame.ts";
import { SendBuffer } from "./send-buffer.ts";

/** A stream that looks at its chunks only when it completes a write, turns of the event loop later, as a kernel may. */
class SlowStream extends Writable {
	readonly taken: Buffer[] = [];

	constructor() {
		super({ highWaterMark: 1 << 20, decodeStrings: true });
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
		setImmediate(() => {
			this.taken.push(Buffer.from(chunk));
			done();
		});
	}
}

/** Plain framing, by way of an encoder, as a cipher is one. */
const ENCODER: FrameEncoder = {
	overheadBytesMax: LONG_HEADER_BYTES,
	encode(target, offset, flags, body) {
		const start = writeFrameHeader(target, offset, flags, body.length);
		target.set(body, start);
		return start + body.length;
	},
};

function messagesIn(bytes: Buffer): number[][][] {
	const decoder = new FrameDecoder(Number.MAX_SAFE_INTEGER);
	decoder.push(bytes);
	const messages: number[][][] = [];
	let frames: number[][] = [];
	while (decoder.next()) {
		frames.push([decoder.body.length, decoder.body[0] ?? -1, decoder.body.at(-1) ?? -1]);
		if ((decoder.flags & FLAG_MORE) !== 0) continue;
		messages.push(frames);
		frames = [];
	}
	return messages;
}

const sizes = fc.oneof(
	fc.nat(300),
	fc.constantFrom(0, 255, 256, SEND_COPY_BYTES_MAX, SEND_COPY_BYTES_MAX + 1, SEND_CHUNK_BYTES - 1, SEND_CHUNK_BYTES, 200_000),
);

describe("the send buffer", () => {
	it("puts messages of all sizes on the stream unharmed, while many connections share the pool of chunks", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.array(sizes, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 20 }),
				fc.nat(4),
				async (shapes, every) => {
					const streams = [1, 2, 3].map(() => new SlowStream());
					const buffers = streams.map((stream) => new SendBuffer(stream, () => undefined));
					for (const buffer of buffers.slice(1)) buffer.encoder = ENCODER;
					const sent = streams.map((): number[][][] => []);
					let fill = 0;
					for (const [index, shape] of shapes.entries()) {
						for (const [which, buffer] of buffers.entries()) {
							const message = shape.map((size) => Buffer.alloc(size, ++fill & 0xff));
							const bytes = buffer.appendMessage(message);
							expect(bytes).toBe(message.reduce((sum, frame) => sum + frame.length + (frame.length > 255 ? 9 : 2), 0));
							sent[which]?.push(message.map((frame) => [frame.length, frame[0] ?? -1, frame.at(-1) ?? -1]));
							if (index % (every + 1) === 0) buffer.commit();
						}
						if (index % 3 === 0) await new Promise((turn) => setImmediate(turn));
					}
					for (const buffer of buffers) buffer.commit();
					for (const [which, stream] of streams.entries()) {
						await new Promise<void>((finished) => stream.end(finished));
						expect(messagesIn(Buffer.concat(stream.taken))).toEqual(sent[which]);
					}
				},
			),
			{ numRuns: 40 },
		);
	});

	it("spreads encoded frames over chunks, and gives the largest ones a buffer of their own", async () => {
		const stream = new SlowStream();
		const buffer = new SendBuffer(stream, () => undefined);
		buffer.encoder = ENCODER;
		const lengths = [ENCODED_FRAME_BYTES_KEPT - LONG_HEADER_BYTES, ENCODED_FRAME_BYTES_KEPT, 70_000, 1];
		for (const [index, length] of lengths.entries()) buffer.appendMessage([Buffer.alloc(length, index + 1)]);
		buffer.commit();
		await new Promise<void>((finished) => stream.end(finished));
		expect(messagesIn(Buffer.concat(stream.taken))).toEqual(lengths.map((length, index) => [[length, index + 1, index + 1]]));
		const ofChunks = stream.taken.filter(({ length }) => length <= SEND_CHUNK_BYTES);
		expect(stream.taken.length - ofChunks.length).toBe(1);
	});

	it("puts the head of a command in place of the first byte of its body, plain and encoded, however long it is", async () => {
		for (const encoder of [undefined, ENCODER]) {
			for (const length of [1, 100, SEND_COPY_BYTES_MAX + 1]) {
				const stream = new SlowStream();
				const buffer = new SendBuffer(stream, () => undefined);
				buffer.encoder = encoder;
				const bytes = buffer.appendCommand(Buffer.alloc(length, 5), Buffer.from("\x04JOIN"));
				buffer.commit();
				await new Promise<void>((finished) => stream.end(finished));
				const written = Buffer.concat(stream.taken);
				expect(written.length).toBe(bytes);
				expect(written.subarray(-length - 4)).toEqual(Buffer.concat([Buffer.from("\x04JOIN"), Buffer.alloc(length - 1, 5)]));
			}
		}
	});

	it("writes one chunk for many small messages, and tells after each write", async () => {
		const stream = new SlowStream();
		let writes = 0;
		const buffer = new SendBuffer(stream, () => {
			writes += 1;
		});
		for (let i = 0; i < 500; i++) buffer.appendMessage([Buffer.alloc(64)]);
		buffer.appendCommand(Buffer.from("\x04PONG"));
		buffer.commit();
		buffer.commit();
		await new Promise<void>((finished) => stream.end(finished));
		expect(stream.taken.length).toBe(1);
		expect(stream.taken[0]?.subarray(-7, -5)).toEqual(Buffer.from([FLAG_COMMAND, 5]));
		expect(writes).toBe(1);
	});
});
