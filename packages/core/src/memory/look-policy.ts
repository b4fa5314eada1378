/**
 * Whether a thread stays awake: looks at its lanes once in every turn of the event loop, instead of going to sleep. Pure.
 *
 * Waking a sleeper costs its waker 16-29 us and takes 25-40 us; a look costs a turn of an otherwise idle core, 1-3 us, and answers
 * as fast. Timers and I/O run between two looks as ever. So a thread looks for about as long as a wake-up takes, and no longer.
 *
 * There are two occasions, and each has to earn its trust by itself (trust.ts):
 * - **after work**: whoever has just sent something is likely to send more;
 * - **after sending from sleep**: whoever asks is likely to be answered. Then one of the two wake-ups of a round trip is saved. Who
 *   only ever sends is never answered, and soon stays asleep.
 */
import { Trust } from "./trust.ts";

/** Longest time without work that a thread looks for, ms. */
export const LOOK_MS = 0.1;

export class LookPolicy {
	readonly #afterWork = new Trust();
	readonly #afterSend = new Trust();
	#occasion = this.#afterWork;

	/** Whether to look in the wait that begins now; ask once a wait. @param asked true: after a send from sleep, not after work */
	tries(asked: boolean): boolean {
		this.#occasion = asked ? this.#afterSend : this.#afterWork;
		return this.#occasion.tries();
	}

	paid(): void {
		this.#occasion.paid();
	}

	wasVain(): void {
		this.#occasion.wasVain();
	}
}
