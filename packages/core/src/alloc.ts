/**
 * Memory for large messages that threads pass to each other without a copy: the public face of the arena.
 *
 * The arena belongs to the calling thread; where there is no shared memory (browsers) all memory is plain.
 */
import { ZmqError } from "./errors.ts";
import { ARENA_BYTES_MIN } from "./limits.ts";
import { type ArenaBuffer, asPlain } from "./memory/arena-buffer.ts";
import { overflowBuffer } from "./memory/arena-overflow.ts";
import { engine } from "./memory/engine.ts";

const BYTES_MAX = 2 ** 32;

/**
 * A buffer to fill in place and send; what is in it at first is arbitrary. A send to a socket in another thread passes its memory on: the
 * receiver reads it there (`inPlace`) or copies it out once. Every other transport takes it, too. After a send the memory belongs to
 * the receiver: the buffer has ended, unless it was retained.
 *
 * `shared` is false, and the buffer plain memory which is copied, below 4 KiB, above 128 MiB, and when receivers hold all of the 256 MiB
 * that the arena of a thread has. Send it or release it: one that is just forgotten comes back only when the garbage collector finds it.
 *
 * @param bytes length, 0 to 2^32
 * @throws ZmqError EINVAL
 * @example
 * const frame = alloc(1 << 20);
 * fillSomehow(frame);
 * await push.send(frame);
 */
export function alloc(bytes: number): ArenaBuffer {
	if (!Number.isInteger(bytes) || bytes < 0 || bytes > BYTES_MAX)
		throw new ZmqError("EINVAL", `alloc takes a number of bytes from 0 to ${BYTES_MAX}, got ${String(bytes)}`);
	const arena = bytes < ARENA_BYTES_MIN ? undefined : engine().memberships[0]?.arena;
	if (arena === undefined) return asPlain(Buffer.allocUnsafeSlow(bytes));
	return arena.allocate(bytes) ?? overflowBuffer(bytes);
}
