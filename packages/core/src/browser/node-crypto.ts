/**
 * The few functions of node:crypto that core needs in a browser; the bundler puts this in its place.
 */

/** How much a browser gives at once, bytes. */
const RANDOM_BYTES_MAX = 65_536;

export function randomBytes(size: number): Buffer {
	const bytes = Buffer.alloc(size);
	for (let at = 0; at < size; at += RANDOM_BYTES_MAX) globalThis.crypto.getRandomValues(bytes.subarray(at, at + RANDOM_BYTES_MAX));
	return bytes;
}

/** From `least` to below `most`; at most 2^32 apart. */
export function randomInt(least: number, most: number = least): number {
	const [from, to] = most === least ? [0, least] : [least, most];
	const word = new Uint32Array(1);
	globalThis.crypto.getRandomValues(word);
	return from + Math.floor(((word[0] as number) / 2 ** 32) * (to - from));
}

/** Looks at every byte, wherever the first difference is. */
export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
	if (a.length !== b.length) throw new RangeError("Input buffers must have the same byte length");
	let difference = 0;
	for (let at = 0; at < a.length; at++) difference |= (a[at] as number) ^ (b[at] as number);
	return difference === 0;
}
