/**
 * What a thread does when it has found no more work: look again in the next turn for a short while, then sleep.
 *
 * Waking a sleeper costs its waker 16-29 us and takes 25-40 us; a look per turn of the event loop costs 1-2 us of an
 * otherwise idle core and answers in 2-5 us. So a thread whose traffic is hot keeps looking for about as long as a wake-up
 * would take, and no longer: looking never blocks the turn, so timers and I/O run between two looks. A sleeper uses no CPU.
 *
 * Looking pays only while the peer runs at the same time. When more threads want to run than there are cores, the looker
 * takes the core from the very thread it waits for, and each message costs a whole idle time. That shows: looks end without
 * work. So each vain idle time halves the trust in looking, each that found work restores it, and without trust the thread
 * sleeps at once, but for one try in {@link SLEEPS_PER_TRIAL}.
 */

/** Time without work after which a thread sleeps, ms: about one wake-up. */
const IDLE_MS = 0.1;
/** Vain looks in a row, each halving it, after which a thread that always found work stops looking: log2 of this. */
const TRUST_MAX = 8;
/** Without trust, every so many sleeps begin with a look: how a thread notices that looking pays again. */
const SLEEPS_PER_TRIAL = 32;

export type NextStep = "look" | "sleep";

export class LookThenSleep {
	#idleSince = 0;
	/** True from the first look that found nothing until work or sleep. */
	#idle = false;
	#trust = TRUST_MAX;
	#sleeps = 0;

	/** @param worked whether the look just now found anything. @param nowMs a monotonic clock. */
	next(worked: boolean, nowMs: number): NextStep {
		if (worked) {
			if (this.#idle) this.#trust = Math.min(TRUST_MAX, this.#trust + 1);
			this.#idle = false;
			this.#idleSince = nowMs;
			return this.#looks() ? "look" : this.#sleep();
		}
		this.#idle = true;
		if (nowMs - this.#idleSince < IDLE_MS) return "look";
		this.#trust >>= 1;
		return this.#sleep();
	}

	#looks(): boolean {
		return this.#trust > 0 || this.#sleeps % SLEEPS_PER_TRIAL === 0;
	}

	#sleep(): NextStep {
		this.#idle = false;
		this.#sleeps += 1;
		return "sleep";
	}
}
