/**
 * ZMTP 2.0 and later framing: flags, size, body (RFC 23 §"Framing").
 *
 * Flags: 1 MORE, 2 LONG (8-byte size, else 1 byte), 4 COMMAND; all other bits must be zero and a command is never
 * continued. 255 is the last short size.
 *
 * The decoder takes chunks as they come from a stream and hands out frames. A body that lies whole in a chunk is a view
 * of it. A body that does not is collected in one buffer of its own; the size that a peer claims is believed only up to
 * FRAME_BYTES_TRUSTED, from there on the buffer grows as bytes really arrive.
 *
 * Pure: bytes in, frames out; the only error that input can cause is ProtocolError.
 */
import { COMMAND_BYTES_MAX, DIRECT_READ_BYTES_MIN, FRAME_BYTES_TRUSTED, FRAME_GROWTH_FACTOR, LENT_FRAME_BYTES_MAX } from "../limits.ts";
import { keepLargeBlocks, LARGE_BLOCK_BYTES } from "./large-blocks.ts";
import { borrow, giveBack } from "./lent-frames.ts";
import { ProtocolError } from "./protocol-error.ts";
import { viewOf } from "./view.ts";

export const FLAG_MORE = 1;
export const FLAG_LONG = 2;
export const FLAG_COMMAND = 4;
const SHORT_HEADER_BYTES = 2;
/** The longest frame header. */
export const LONG_HEADER_BYTES = 9;
const SHORT_BODY_BYTES_MAX = 255;
const TWO_TO_32 = 0x1_0000_0000;
/** Upper half of a 64-bit size above which the size is no safe integer. */
const SIZE_HIGH_MAX = 0x1f_ffff;
const EMPTY = Buffer.alloc(0);

/** Writes a frame header at `offset` and returns the offset behind it; the caller has made sure of LONG_HEADER_BYTES of room. */
export function writeFrameHeader(target: Uint8Array, offset: number, flags: number, bodyBytes: number): number {
	if (bodyBytes <= SHORT_BODY_BYTES_MAX) {
		target[offset] = flags;
		target[offset + 1] = bodyBytes;
		return offset + SHORT_HEADER_BYTES;
	}
	target[offset] = flags | FLAG_LONG;
	const high = Math.floor(bodyBytes / TWO_TO_32);
	const low = bodyBytes % TWO_TO_32;
	target[offset + 1] = high >>> 24;
	target[offset + 2] = high >>> 16;
	target[offset + 3] = high >>> 8;
	target[offset + 4] = high;
	target[offset + 5] = low >>> 24;
	target[offset + 6] = low >>> 16;
	target[offset + 7] = low >>> 8;
	target[offset + 8] = low;
	return offset + LONG_HEADER_BYTES;
}

/** One frame as bytes of its own; for handshakes, where nothing is hot. */
export function encodeFrame(flags: number, body: Uint8Array): Buffer {
	const bytes = Buffer.allocUnsafe(LONG_HEADER_BYTES + body.length);
	const start = writeFrameHeader(bytes, 0, flags, body.length);
	bytes.set(body, start);
	return bytes.subarray(0, start + body.length);
}

/** A body whose first byte is replaced by `head`. */
export function headed(head: Uint8Array, body: Uint8Array): Buffer {
	const bytes = Buffer.allocUnsafe(head.length - 1 + body.length);
	bytes.set(body, head.length - 1);
	bytes.set(head);
	return bytes;
}

/** Puts frames on the wire in another form than {@link writeFrameHeader} and the body. */
export interface FrameEncoder {
	/** By how many bytes, at most, a frame is longer than its body. */
	readonly overheadBytesMax: number;
	/** Writes one frame at `offset` and returns the offset behind it; the caller has made sure of room. */
	encode(target: Buffer, offset: number, flags: number, body: Uint8Array): number;
}

/** Hands out frames. */
export interface FrameSource {
	/** Flags of the frame that {@link next} found, without LONG. */
	readonly flags: number;
	/** Body of the frame that {@link next} found. */
	readonly body: Buffer;
	/** Holds for frames whose header was not read yet. */
	setBodyBytesMax(bodyBytesMax: number): void;
	/**
	 * Goes to the next frame; false when there is none yet.
	 * @throws ProtocolError what came cannot be read any further
	 */
	next(): boolean;
}

/** Takes chunks of a stream and hands out frames. */
export interface ChunkDecoder extends FrameSource {
	/** Gives the decoder more bytes; it keeps views of them. What {@link next} has not consumed yet stays in front. */
	push(chunk: Buffer): void;
	/** Where the rest of a large body is to be read, so that it need not be copied; undefined = nowhere: bytes are to be pushed. */
	readonly room: Buffer | undefined;
	/** So many bytes were read into `room`. */
	filled(bytes: number): void;
}

export class FrameDecoder implements ChunkDecoder {
	/** Flags of the frame that {@link next} found, without LONG. */
	flags = 0;
	/** Body of the frame that {@link next} found. */
	body: Buffer = EMPTY;
	#bodyBytesMax: number;
	#chunk: Buffer = EMPTY;
	#offset = 0;
	/** A header that is split over chunks. */
	readonly #header = Buffer.alloc(LONG_HEADER_BYTES);
	#headerLength = 0;
	/** A body that is split over chunks. */
	#partial: Buffer | undefined;
	#partialLength = 0;
	/** See {@link lendBodies}. */
	#lends = false;
	/** The buffer of the last body, when that was lent. */
	#lent: Buffer | undefined;
	#bodyBytes = 0;

	readonly #flagsMax: number;

	/**
	 * @param bodyBytesMax largest body of a message frame; commands may have COMMAND_BYTES_MAX if that is more
	 * @param options `commands` false: ZMTP 2.0, which has none
	 */
	constructor(bodyBytesMax: number, options: { commands: boolean } = { commands: true }) {
		this.#bodyBytesMax = bodyBytesMax;
		this.#flagsMax = options.commands ? FLAG_COMMAND | FLAG_LONG | FLAG_MORE : FLAG_LONG | FLAG_MORE;
	}

	/** Holds for frames whose header was not read yet. */
	setBodyBytesMax(bodyBytesMax: number): void {
		this.#bodyBytesMax = bodyBytesMax;
	}

	/** From now on a body is only there until {@link next} is called again: who takes it uses it at once, as a cipher does. */
	lendBodies(): void {
		this.#lends = true;
	}

	/** Gives the decoder more bytes; it keeps views of them. What {@link next} has not consumed yet stays in front. */
	push(chunk: Buffer): void {
		this.#chunk = this.#offset === this.#chunk.length ? chunk : Buffer.concat([this.#chunk.subarray(this.#offset), chunk]);
		this.#offset = 0;
	}

	get room(): Buffer | undefined {
		const partial = this.#partial;
		if (partial === undefined) return undefined;
		// Memory may be less than the body, until more of it has come, or more, when it is lent.
		const end = Math.min(partial.length, this.#bodyBytes);
		return end - this.#partialLength < DIRECT_READ_BYTES_MIN ? undefined : partial.subarray(this.#partialLength, end);
	}

	filled(bytes: number): void {
		this.#partialLength += bytes;
	}

	/**
	 * Goes to the next frame; false when more bytes are needed.
	 * @throws ProtocolError the stream cannot be read any further
	 */
	next(): boolean {
		if (this.#lent !== undefined) {
			giveBack(this.#lent);
			this.#lent = undefined;
		}
		if (this.#partial !== undefined) return this.#fillBody();
		if (this.#headerLength > 0) return this.#fillHeader();
		const chunk = this.#chunk;
		const at = this.#offset;
		const available = chunk.length - at;
		if (available < SHORT_HEADER_BYTES) return this.#fillHeader();
		const flags = chunk[at] as number;
		if (flags <= FLAG_MORE) {
			// What most frames are: short, of a message, and whole. Nothing else is to be looked at.
			const start = at + SHORT_HEADER_BYTES;
			const bytes = chunk[at + 1] as number;
			if (start + bytes <= chunk.length && bytes <= this.#bodyBytesMax) {
				this.flags = flags;
				this.body = viewOf(chunk, start, bytes);
				this.#offset = start + bytes;
				return true;
			}
		}
		if ((flags & FLAG_LONG) === 0) {
			this.#offset = at + SHORT_HEADER_BYTES;
			return this.#startBody(flags, chunk[at + 1] as number);
		}
		if (available < LONG_HEADER_BYTES) return this.#fillHeader();
		// Before the size: what is wrong must not depend on how the stream was cut.
		checkFlags(flags, this.#flagsMax);
		this.#offset = at + LONG_HEADER_BYTES;
		return this.#startBody(flags, readLongSize(chunk, at + 1));
	}

	/** Slow path: the header is split, byte by byte until it is whole. */
	#fillHeader(): boolean {
		const header = this.#header;
		while (this.#offset < this.#chunk.length) {
			header[this.#headerLength++] = this.#chunk[this.#offset++] as number;
			const flags = header[0] as number;
			checkFlags(flags, this.#flagsMax);
			const needed = (flags & FLAG_LONG) === 0 ? SHORT_HEADER_BYTES : LONG_HEADER_BYTES;
			if (this.#headerLength < needed) continue;
			this.#headerLength = 0;
			return this.#startBody(flags, needed === SHORT_HEADER_BYTES ? (header[1] as number) : readLongSize(header, 1));
		}
		// An idle connection keeps no chunk alive.
		this.#chunk = EMPTY;
		this.#offset = 0;
		return false;
	}

	#startBody(flags: number, bodyBytes: number): boolean {
		checkFlags(flags, this.#flagsMax);
		checkBodyBytes(flags, bodyBytes, this.#bodyBytesMax);
		this.flags = flags & ~FLAG_LONG;
		const end = this.#offset + bodyBytes;
		if (end <= this.#chunk.length) {
			this.body = viewOf(this.#chunk, this.#offset, bodyBytes);
			this.#offset = end;
			return true;
		}
		this.#bodyBytes = bodyBytes;
		this.#partialLength = 0;
		this.#partial = this.#isLent(bodyBytes) ? borrow(bodyBytes) : allocate(Math.min(bodyBytes, FRAME_BYTES_TRUSTED));
		return this.#fillBody();
	}

	#fillBody(): boolean {
		let partial = this.#partial as Buffer;
		const take = Math.min(this.#chunk.length - this.#offset, this.#bodyBytes - this.#partialLength);
		const filled = this.#partialLength + take;
		if (filled > partial.length) {
			const grown = allocate(Math.min(this.#bodyBytes, Math.max(filled, partial.length * FRAME_GROWTH_FACTOR)));
			partial.copy(grown, 0, 0, this.#partialLength);
			this.#partial = grown;
			partial = grown;
		}
		this.#chunk.copy(partial, this.#partialLength, this.#offset, this.#offset + take);
		this.#offset += take;
		this.#partialLength = filled;
		if (filled < this.#bodyBytes) return false;
		this.#partial = undefined;
		this.body = partial;
		if (this.#isLent(filled)) {
			this.#lent = partial;
			this.body = partial.subarray(0, filled);
		}
		return true;
	}

	#isLent(bodyBytes: number): boolean {
		return this.#lends && bodyBytes <= LENT_FRAME_BYTES_MAX;
	}
}

/** @throws ProtocolError a frame of this kind may not be so large */
export function checkBodyBytes(flags: number, bodyBytes: number, bodyBytesMax: number): void {
	const max = (flags & FLAG_COMMAND) === 0 ? bodyBytesMax : Math.max(bodyBytesMax, COMMAND_BYTES_MAX);
	if (bodyBytes > max) throw tooLarge(bodyBytes, max);
}

/** What a frame above `maxMessageSize` means. */
export function tooLarge(bodyBytes: number, max: number): ProtocolError {
	return new ProtocolError(
		"ERR_ZMTP_MESSAGE_TOO_LARGE",
		`The peer sent a frame of ${bodyBytes} bytes, ${max} are allowed (maxMessageSize)`,
	);
}

function checkFlags(flags: number, max: number): void {
	if (flags > max) throw new ProtocolError("ERR_ZMTP_MALFORMED_FRAME", `The peer sent a frame with reserved flags 0x${flags.toString(16)}`);
	if ((flags & (FLAG_COMMAND | FLAG_MORE)) === (FLAG_COMMAND | FLAG_MORE))
		throw new ProtocolError("ERR_ZMTP_MALFORMED_FRAME", "The peer sent a command that claims to be continued");
}

/** @throws ProtocolError it is above 2^53 */
export function readLongSize(bytes: Buffer, at: number): number {
	const high = bytes.readUInt32BE(at);
	if (high > SIZE_HIGH_MAX) throw new ProtocolError("ERR_ZMTP_MESSAGE_TOO_LARGE", "The peer announced a frame above 2^53 bytes");
	return high * TWO_TO_32 + bytes.readUInt32BE(at + 4);
}

/** Small ones come out of Node's pool, large ones out of memory that was touched before if possible; a machine that has no memory left ends the connection, not the process. */
function allocate(bytes: number): Buffer {
	try {
		if (bytes >= LARGE_BLOCK_BYTES) keepLargeBlocks();
		return Buffer.allocUnsafe(bytes);
	} catch (cause) {
		throw new ProtocolError("ERR_ZMTP_MESSAGE_TOO_LARGE", `No memory for a frame of ${bytes} bytes: ${String(cause)}`);
	}
}
