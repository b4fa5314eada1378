/**
 * Decoders of frames: ZMTP 3.x, 2.0 and 1.0. A part is a chunk of the stream.
 *
 * Whatever the chunks, the frames and the error must be those that a reader of the whole stream finds who knows nothing but
 * the RFC; and no more memory is taken than came.
 */
import { type ChunkDecoder, COMMAND_BYTES_MAX, FrameDecoder, OldFrameDecoder, ProtocolError } from "../core.ts";
import { must, type Parts, type Target } from "../target.ts";
import { cancel, error, frame, longHeader, ping, ready, subscribe } from "../wire.ts";

const BODY_BYTES_MAX = 1000;

interface Reading {
	readonly frames: string[];
	readonly end: string;
}

const shown = (flags: number, body: Buffer): string => `${flags}:${body.length}:${body.toString("hex", 0, 64)}:${body.at(-1)}`;

function read(decoder: ChunkDecoder, chunks: Parts): Reading {
	const frames: string[] = [];
	try {
		for (const chunk of chunks) {
			decoder.push(Buffer.from(chunk));
			while (decoder.next()) frames.push(shown(decoder.flags, decoder.body));
		}
		return { frames, end: "more" };
	} catch (thrown) {
		if (!(thrown instanceof ProtocolError)) throw thrown;
		return { frames, end: thrown.reason };
	}
}

/** What the RFC says, read from the whole stream. */
function expected(bytes: Buffer, commands: boolean): Reading {
	const frames: string[] = [];
	for (let at = 0; ; ) {
		const flags = bytes[at];
		if (flags === undefined) return { frames, end: "more" };
		if (flags > (commands ? 7 : 3) || (flags & 5) === 5) return { frames, end: "ERR_ZMTP_MALFORMED_FRAME" };
		const header = (flags & 2) === 0 ? 2 : 9;
		if (bytes.length < at + header) return { frames, end: "more" };
		const size = header === 2 ? BigInt(bytes[at + 1] as number) : bytes.readBigUInt64BE(at + 1);
		const most = (flags & 4) === 0 ? BODY_BYTES_MAX : Math.max(BODY_BYTES_MAX, COMMAND_BYTES_MAX);
		if (size > BigInt(most)) return { frames, end: "ERR_ZMTP_MESSAGE_TOO_LARGE" };
		const end = at + header + Number(size);
		if (end > bytes.length) return { frames, end: "more" };
		frames.push(shown(flags & ~2, bytes.subarray(at + header, end)));
		at = end;
	}
}

function expected1(bytes: Buffer): Reading {
	const frames: string[] = [];
	for (let at = 0; ; ) {
		const first = bytes[at];
		if (first === undefined) return { frames, end: "more" };
		const header = first === 0xff ? 10 : 2;
		if (bytes.length < at + header) return { frames, end: "more" };
		const size = first === 0xff ? bytes.readBigUInt64BE(at + 1) : BigInt(first);
		if (size === 0n) return { frames, end: "ERR_ZMTP_MALFORMED_FRAME" };
		if (size - 1n > BigInt(BODY_BYTES_MAX)) return { frames, end: "ERR_ZMTP_MESSAGE_TOO_LARGE" };
		const end = at + header + Number(size) - 1;
		if (end > bytes.length) return { frames, end: "more" };
		frames.push(shown((bytes[at + header - 1] as number) & 1, bytes.subarray(at + header, end)));
		at = end;
	}
}

function splits(parts: Parts): Parts[] {
	const whole = Buffer.concat(parts);
	const bytewise = whole.length <= 400 ? Array.from(whole, (byte) => Buffer.of(byte)) : [];
	return bytewise.length > 0 ? [[whole], parts, bytewise] : [[whole], parts];
}

function framesTarget(name: string, make: () => ChunkDecoder, reference: (bytes: Buffer) => Reading, seeds: () => Parts[]): Target {
	const run = (parts: Parts): string => {
		const should = reference(Buffer.concat(parts));
		for (const split of splits(parts)) {
			const did = read(make(), split);
			must(did.end === should.end, `in ${split.length} chunks the stream ends with ${did.end} instead of ${should.end}`);
			must(did.frames.join() === should.frames.join(), `in ${split.length} chunks the frames are ${did.frames}, not ${should.frames}`);
		}
		return `${should.end} ${Math.min(8, should.frames.length)}`;
	};
	return { name, level: "unit", seeds, open: () => ({ run }) };
}

const SIZES = [0x7fff_ffffn, 0x8000_0000n, (1n << 53n) - 1n, 1n << 53n, (1n << 63n) - 1n, 1n << 63n, -1n];

const modernSeeds = (): Parts[] => [
	[ready("PUSH"), frame("a", true), frame("b")],
	[frame(Buffer.alloc(255)), frame(Buffer.alloc(256)), frame(Buffer.alloc(257))],
	[frame(Buffer.alloc(BODY_BYTES_MAX)), frame(Buffer.alloc(BODY_BYTES_MAX + 1))],
	[ping(1000, "context"), error("no"), subscribe("topic"), cancel("topic")],
	...SIZES.flatMap((size) => [[longHeader(0, size)], [longHeader(1, size), Buffer.alloc(100)], [longHeader(4, size)]]),
	[longHeader(0, 5n), Buffer.from("12345")],
];

export const frames: Target = framesTarget(
	"frames",
	() => new FrameDecoder(BODY_BYTES_MAX),
	(bytes) => expected(bytes, true),
	modernSeeds,
);
export const frames2: Target = framesTarget(
	"frames-2.0",
	() => new FrameDecoder(BODY_BYTES_MAX, { commands: false }),
	(bytes) => expected(bytes, false),
	modernSeeds,
);

function long1(size: bigint, flags = 0): Buffer {
	const header = Buffer.alloc(10, 0xff);
	header.writeBigUInt64BE(BigInt.asUintN(64, size), 1);
	header[9] = flags;
	return header;
}

export const frames1: Target = framesTarget(
	"frames-1.0",
	() => new OldFrameDecoder(BODY_BYTES_MAX),
	expected1,
	() => [
		[Buffer.from("\x06\x01hello\x06\x00world")],
		[Buffer.from("\x01\x00\x01\x01"), Buffer.from("\x01\x00")],
		[long1(301n), Buffer.alloc(300), Buffer.from("\x02\x00x")],
		...SIZES.map((size) => [long1(size), Buffer.alloc(10)]),
		[long1(0n)],
		[Buffer.of(0, 0)],
	],
);
