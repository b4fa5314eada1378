/**
 * ZMTP 1.0 framing: a length, flags, a body (RFC 13). The length counts the flags byte too; from 255 on it is FF and 8 bytes.
 * Of the flags only bit 0, MORE, means something. There are no commands.
 *
 * The decoder turns each header into one of 2.0 and leaves the rest to the decoder of today. Pure.
 */

import {
	type ChunkDecoder,
	FLAG_MORE,
	FrameDecoder,
	type FrameEncoder,
	LONG_HEADER_BYTES,
	readLongSize,
	writeFrameHeader,
} from "./frame.ts";
import { ProtocolError } from "./protocol-error.ts";

const LONG = 0xff;
const SHORT_HEADER_BYTES = 2;
const OLD_LONG_HEADER_BYTES = 10;
const EMPTY = Buffer.alloc(0);

export const OLD_FRAME_ENCODER: FrameEncoder = {
	overheadBytesMax: OLD_LONG_HEADER_BYTES,
	encode(target, offset, flags, body) {
		const size = body.length + 1;
		let at = offset;
		if (size < LONG) {
			target[at++] = size;
		} else {
			target[at++] = LONG;
			target.writeBigUInt64BE(BigInt(size), at);
			at += 8;
		}
		target[at++] = flags & FLAG_MORE;
		target.set(body, at);
		return at + body.length;
	},
};

export class OldFrameDecoder implements ChunkDecoder {
	readonly #inner: FrameDecoder;
	#chunk: Buffer = EMPTY;
	readonly #header = Buffer.alloc(OLD_LONG_HEADER_BYTES);
	#headerLength = 0;
	/** Bytes of the body that are still to come. */
	#bodyLeft = 0;

	constructor(bodyBytesMax: number) {
		this.#inner = new FrameDecoder(bodyBytesMax, { commands: false });
	}

	get flags(): number {
		return this.#inner.flags;
	}

	get body(): Buffer {
		return this.#inner.body;
	}

	setBodyBytesMax(bodyBytesMax: number): void {
		this.#inner.setBodyBytesMax(bodyBytesMax);
	}

	push(chunk: Buffer): void {
		this.#chunk = this.#chunk.length === 0 ? chunk : Buffer.concat([this.#chunk, chunk]);
	}

	/** None: what is left of a body here is counted, too, and old peers are not worth the case. */
	get room(): undefined {
		return undefined;
	}

	filled(): void {
		// Nothing is read into a room that is not there.
	}

	next(): boolean {
		for (;;) {
			if (this.#inner.next()) return true;
			if (this.#chunk.length === 0) return false;
			if (this.#bodyLeft === 0) {
				this.#takeHeader();
				continue;
			}
			const take = Math.min(this.#bodyLeft, this.#chunk.length);
			this.#inner.push(this.#chunk.subarray(0, take));
			this.#chunk = this.#chunk.subarray(take);
			this.#bodyLeft -= take;
		}
	}

	/** One byte of a header; gives the inner decoder the whole header when it is there. */
	#takeHeader(): void {
		const header = this.#header;
		header[this.#headerLength++] = this.#chunk[0] as number;
		this.#chunk = this.#chunk.subarray(1);
		const long = header[0] === LONG;
		if (this.#headerLength < (long ? OLD_LONG_HEADER_BYTES : SHORT_HEADER_BYTES)) return;
		const flags = header[this.#headerLength - 1] as number;
		const size = long ? readLongSize(header, 1) : (header[0] as number);
		this.#headerLength = 0;
		if (size === 0)
			throw new ProtocolError("ERR_ZMTP_MALFORMED_FRAME", "The peer sent a ZMTP 1.0 frame of length 0, which must count its flags");
		const modern = Buffer.alloc(LONG_HEADER_BYTES);
		this.#bodyLeft = size - 1;
		this.#inner.push(modern.subarray(0, writeFrameHeader(modern, 0, flags & FLAG_MORE, this.#bodyLeft)));
	}
}
