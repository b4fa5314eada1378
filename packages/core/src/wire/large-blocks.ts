/**
 * Makes the C library keep the memory of large buffers that were given back, instead of returning it to the operating system.
 *
 * glibc maps a block of 128 KiB or more anew each time and unmaps it when it is freed, until it has freed a larger one: then blocks
 * up to that size come from its heap, and twice that size stays there (mallopt(3), M_MMAP_THRESHOLD). So one block of the largest
 * size that it learns from, allocated, never touched and left to the garbage collector, saves every large frame the first touch of its pages: a
 * stream of messages of 1 MiB is three times as fast. The price: up to 64 MiB that were in use at once stay with the process.
 * On other C libraries it is one allocation that does nothing.
 *
 * Measured by `npm run bench -- --row tcp-1m`; see docs/decisions/0040-wire-batches-and-large-frames.md.
 */

/** Where glibc's threshold stands at first, bytes. */
export const LARGE_BLOCK_BYTES: number = 128 * 1024;
/** Just under 32 MiB, the most that it learns from, with its own header. */
const LESSON_BYTES = 32 * 1024 * 1024 - 64 * 1024;
let taught = false;

/** Called before a large buffer is allocated; does something once a thread. */
export function keepLargeBlocks(): void {
	if (taught) return;
	taught = true;
	Buffer.allocUnsafeSlow(LESSON_BYTES);
}
