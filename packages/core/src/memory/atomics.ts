/**
 * The one seam to Atomics: everything in memory/ that is ordered between threads goes through these functions, so that a
 * checker can replace this module by one that steps through interleavings.
 *
 * All of them are sequentially consistent. Plain stores made before a {@link store}, {@link add} or successful
 * {@link compareExchange} are visible to whoever reads the new value with {@link load}.
 */

/** 32-bit words of shared memory; always a fixed-length view, which costs no more than plain memory. */
export type Words = Int32Array<SharedArrayBuffer>;
/** Bytes of shared memory; always a fixed-length view. */
export type Bytes = Uint8Array<SharedArrayBuffer>;

export function load(words: Words, index: number): number {
	return Atomics.load(words, index);
}

export function store(words: Words, index: number, value: number): void {
	Atomics.store(words, index, value);
}

/** Returns the old value. */
export function add(words: Words, index: number, value: number): number {
	return Atomics.add(words, index, value);
}

/** Returns the old value. */
export function or(words: Words, index: number, value: number): number {
	return Atomics.or(words, index, value);
}

/** Replaces `expected` by `value`; true when it did. */
export function compareExchange(words: Words, index: number, expected: number, value: number): boolean {
	return Atomics.compareExchange(words, index, expected, value) === expected;
}

/** Wakes every waiter of the word: a waiter that died must not swallow the only wake. */
export function notify(words: Words, index: number): void {
	Atomics.notify(words, index);
}

/** A promise that settles at the next notify, or undefined when the word no longer holds `expected`. Keeps no event loop alive. */
export function waitForNotify(words: Words, index: number, expected: number): Promise<unknown> | undefined {
	const wait = Atomics.waitAsync(words, index, expected);
	return wait.async ? wait.value : undefined;
}
