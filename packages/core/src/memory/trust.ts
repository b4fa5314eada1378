/**
 * Whether something that costs time has been worth it lately. Pure.
 *
 * A thread that waits awake takes a core. That pays while the thread it waits for runs on another core, and is worse than useless
 * when it waits for this very core, or has nothing to say. Which of the two it is shows only in how waits end. So trust is earned:
 * each wait that ended with work restores a step of it, each in vain halves it, and without any the thread does not try, but for one
 * time in {@link CHANCES_PER_TRIAL}: that is how it notices that waiting pays again.
 */

/** Waits in vain, one after the other, that use up full trust: log2 of this, and one. */
const TRUST_MAX = 8;
const CHANCES_PER_TRIAL = 32;

export class Trust {
	#value = TRUST_MAX;
	#refused = 0;

	/** Whether to try now; ask once a chance. */
	tries(): boolean {
		if (this.#value > 0) return true;
		this.#refused += 1;
		return this.#refused % CHANCES_PER_TRIAL === 0;
	}

	paid(): void {
		if (this.#value < TRUST_MAX) this.#value += 1;
	}

	wasVain(): void {
		this.#value >>= 1;
	}
}
