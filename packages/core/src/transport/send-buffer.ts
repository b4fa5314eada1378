/**
 * Encodes messages for one stream: small frames are packed into pooled chunks, large ones are written as they are.
 *
 * Nothing is allocated per message; per chunk there is one view and one write. Chunks come from a pool of the thread and
 * return to it when the stream has written them; one whose write failed is left to the garbage collector, because the
 * operating system may still read it. Frames above SEND_COPY_BYTES_MAX must not change until they are written.
 *
 * Shutdown: nothing to do; when the stream is destroyed its write callbacks come with an error, and the chunks are dropped.
 */
import type { Writable } from "node:stream";
import { ENCODED_FRAME_BYTES_KEPT, SEND_CHUNK_BYTES, SEND_CHUNKS_KEPT, SEND_COPY_BYTES_MAX } from "../limits.ts";
import { countedFrame, dropQueued } from "../memory/arena-buffer.ts";
import type { Frame, Message } from "../message.ts";
import { FLAG_COMMAND, FLAG_MORE, type FrameEncoder, headed, LONG_HEADER_BYTES, writeFrameHeader } from "../wire/frame.ts";

/** Idle chunks of this thread. */
const pool: Chunk[] = [];
/** Where this thread encodes a large frame before it is spread over chunks; grows with need. */
let encoded: Buffer = Buffer.alloc(0);

class Chunk {
	readonly bytes = Buffer.allocUnsafeSlow(SEND_CHUNK_BYTES);
	user: SendBuffer | undefined;
	/** Views of it that are being written. */
	writes = 0;
	/** True while a SendBuffer still appends to it. */
	open = true;
	#broken = false;

	/** Callback of every write of this chunk; made once. */
	readonly written = (error?: Error | null): void => {
		this.writes -= 1;
		if (error) this.#broken = true;
		const user = this.user;
		if (!this.open) this.retire();
		user?.onWritten();
	};

	/** Back to the pool, once no write is under way. */
	retire(): void {
		if (this.writes > 0) return;
		this.user = undefined;
		if (!this.#broken && pool.length < SEND_CHUNKS_KEPT) pool.push(this);
	}
}

export class SendBuffer {
	readonly #stream: Writable;
	/** Told after each write that reached the operating system. */
	readonly onWritten: () => void;
	/** Writes frames in another form than plain framing: encrypted, or as an old peer reads them. */
	encoder: FrameEncoder | undefined;
	#chunk: Chunk | undefined;
	/** Bytes of the chunk that are encoded. */
	#end = 0;
	/** Bytes of the chunk that the stream was given. */
	#start = 0;

	constructor(stream: Writable, onWritten: () => void) {
		this.#stream = stream;
		this.onWritten = onWritten;
	}

	/** Encodes one whole message; returns how many bytes it has on the wire. */
	appendMessage(message: Message): number {
		const last = message.length - 1;
		let bytes = 0;
		for (let i = 0; i < last; i++) bytes += this.#appendFrame(FLAG_MORE, message[i] as Frame);
		bytes += this.#appendFrame(0, message[last] as Frame);
		dropQueued(message);
		return bytes;
	}

	/** Encodes one command, with `head` in place of its first byte when that is given. Only between messages. */
	appendCommand(body: Uint8Array, head?: Uint8Array): number {
		if (head === undefined) return this.#appendFrame(FLAG_COMMAND, body);
		const size = head.length - 1 + body.length;
		if (this.encoder !== undefined || size > SEND_COPY_BYTES_MAX) return this.#appendFrame(FLAG_COMMAND, headed(head, body));
		const chunk = this.#room(LONG_HEADER_BYTES + size);
		const start = this.#end;
		const end = writeFrameHeader(chunk.bytes, start, FLAG_COMMAND, size);
		// The whole body, and the head over its first byte: no view is made for a topic.
		chunk.bytes.set(body, end + head.length - 1);
		chunk.bytes.set(head, end);
		this.#end = end + size;
		return this.#end - start;
	}

	/** Gives the stream what is encoded so far. */
	commit(): void {
		const chunk = this.#chunk;
		if (chunk === undefined) return;
		this.#chunk = undefined;
		this.#write(chunk);
		chunk.open = false;
		chunk.retire();
	}

	#appendFrame(flags: number, body: Uint8Array): number {
		if (this.encoder !== undefined) return this.#appendEncoded(this.encoder, flags, body);
		const size = body.length;
		const copied = size <= SEND_COPY_BYTES_MAX;
		const chunk = this.#room(LONG_HEADER_BYTES + (copied ? size : 0));
		const start = this.#end;
		let end = writeFrameHeader(chunk.bytes, start, flags, size);
		if (copied) {
			chunk.bytes.set(body, end);
			end += size;
			this.#end = end;
			return end - start;
		}
		this.#end = end;
		this.#write(chunk);
		this.#stream.write(body, countedFrame(body)?.untilWritten(this.onWritten) ?? this.onWritten);
		return end - start + size;
	}

	#appendEncoded(encoder: FrameEncoder, flags: number, body: Uint8Array): number {
		const most = body.length + encoder.overheadBytesMax;
		if (body.length <= SEND_COPY_BYTES_MAX) {
			const chunk = this.#room(most);
			const start = this.#end;
			this.#end = encoder.encode(chunk.bytes, start, flags, body);
			return this.#end - start;
		}
		if (most > ENCODED_FRAME_BYTES_KEPT) return this.#appendHuge(encoder, flags, body);
		if (encoded.length < most) encoded = Buffer.allocUnsafeSlow(Math.min(2 * most, ENCODED_FRAME_BYTES_KEPT));
		const end = encoder.encode(encoded, 0, flags, body);
		// A copy within the cache costs a tenth of what the first touch of fresh memory does, which a buffer a frame would be.
		for (let at = 0; at < end; ) {
			const chunk = this.#room(1);
			const copied = encoded.copy(chunk.bytes, this.#end, at, end);
			this.#end += copied;
			at += copied;
		}
		return end;
	}

	#appendHuge(encoder: FrameEncoder, flags: number, body: Uint8Array): number {
		const bytes = Buffer.allocUnsafeSlow(body.length + encoder.overheadBytesMax);
		const end = encoder.encode(bytes, 0, flags, body);
		if (this.#chunk !== undefined) this.#write(this.#chunk);
		this.#stream.write(bytes.subarray(0, end), this.onWritten);
		return end;
	}

	/** A chunk with this much room behind #end. */
	#room(bytes: number): Chunk {
		let chunk = this.#chunk;
		if (chunk !== undefined) {
			if (this.#end + bytes <= SEND_CHUNK_BYTES) return chunk;
			this.commit();
		}
		chunk = pool.pop() ?? new Chunk();
		chunk.user = this;
		chunk.open = true;
		this.#chunk = chunk;
		this.#start = 0;
		this.#end = 0;
		return chunk;
	}

	#write(chunk: Chunk): void {
		if (this.#start === this.#end) return;
		const view = chunk.bytes.subarray(this.#start, this.#end);
		this.#start = this.#end;
		chunk.writes += 1;
		this.#stream.write(view, chunk.written);
	}
}
