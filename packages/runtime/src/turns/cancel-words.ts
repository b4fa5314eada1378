/**
 * How a call that was given up reaches a handler which computes and lets no message in: a table of words in memory that all threads of a
 * system share. Whoever gives a call up stores its key in the word that the key points to; the handler compares that word with its own key.
 *
 * Written by any thread (the caller's; the main thread for callers of other nodes), read by the thread of the actor; 0 = nothing yet. The CANCEL
 * envelope says the same and is what counts: a word that another call has taken over since, 65,536 requests of one caller later, only
 * means that the handler learns it at its next await. Keys of different callers lie far apart, as their numbers are multiplied by odd constants.
 */
import { CANCEL_WORDS } from "../limits.ts";

const MASK = CANCEL_WORDS - 1;

/** For all threads of a system; made by its main thread. */
export function makeCancelWords(): Int32Array {
	return new Int32Array(new SharedArrayBuffer(CANCEL_WORDS * Int32Array.BYTES_PER_ELEMENT));
}

function keyOf(node: number, thread: number, request: number): number {
	return (request + Math.imul(thread, 0x9e37_79b1) + Math.imul(node, 0x85eb_ca6b)) | 0 || 1;
}

/** The caller, as the process of the actor numbers it, gives a request up. */
export function postCancel(words: Int32Array, node: number, thread: number, request: number): void {
	const key = keyOf(node, thread, request);
	// Publishes nothing else: the handler only compares.
	Atomics.store(words, key & MASK, key);
}

/** Whether it did: one atomic load. */
export function isCancelPosted(words: Int32Array, node: number, thread: number, request: number): boolean {
	const key = keyOf(node, thread, request);
	return Atomics.load(words, key & MASK) === key;
}
