/**
 * A sample of a payload's content: words spread evenly over it and its last bytes, hashed. Equal contents have equal samples; a
 * buffer that was filled anew has another one.
 *
 * It is taken when a buffer is sent and looked at when it is received, unless NODE_ENV is "production": a program that
 * goes on writing to what it has sent is found in its tests. Reading all of a large payload would cost more than sending it.
 */

/** Bytes looked at, apart from the last ones: a few microseconds for a payload of any size. */
const PLACES = 256;
const LAST_BYTES = 16;

export const SAMPLING: boolean = process.env.NODE_ENV !== "production";

/** Never 0. */
export function sampleOf(bytes: Uint8Array): number {
	const { length } = bytes;
	const step = Math.max(1, Math.floor(length / PLACES));
	let hash = length;
	for (let at = 0; at < length; at += step) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
	for (let at = Math.max(0, length - LAST_BYTES); at < length; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
	return hash | 1;
}
