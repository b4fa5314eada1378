import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMMAND_BYTES_MAX, FRAME_BYTES_TRUSTED } from "../limits.ts";
import { encodeFrame, FLAG_COMMAND, FLAG_MORE, FrameDecoder, LONG_HEADER_BYTES, writeFrameHeader } from "./frame.ts";
import { ProtocolError } from "./protocol-error.ts";

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

interface Decoded {
	flags: number;
	body: Buffer;
}

/** Feeds the bytes in pieces that end at the given offsets; what there is room for is read into it. */
function decode(bytes: Buffer, cuts: readonly number[], bodyBytesMax = NO_LIMIT, lends = false): Decoded[] {
	const decoder = new FrameDecoder(bodyBytesMax);
	if (lends) decoder.lendBodies();
	const frames: Decoded[] = [];
	let from = 0;
	for (const to of [...cuts, bytes.length]) {
		while (from < to) {
			const { room } = decoder;
			if (room === undefined) decoder.push(bytes.subarray(from, to));
			const taken = room === undefined ? to - from : bytes.copy(room, 0, from, to);
			if (room !== undefined) decoder.filled(taken);
			from += taken;
			while (decoder.next()) frames.push({ flags: decoder.flags, body: Buffer.from(decoder.body) });
		}
	}
	return frames;
}

const frame = fc.record({
	flags: fc.constantFrom(0, FLAG_MORE, FLAG_COMMAND),
	body: fc.oneof(
		fc.uint8Array({ maxLength: 40 }),
		fc.constantFrom(0, 254, 255, 256, 257, 65_536, FRAME_BYTES_TRUSTED + 1).map((n) => new Uint8Array(n).fill(n)),
	),
});

describe("frame encoding", () => {
	it("uses the short form up to 255 bytes and the long form from 256 on", () => {
		expect(encodeFrame(0, Buffer.alloc(255)).subarray(0, 2)).toEqual(Buffer.from([0, 255]));
		expect(encodeFrame(FLAG_MORE, Buffer.alloc(256)).subarray(0, 9)).toEqual(Buffer.from([3, 0, 0, 0, 0, 0, 0, 1, 0]));
	});

	it("writes sizes above 4 GiB in full", () => {
		const header = Buffer.alloc(LONG_HEADER_BYTES);
		expect(writeFrameHeader(header, 0, 0, 2 ** 40 + 0x8000_0001)).toBe(LONG_HEADER_BYTES);
		expect(header.readBigUInt64BE(1)).toBe(2n ** 40n + 0x8000_0001n);
	});
});

describe("frame decoding", () => {
	it("gives the same frames however the stream is split", () => {
		fc.assert(
			fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 12 }), fc.boolean(), (frames, splits, lends) => {
				const bytes = Buffer.concat(frames.map(({ flags, body }) => encodeFrame(flags, body)));
				const cuts = splits.map((split) => split % (bytes.length + 1)).sort((a, b) => a - b);
				const got = decode(bytes, cuts, NO_LIMIT, lends);
				expect(got.length).toBe(frames.length);
				for (const [index, { flags, body }] of frames.entries()) {
					expect(got[index]?.flags).toBe(flags);
					expect(Buffer.compare(got[index]?.body as Buffer, body)).toBe(0);
				}
			}),
			{ numRuns: 200 },
		);
	});

	it("throws nothing but ProtocolError on any bytes", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200), { maxLength: 5 }), (bytes, splits) => {
				try {
					decode(
						Buffer.from(bytes),
						splits.map((split) => split % (bytes.length + 1)).sort((a, b) => a - b),
						1000,
					);
				} catch (error) {
					expect(error).toBeInstanceOf(ProtocolError);
				}
			}),
			{ numRuns: 2000 },
		);
	});

	it("gives views of the chunk, not copies, for bodies that lie whole in it", () => {
		const bytes = encodeFrame(0, Buffer.from("abc"));
		const decoder = new FrameDecoder(NO_LIMIT);
		decoder.push(bytes);
		expect(decoder.next()).toBe(true);
		expect(decoder.body.buffer).toBe(bytes.buffer);
	});

	it("keeps what was not consumed when more is pushed", () => {
		const decoder = new FrameDecoder(NO_LIMIT);
		decoder.push(Buffer.concat([encodeFrame(0, Buffer.from("a")), encodeFrame(0, Buffer.from("b"))]));
		expect(decoder.next()).toBe(true);
		decoder.push(encodeFrame(0, Buffer.from("c")));
		const rest: string[] = [];
		while (decoder.next()) rest.push(decoder.body.toString());
		expect(rest).toEqual(["b", "c"]);
	});

	it("accepts a long size that would have fitted the short form", () => {
		expect(decode(Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 1, 65]), []).map((one) => one.body.toString())).toEqual(["A"]);
	});

	it("lets a command pass that is above the limit for messages", () => {
		expect(decode(encodeFrame(FLAG_COMMAND, Buffer.alloc(100)), [], 10).length).toBe(1);
		expect(() => decode(encodeFrame(FLAG_COMMAND, Buffer.alloc(COMMAND_BYTES_MAX + 1)), [], 10)).toThrow(ProtocolError);
	});

	const refused: [string, number[], number, string][] = [
		["bit 3", [0x08, 0], NO_LIMIT, "ERR_ZMTP_MALFORMED_FRAME"],
		["bit 7", [0x80, 0], NO_LIMIT, "ERR_ZMTP_MALFORMED_FRAME"],
		["a continued command", [0x05, 0], NO_LIMIT, "ERR_ZMTP_MALFORMED_FRAME"],
		["a continued long command", [0x07, 0, 0, 0, 0, 0, 0, 0, 0], NO_LIMIT, "ERR_ZMTP_MALFORMED_FRAME"],
		["2^53 bytes", [0x02, 0x00, 0x20, 0, 0, 0, 0, 0, 0], NO_LIMIT, "ERR_ZMTP_MESSAGE_TOO_LARGE"],
		["2^64 - 1 bytes", [0x02, 255, 255, 255, 255, 255, 255, 255, 255], NO_LIMIT, "ERR_ZMTP_MESSAGE_TOO_LARGE"],
		["one byte above the limit", [0x00, 101], 100, "ERR_ZMTP_MESSAGE_TOO_LARGE"],
	];
	it.each(refused)("refuses %s, whole or split", (_name, bytes, max, reason) => {
		for (const cuts of [[], bytes.map((_, index) => index)])
			expect(() => decode(Buffer.from(bytes), cuts, max)).toThrow(expect.objectContaining({ reason }));
	});

	it("offers room for what is missing of a large body, and not a byte more", () => {
		const decoder = new FrameDecoder(NO_LIMIT);
		const sent = Buffer.alloc(100_000, "body");
		decoder.push(encodeFrame(0, sent).subarray(0, 50_000));
		expect([decoder.room, decoder.next()]).toEqual([undefined, false]);
		const { room } = decoder;
		expect(room?.length).toBe(100_000 + LONG_HEADER_BYTES - 50_000);
		sent.copy(room as Buffer, 0, 100_000 - (room as Buffer).length);
		decoder.filled((room as Buffer).length);
		expect([decoder.next(), decoder.body.equals(sent), decoder.room]).toEqual([true, true, undefined]);
		// Little is missing: that is read with what follows.
		decoder.push(encodeFrame(0, sent).subarray(0, 99_000));
		expect([decoder.next(), decoder.room]).toEqual([false, undefined]);
	});

	it("collects lent bodies in one buffer again and again, and never two at once in the same", () => {
		const [first, second] = [new FrameDecoder(NO_LIMIT), new FrameDecoder(NO_LIMIT)];
		for (const decoder of [first, second]) decoder.lendBodies();
		const bytes = encodeFrame(0, Buffer.alloc(100_000, 1));
		const half = bytes.length / 2;
		const used = new Set<ArrayBufferLike>();
		for (let round = 0; round < 3; round++) {
			for (const decoder of [first, second]) {
				decoder.push(bytes.subarray(0, half));
				expect(decoder.next()).toBe(false);
			}
			for (const decoder of [first, second]) decoder.push(bytes.subarray(half));
			expect([first.next(), second.next()]).toEqual([true, true]);
			expect(first.body.buffer).not.toBe(second.body.buffer);
			for (const { body } of [first, second]) {
				expect(body.equals(Buffer.alloc(100_000, 1))).toBe(true);
				used.add(body.buffer);
			}
			for (const decoder of [first, second]) expect(decoder.next()).toBe(false);
		}
		expect(used.size).toBe(2);
	});

	it("takes memory for a claimed size only as the bytes arrive", () => {
		const decoder = new FrameDecoder(NO_LIMIT);
		const before = process.memoryUsage().arrayBuffers;
		decoder.push(Buffer.from([2, 0, 0, 0, 0x40, 0, 0, 0, 0, 1]));
		expect(decoder.next()).toBe(false);
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * FRAME_BYTES_TRUSTED);
	});
});
