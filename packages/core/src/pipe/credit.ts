/**
 * The credit window of one direction of a pipe, as its receiver keeps it. Pure.
 *
 * The sender may have `window` messages under way that the reader has not taken; what the reader took is given back in lots of
 * half a window. A window of 0 is no limit. `queued` is what was delivered and not taken.
 *
 * Invariant: whenever `due` answers 0 and no watch is asked for, the sender has credit left: it can never wait for a return
 * that nobody is going to make.
 */
export class CreditWindow {
	readonly window: number;
	/** Smallest lot given back. */
	readonly #lot: number;
	/** Messages that have come and for which no credit was given back. */
	#used = 0;

	constructor(window: number) {
		this.window = window;
		this.#lot = (window + 1) >> 1;
	}

	/** A queue that has been read down to this length is worth a look. */
	get watchAt(): number {
		return this.window >> 1;
	}

	/** So many messages came; answers for how many of them, the first ones, the sender had credit. */
	arrived(messages: number): number {
		const before = this.#used;
		this.#used += messages;
		if (this.window === 0 || this.#used <= this.window) return messages;
		return Math.max(0, this.window - before);
	}

	/** How much to give back now: 0, or at least half a window. Counted as given. */
	due(queued: number): number {
		if (this.window === 0) return 0;
		const taken = this.#used - queued;
		if (taken < this.#lot) return 0;
		this.#used -= taken;
		return taken;
	}

	/** True when nothing is due before the reader has taken the queue down to {@link watchAt}. */
	mustWatch(queued: number): boolean {
		return this.window !== 0 && queued > this.watchAt;
	}
}
