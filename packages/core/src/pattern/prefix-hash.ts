/**
 * Hashes of the prefixes of one byte string, each from where the one before stopped: all of them together cost about as much as the
 * longest. HalfSipHash-1-3 (Aumasson and Bernstein), whose key is drawn once a process: nobody who chooses topics can make
 * them collide. Pure but for the key.
 */
const KEY = globalThis.crypto.getRandomValues(new Int32Array(2));
const KEY_LOW = KEY[0] as number;
const KEY_HIGH = KEY[1] as number;
/** Rounds after the last byte, the one that takes it in included. */
const LAST_ROUNDS = 4;

export class PrefixHash {
	readonly #state = new Int32Array(4);
	/** Bytes that are in the state, a multiple of four. */
	#done = 0;

	/** Before the first prefix of a byte string. */
	restart(): void {
		const state = this.#state;
		state[0] = KEY_LOW;
		state[1] = KEY_HIGH;
		state[2] = 0x6c79_6765 ^ KEY_LOW;
		state[3] = 0x7465_6462 ^ KEY_HIGH;
		this.#done = 0;
	}

	/** 32 bits of hash of `length` bytes from `from` on; not shorter than the prefix before. */
	of(bytes: Uint8Array, from: number, length: number): number {
		const state = this.#state;
		let v0 = state[0] as number;
		let v1 = state[1] as number;
		let v2 = state[2] as number;
		let v3 = state[3] as number;
		let at = from + this.#done;
		const wordsEnd = from + (length & ~3);
		if (at < wordsEnd) {
			for (; at < wordsEnd; at += 4) {
				const word =
					(bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
				v3 ^= word;
				v0 = (v0 + v1) | 0;
				v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
				v0 = (v0 << 16) | (v0 >>> 16);
				v2 = (v2 + v3) | 0;
				v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
				v0 = (v0 + v3) | 0;
				v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
				v2 = (v2 + v1) | 0;
				v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
				v2 = (v2 << 16) | (v2 >>> 16);
				v0 ^= word;
			}
			state[0] = v0;
			state[1] = v1;
			state[2] = v2;
			state[3] = v3;
			this.#done = wordsEnd - from;
		}
		let rest = length << 24;
		const tail = length & 3;
		if (tail > 0) rest |= bytes[at] as number;
		if (tail > 1) rest |= (bytes[at + 1] as number) << 8;
		if (tail > 2) rest |= (bytes[at + 2] as number) << 16;
		v3 ^= rest;
		for (let round = 0; round < LAST_ROUNDS; round++) {
			v0 = (v0 + v1) | 0;
			v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
			v0 = (v0 << 16) | (v0 >>> 16);
			v2 = (v2 + v3) | 0;
			v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
			v0 = (v0 + v3) | 0;
			v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
			v2 = (v2 + v1) | 0;
			v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
			v2 = (v2 << 16) | (v2 >>> 16);
			if (round > 0) continue;
			v0 ^= rest;
			v2 ^= 0xff;
		}
		return v1 ^ v3;
	}
}
