/**
 * How a sleeping thread is woken, and how little it costs when it is awake.
 *
 * A thread that is about to sleep arms its waiter, raises its PARKED flag, and looks once more for work. A sender publishes
 * first and looks at the flag then; the one that takes it from 1 to 0 rings. Since both sides write before they read, at least
 * one of them sees the other: no wake-up is lost. One ring per sleep; an awake thread costs its senders one load.
 *
 * Waiting is `Atomics.waitAsync` on a sequence word that only rings change. There is one waiter per bell, and it stays armed
 * over turns in which nobody rang: arming costs a lock in V8. It does not keep the event loop alive; keep-alive.ts does.
 *
 * **Shutdown**: nothing to do. A waiter of a dead thread is dropped with its isolate; rings wake every waiter of the word.
 */
import { add, compareExchange, load, notify, store, type Words, waitForNotify } from "./atomics.ts";

export interface BellPlace {
	readonly words: Words;
	/** Index of the PARKED flag. */
	readonly parked: number;
	/** Index of the sequence word. */
	readonly sequence: number;
}

/** The calling thread's own bell in one root. */
export class Doorbell {
	readonly #place: BellPlace;
	readonly #onRing: () => void;
	#armed = false;

	/** @param onRing called in a turn of its own; there may be nothing to do. */
	constructor(place: BellPlace, onRing: () => void) {
		this.#place = place;
		this.#onRing = onRing;
	}

	/** From now on a sender rings. The caller must look for work once more after this. */
	park(): void {
		while (!this.#armed) this.#arm();
		store(this.#place.words, this.#place.parked, 1);
	}

	/** Awake again, whether or not somebody rang. */
	unpark(): void {
		store(this.#place.words, this.#place.parked, 0);
	}

	#arm(): void {
		const { words, sequence } = this.#place;
		const rung = waitForNotify(words, sequence, load(words, sequence));
		// A late ring of an earlier sleep came in between: try again with the new value.
		if (rung === undefined) return;
		this.#armed = true;
		void rung.then(() => {
			this.#armed = false;
			this.#onRing();
		});
	}
}

/** Wakes the thread of the bell if it sleeps. Call it after what it shall see was published. */
export function ring(place: BellPlace): boolean {
	const { words, parked, sequence } = place;
	if (load(words, parked) !== 1 || !compareExchange(words, parked, 1, 0)) return false;
	add(words, sequence, 1);
	notify(words, sequence);
	return true;
}
