/**
 * Tells whether this thread's event loop has had other things to do than lanes: sockets, files, other ports. Belongs to one thread.
 *
 * libuv counts what its poller hands out (`uvMetricsInfo`, 0.2 us to read); a turn of the loop that only ran an immediate adds
 * nothing. Timers are not among them: they never come by surprise, and the loop turns often enough for their millisecond.
 * A wake-up by the doorbell is an event as well, but no I/O: who hears it says so by {@link IoWatch.rang}.
 */
import { performance } from "node:perf_hooks";

export class IoWatch {
	readonly #timing = performance.nodeTiming;
	#seen = 0;
	#rings = 0;

	/** The doorbell rang: one event that is none of the others. */
	rang(): void {
		this.#rings += 1;
	}

	/** True when there were other events since the last call. */
	changed(): boolean {
		const events = this.#timing.uvMetricsInfo.events;
		const others = events - this.#seen - this.#rings;
		this.#seen = events;
		this.#rings = 0;
		return others > 0;
	}
}
