/**
 * Buffers for frames that their receiver keeps. Middle-sized ones are carved out of slabs: as buffers of their own they make the
 * allocator give memory back to the system and fetch it again all the time, and the first touch of each page then costs several times
 * the copy into it (64 KiB in a worker thread: 110 us a frame and 5 to 13 page faults, 10 us and none out of slabs).
 *
 * Who holds one such frame holds its slab: at most SLAB_BYTES / SLAB_FRAME_BYTES_MIN times as much. Small frames are Node's matter.
 * One thread.
 */
import { SLAB_BYTES, SLAB_FRAME_BYTES_MAX, SLAB_FRAME_BYTES_MIN } from "../limits.ts";

let slab: Buffer | undefined;
/** Bytes of the slab that are given out. */
let used = 0;

/** A buffer with any content. */
export function freshFrame(bytes: number): Buffer {
	if (bytes < SLAB_FRAME_BYTES_MIN || bytes > SLAB_FRAME_BYTES_MAX) return Buffer.allocUnsafe(bytes);
	if (slab === undefined || used + bytes > SLAB_BYTES) {
		slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
		used = 0;
	}
	const frame = slab.subarray(used, used + bytes);
	used += (bytes + 7) & ~7;
	// A slab that is given out whole is held by its frames alone.
	if (used + SLAB_FRAME_BYTES_MIN > SLAB_BYTES) slab = undefined;
	return frame;
}
