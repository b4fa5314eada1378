/**
 * In place of alloc.ts: a page has no threads to share memory with, so all memory is plain.
 */
import { ZmqError } from "../errors.ts";
import { type ArenaBuffer, asPlain } from "../memory/arena-buffer.ts";

/** A buffer to fill in place and send, zeroed. @throws ZmqError EINVAL */
export function alloc(bytes: number): ArenaBuffer {
	if (!Number.isSafeInteger(bytes) || bytes < 0) throw new ZmqError("EINVAL", `alloc takes a number of bytes, got ${String(bytes)}`);
	return asPlain(new Uint8Array(bytes));
}
