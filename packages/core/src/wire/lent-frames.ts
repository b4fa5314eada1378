/**
 * Buffers for inbound frames that are used up at once, as a cipher does with what it opens: this thread keeps a few and uses them
 * again. A buffer of its own for each such frame is memory touched for the first time, which costs more than the copy into it.
 *
 * - Who borrows a buffer has it until it gives it back; one that is never given back (its connection broke) is garbage like any other.
 * - Sizes are rounded up, so that frames of about one size share buffers. What is kept is bounded: LENT_FRAMES_KEPT.
 *
 * One thread.
 */
import { LENT_FRAMES_KEPT } from "../limits.ts";

const STEP_BYTES = 16 * 1024;
const idle: Buffer[] = [];

/** A buffer of at least so many bytes. */
export function borrow(bytes: number): Buffer {
	const kept = idle.pop();
	if (kept !== undefined && kept.length >= bytes) return kept;
	return Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES);
}

export function giveBack(buffer: Buffer): void {
	if (idle.length < LENT_FRAMES_KEPT) idle.push(buffer);
}
