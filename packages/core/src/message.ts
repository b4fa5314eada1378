/**
 * A message is a list of frames; it is sent, queued and received whole or not at all (RFC 28 and its sisters: "atomic").
 *
 * Ownership: after a send the frames belong to the receiver. Frames up to the sender's next turn may still be read by the
 * I/O path, so a caller that wants to go on using a buffer must send a copy. Within one thread inproc passes the very
 * same memory; every other transport copies once.
 */

/** One frame. In Node every frame that a transport delivers is a `Buffer`. */
export type Frame = Uint8Array;

/** One whole message; at least one frame. */
export type Message = Frame[];

/** What `send` takes as one frame: bytes, text (UTF-8), a number (as text), or null for an empty frame. */
export type MessageLike = ArrayBufferView | ArrayBuffer | SharedArrayBuffer | string | number | null;

const EMPTY = Buffer.alloc(0);

function toFrame(part: MessageLike): Buffer {
	if (Buffer.isBuffer(part)) return part;
	if (typeof part === "string") return Buffer.from(part, "utf8");
	if (part === null) return EMPTY;
	if (ArrayBuffer.isView(part)) return Buffer.from(part.buffer, part.byteOffset, part.byteLength);
	if (part instanceof ArrayBuffer || part instanceof SharedArrayBuffer) return Buffer.from(part);
	return Buffer.from(String(part), "utf8");
}

/** Turns what a caller sends into a message of Buffers; views are not copied. */
export function toMessage(content: MessageLike | MessageLike[]): Message {
	if (!Array.isArray(content)) return [toFrame(content)];
	const frames: Message = new Array(content.length);
	for (let i = 0; i < content.length; i++) frames[i] = toFrame(content[i] as MessageLike);
	return frames;
}
