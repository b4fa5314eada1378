/**
 * A message is a list of frames; it is sent, queued and received whole or not at all (RFC 28 and its sisters: "atomic").
 *
 * Ownership: after a send the frames belong to the receiver. Frames up to the sender's next turn may still be read by the
 * I/O path, so a caller that wants to go on using a buffer must send a copy. Within one thread inproc passes the very
 * same memory; every other transport copies once.
 */
import { ZmqError } from "./errors.ts";

/** One frame. In Node every frame that a transport delivers is a `Buffer`. */
export type Frame = Uint8Array;

/** One whole message; at least one frame. */
export type Message = Frame[];

/** What `send` takes as one frame: bytes, text (UTF-8), a number (as text), or null for an empty frame. */
export type MessageLike = ArrayBufferView | ArrayBuffer | SharedArrayBuffer | string | number | null;

const EMPTY = Buffer.alloc(0);

function notAFrame(part: unknown): ZmqError {
	const what = typeof part === "object" ? (part?.constructor?.name ?? "object") : typeof part;
	return new ZmqError(
		"EINVAL",
		`A frame must be bytes, a string, a number or null, got ${what}; encode it first, for example with JSON.stringify`,
	);
}

function toFrame(part: MessageLike): Buffer {
	if (Buffer.isBuffer(part)) return part;
	if (typeof part === "string") return part === "" ? EMPTY : Buffer.from(part, "utf8");
	if (part === null) return EMPTY;
	if (ArrayBuffer.isView(part)) return Buffer.from(part.buffer, part.byteOffset, part.byteLength);
	if (part instanceof ArrayBuffer || part instanceof SharedArrayBuffer) return Buffer.from(part);
	if (typeof part === "number") return Buffer.from(String(part), "latin1");
	throw notAFrame(part);
}

/** Turns what a caller sends into a message of Buffers; views are not copied. @throws ZmqError EINVAL */
export function toMessage(content: MessageLike | MessageLike[]): Message {
	if (!Array.isArray(content)) return [toFrame(content)];
	const { length } = content;
	if (length === 0) throw new ZmqError("EINVAL", "A message must have at least one frame, got an empty array");
	// A literal, not new Array(length): V8 keeps it packed, which every later read of a frame profits from.
	const frames: Message = [];
	for (let i = 0; i < length; i++) frames.push(toFrame(content[i] as MessageLike));
	return frames;
}
