/**
 * Messages in zeromq.js's shapes: what `send` takes as frames.
 *
 * A frame of COPIED_BYTES_MAX bytes or less is copied, so that a caller may use its buffer again at once; a larger one is passed
 * on as it is and must not be written to after the send. Within one thread inproc hands that very memory to the receiver.
 */
import { ArenaBuffer } from "../memory/arena-buffer.ts";
import type { Message } from "../message.ts";

/** A frame that was received. */
export type ReceivedMessage = Buffer;

/** What can be sent as one frame: bytes, text as UTF-8, a number as text, or null for an empty frame. Other values go as text. */
export type MessageLike = ArrayBufferView | ArrayBuffer | SharedArrayBuffer | string | number | null;

/** zeromq.js copies up to this, bytes. */
const COPIED_BYTES_MAX = 128;
const EMPTY = Buffer.alloc(0);

/** A Buffer itself, so that it is not collected before its bytes are sent: programs may wait for that. */
function bytesOf(part: ArrayBufferView | ArrayBuffer | SharedArrayBuffer): Buffer {
	if (Buffer.isBuffer(part)) return part;
	return ArrayBuffer.isView(part) ? Buffer.from(part.buffer, part.byteOffset, part.byteLength) : Buffer.from(part);
}

/** @throws TypeError a symbol, or an object that has no text */
function toFrame(part: unknown): Buffer {
	if (typeof part === "string") return Buffer.from(part, "utf8");
	if (part === null) return EMPTY;
	// Counts who uses it; its memory goes on to the receiver.
	if (part instanceof ArenaBuffer) return part;
	if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer || part instanceof SharedArrayBuffer) {
		const bytes = bytesOf(part);
		return bytes.length <= COPIED_BYTES_MAX ? Buffer.from(bytes) : bytes;
	}
	if (typeof part === "symbol") throw new TypeError("Cannot convert a Symbol value to a string");
	return Buffer.from(String(part), "utf8");
}

/** The frames of one message; none for an empty list. @throws TypeError */
export function toFrames(message: unknown): Message {
	if (!Array.isArray(message)) return [toFrame(message)];
	const frames: Message = [];
	for (const part of message) frames.push(toFrame(part));
	return frames;
}
