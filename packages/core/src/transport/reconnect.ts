/**
 * How long to wait before a connection is tried again. Pure: randomness comes as an argument.
 *
 * Without a ceiling: the interval plus a random part of up to the interval, so that many peers of one restarted server do
 * not come back at once. With a ceiling: exact doubling from the interval up to the ceiling, no jitter. Both as libzmq does.
 */
import { TIMER_MS_MAX } from "../limits.ts";

export interface ReconnectTimes {
	/** First delay, ms; negative = never. */
	readonly reconnectInterval: number;
	/** Ceiling, ms; 0 = none, and no doubling. */
	readonly reconnectMaxInterval: number;
}

export class Backoff {
	readonly #random: () => number;
	#last = -1;

	/** @param random from 0 to below 1 */
	constructor(random: () => number) {
		this.#random = random;
	}

	/** The next delay in ms; -1 = do not reconnect. */
	next(times: ReconnectTimes): number {
		const { reconnectInterval: interval, reconnectMaxInterval: ceiling } = times;
		if (interval < 0) return -1;
		if (ceiling <= 0) return Math.min(TIMER_MS_MAX, Math.floor(interval + this.#random() * interval));
		this.#last = Math.min(ceiling, TIMER_MS_MAX, this.#last < 0 ? interval : this.#last * 2);
		return this.#last;
	}

	/** After a success the next delay is the first one again. */
	reset(): void {
		this.#last = -1;
	}
}
