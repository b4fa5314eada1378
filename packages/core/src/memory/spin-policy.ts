/**
 * Whether a thread spins: looks at its lanes over and over within one turn of the event loop. Pure.
 *
 * Two threads that spin answer each other in 1 us; a turn of the event loop between costs 3 us each, for its poller is asked. The
 * price is that nothing else of this thread runs meanwhile. So spinning is
 * - **short**: {@link SPIN_MS} after the last message, and {@link SLICE_MS} in all, answers included, before the event loop turns:
 *   the most that a socket or a timer of a hot thread ever waits for it;
 * - **earned** (trust.ts): answers that take longer than a spin end it soon;
 * - **off beside I/O**: after any event of the loop that was not a doorbell's, for {@link IO_QUIET_MS}. A tcp echo that is answered
 *   every 100 us so never meets a spin, and loses at most one turn;
 * - **off in a crowd**: when more threads are awake than there are cores, a spin takes the core of the thread it waits for.
 */
import { Trust } from "./trust.ts";

/** Longest spin, ms: a hot peer answers in a few us; whoever takes longer than this is waited for by looks. */
export const SPIN_MS = 0.03;
/** Longest time without a turn of the event loop, ms: with turns of 3 us, spinning still costs a hot thread only 3 % of them. */
export const SLICE_MS = 0.1;
/** No spins for so long after I/O, ms. */
export const IO_QUIET_MS = 1;
/** How old the knowledge of I/O may be, ms, and that of the crowd: both cost some 0.3 us to get. */
const IO_LOOK_MS = 0.1;
const CROWD_LOOK_MS = 1;

/** What a thread knows of its surroundings. */
export interface Surroundings {
	/** True when the event loop has had I/O since the last call. */
	hadIo(): boolean;
	/** True when more threads are awake than there are cores. */
	crowded(): boolean;
}

export class SpinPolicy {
	readonly #surroundings: Surroundings;
	readonly #trust = new Trust();
	#sliceEnd = 0;
	#ioLookedAt = Number.NEGATIVE_INFINITY;
	#quietUntil = 0;
	#crowdLookedAt = Number.NEGATIVE_INFINITY;
	#crowded = false;

	constructor(surroundings: Surroundings) {
		this.#surroundings = surroundings;
	}

	/** The event loop has turned. */
	turned(nowMs: number): void {
		this.#sliceEnd = nowMs + SLICE_MS;
		if (nowMs - this.#ioLookedAt < IO_LOOK_MS) return;
		this.#ioLookedAt = nowMs;
		if (this.#surroundings.hadIo()) this.#quietUntil = nowMs + IO_QUIET_MS;
	}

	/** Whether the wait that begins now may begin with a spin; ask once a wait. */
	tries(nowMs: number): boolean {
		return nowMs >= this.#quietUntil && !this.#inCrowd(nowMs) && this.#trust.tries();
	}

	/** When a spin must end that waits since `idleSinceMs`; the past: not to begin. */
	until(idleSinceMs: number): number {
		return Math.min(idleSinceMs + SPIN_MS, this.#sliceEnd);
	}

	paid(): void {
		this.#trust.paid();
	}

	wasVain(): void {
		this.#trust.wasVain();
	}

	#inCrowd(nowMs: number): boolean {
		if (nowMs - this.#crowdLookedAt >= CROWD_LOOK_MS) {
			this.#crowdLookedAt = nowMs;
			this.#crowded = this.#surroundings.crowded();
		}
		return this.#crowded;
	}
}
