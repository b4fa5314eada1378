/**
 * Encodes messages for one stream: small frames are packed into pooled chunks, large ones are written as they are. What another connection
 * has encoded already is written from where it lies.
 *
 * Nothing is allocated per message; per chunk there is one view and one write. Frames above SEND_COPY_BYTES_MAX must not change until they
 * are written.
 *
 * Shutdown: nothing to do; when the stream is destroyed its write callbacks come with an error, and the chunks are dropped.
 */
import type { Writable } from "node:stream";
import { ENCODED_FRAME_BYTES_KEPT, SEND_CHUNK_BYTES, SEND_COPY_BYTES_MAX } from "../limits.ts";
import { countedFrame, dropQueued } from "../memory/arena-buffer.ts";
import type { Frame, Message } from "../message.ts";
import { FLAG_COMMAND, FLAG_MORE, type FrameEncoder, headed, LONG_HEADER_BYTES, writeFrameHeader } from "../wire/frame.ts";
import { isRunAt, runFrom } from "./encoded-runs.ts";
import { SendChunk } from "./send-chunk.ts";

/** Where this thread encodes a large frame before it is spread over chunks; grows with need. */
let encoded: Buffer = Buffer.alloc(0);

export class SendBuffer {
	readonly #stream: Writable;
	/** Told after each write that reached the operating system. */
	readonly onWritten: () => void;
	/** Writes frames in another form than plain framing: encrypted, or as an old peer reads them. */
	encoder: FrameEncoder | undefined;
	/** Messages go to other connections, too. */
	readonly #shares: boolean;
	/** Chunks that are being written, oldest first. */
	readonly #writing: SendChunk[] = [];
	#chunk: SendChunk | undefined;
	/** Bytes of the chunk that are encoded. */
	#end = 0;
	/** Bytes of the chunk that the stream was given. */
	#start = 0;
	/** What another connection has encoded and this one sends, too. */
	#run: SendChunk | undefined;
	/** Messages of the run that are appended. */
	#followed = 0;
	/** Where in the run begins what the stream was not given. */
	#runStart = 0;
	/** True from the first message that is in no run until the next commit. */
	#encodes = false;

	/** @param shares true: most of the messages go to other connections as well */
	constructor(stream: Writable, onWritten: () => void, shares = false) {
		this.#stream = stream;
		this.onWritten = onWritten;
		this.#shares = shares;
	}

	/** Encodes one whole message, unless that is done; returns how many bytes it has on the wire. */
	appendMessage(message: Message): number {
		const bytes = this.#shares && this.encoder === undefined ? this.#appendShared(message) : this.#encode(message);
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
		this.#leaveRun();
		this.#leaveChunk();
		this.#encodes = false;
	}

	#appendShared(message: Message): number {
		if (this.#encodes) return this.#encodeForAll(message);
		let run = this.#run;
		if (run === undefined || run.messages[this.#followed] !== message) {
			this.#leaveRun();
			run = runFrom(message);
			if (run === undefined) {
				this.#encodes = true;
				return this.#encodeForAll(message);
			}
			if (this.#chunk !== undefined) this.#write(this.#chunk);
			this.#run = run;
			this.#followed = 0;
			this.#runStart = run.start;
		}
		const at = this.#followed++;
		const end = run.ends[at] as number;
		const bytes = end - (at === 0 ? run.start : (run.ends[at - 1] as number));
		const last = run.outlying ? (message[message.length - 1] as Frame) : undefined;
		if (last === undefined || last.length <= SEND_COPY_BYTES_MAX) return bytes;
		this.#give(run, this.#runStart, end);
		this.#runStart = end;
		return bytes + this.#writeFrame(last);
	}

	#encodeForAll(message: Message): number {
		const last = (message[message.length - 1] as Frame).length;
		const outlying = last > SEND_COPY_BYTES_MAX;
		let most = outlying ? LONG_HEADER_BYTES : LONG_HEADER_BYTES + last;
		for (let i = message.length - 2; i >= 0; i--) most += LONG_HEADER_BYTES + (message[i] as Frame).length;
		if (most > SEND_CHUNK_BYTES) return this.#encode(message);
		const chunk = this.#room(most);
		const start = this.#end;
		const bytes = this.#encode(message);
		// A large frame in the middle was not copied: such a message is in no run.
		if (this.#end - start !== (outlying ? bytes - last : bytes) || !isRunAt(chunk, start)) return bytes;
		chunk.messages.push(message);
		chunk.ends.push(this.#end);
		if (outlying) chunk.outlying = true;
		return bytes;
	}

	#encode(message: Message): number {
		const last = message.length - 1;
		let bytes = 0;
		for (let i = 0; i < last; i++) bytes += this.#appendFrame(FLAG_MORE, message[i] as Frame);
		return bytes + this.#appendFrame(0, message[last] as Frame);
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
		return end - start + this.#writeFrame(body);
	}

	/** As it is. */
	#writeFrame(body: Frame): number {
		this.#stream.write(body, countedFrame(body)?.untilWritten(this.onWritten) ?? this.onWritten);
		return body.length;
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
	#room(bytes: number): SendChunk {
		let chunk = this.#chunk;
		if (chunk !== undefined) {
			if (this.#end + bytes <= SEND_CHUNK_BYTES) return chunk;
			this.#leaveChunk();
		}
		chunk = SendChunk.take();
		this.#chunk = chunk;
		this.#start = 0;
		this.#end = 0;
		return chunk;
	}

	#leaveChunk(): void {
		const chunk = this.#chunk;
		if (chunk === undefined) return;
		this.#chunk = undefined;
		this.#write(chunk);
		chunk.release();
	}

	#leaveRun(): void {
		const run = this.#run;
		if (run === undefined) return;
		this.#run = undefined;
		this.#give(run, this.#runStart, run.ends[this.#followed - 1] as number);
	}

	#write(chunk: SendChunk): void {
		this.#give(chunk, this.#start, this.#end);
		this.#start = this.#end;
	}

	#give(chunk: SendChunk, start: number, end: number): void {
		if (start === end) return;
		chunk.hold();
		this.#writing.push(chunk);
		this.#stream.write(chunk.bytes.subarray(start, end), this.#written);
	}

	/** Callback of every write of a chunk; made once. They come in the order of the writes, and behind a failed one all fail. */
	readonly #written = (error?: Error | null): void => {
		this.#writing.shift()?.release(error);
		this.onWritten();
	};
}
