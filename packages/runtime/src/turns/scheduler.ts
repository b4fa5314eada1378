/**
 * The run queue of one host: which actor of this thread has its turn next.
 *
 * Work starts in a microtask, so an idle thread answers at once; but no turn of the event loop hands out more than
 * TURN_MESSAGES_MAX messages or TURN_MS_MAX of time. Then the rest waits for the next turn (setImmediate), so timers and I/O
 * never starve, not even when actors of one thread keep each other busy through promises.
 *
 * Shutdown: `close()` drops the queue; a pending immediate finds it empty.
 */
import { Fifo } from "../fifo.ts";
import { CELL_BATCH_MESSAGES, TURN_MESSAGES_MAX, TURN_MS_MAX } from "../limits.ts";

/** What can be run: an actor with work at hand. */
export interface Runnable {
	/** Does one unit of work; false when there is no more to do for now. */
	runOne(): boolean;
}

/** An actor catches what its handlers throw. What comes out nevertheless is a fault of ours: it must be seen, and must not stop the others. */
function runSafely(runnable: Runnable): boolean {
	try {
		return runnable.runOne();
	} catch (error) {
		setImmediate(() => {
			throw error;
		});
		return false;
	}
}

export class Scheduler {
	readonly #queue = new Fifo<Runnable>();
	#drainPending = false;
	#immediatePending = false;
	#turnMessages = 0;
	#turnStart = 0;

	/** Puts an actor into the queue; the caller makes sure that it is not in it yet. */
	enqueue(runnable: Runnable): void {
		this.#queue.push(runnable);
		if (this.#drainPending) return;
		this.#drainPending = true;
		if (this.#immediatePending && this.#exhausted()) return;
		queueMicrotask(this.#drain);
	}

	close(): void {
		this.#queue.clear();
	}

	#exhausted(): boolean {
		return this.#turnMessages >= TURN_MESSAGES_MAX || performance.now() - this.#turnStart >= TURN_MS_MAX;
	}

	readonly #nextTurn = (): void => {
		this.#immediatePending = false;
		if (this.#queue.length > 0) this.#drain();
	};

	readonly #drain = (): void => {
		if (!this.#immediatePending) {
			this.#immediatePending = true;
			this.#turnMessages = 0;
			this.#turnStart = performance.now();
			setImmediate(this.#nextTurn);
		}
		this.#drainPending = true;
		const queue = this.#queue;
		for (let runnable = queue.shift(); runnable !== undefined; runnable = queue.shift()) {
			let more = true;
			let taken = 0;
			while (more && taken < CELL_BATCH_MESSAGES) {
				more = runSafely(runnable);
				taken += 1;
			}
			this.#turnMessages += taken;
			if (more) queue.push(runnable);
			if (queue.length > 0 && this.#exhausted()) return;
		}
		this.#drainPending = false;
	};
}
