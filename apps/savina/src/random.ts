/**
 * The random numbers of the programs: a linear congruential generator of 24 bits, small enough that JavaScript and Erlang make the
 * same sequence without large integers. A check can replay it.
 */

export class Random {
	#state: number;

	constructor(seed: number) {
		this.#state = seed & 0xffffff;
	}

	/** From 0 to 2^24 - 1. */
	next(): number {
		this.#state = (Math.imul(this.#state, 1_140_671_485) + 12_820_163) & 0xffffff;
		return this.#state;
	}

	/** From 0 to limit - 1; limit at most 2^28. */
	below(limit: number): number {
		return Math.floor((this.next() * limit) / 0x1000000);
	}

	/** From 0 to 2^60 - 1. */
	next60(): bigint {
		const high = BigInt(this.next()) << 36n;
		const middle = BigInt(this.next()) << 12n;
		return high | middle | BigInt(this.next() >>> 12);
	}
}

/** A generator for the index-th actor of a program, unlike those of its neighbours. */
export function randomOf(index: number): Random {
	const random = new Random(index * 7919 + 1);
	random.next();
	return random;
}
