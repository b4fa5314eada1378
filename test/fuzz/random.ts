/**
 * Random numbers from a seed: the same seed gives the same inputs, on every machine (mulberry32).
 *
 * One generator belongs to one target, so that a target alone finds what it finds among others.
 */

export class Random {
	#state: number;

	constructor(seed: number, name = "") {
		let state = seed | 0;
		for (let i = 0; i < name.length; i++) state = Math.imul(state ^ name.charCodeAt(i), 0x9e3779b1);
		this.#state = state;
	}

	/** 0 up to and without 1. */
	next(): number {
		this.#state = (this.#state + 0x6d2b79f5) | 0;
		let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	}

	/** 0 up to and without `count`. */
	below(count: number): number {
		return Math.floor(this.next() * count);
	}

	chance(probability: number): boolean {
		return this.next() < probability;
	}

	pick<Item>(items: readonly Item[]): Item {
		return items[this.below(items.length)] as Item;
	}

	bytes(length: number): Buffer {
		const bytes = Buffer.alloc(length);
		for (let i = 0; i < length; i++) bytes[i] = this.below(256);
		return bytes;
	}
}
