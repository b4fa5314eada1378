/**
 * When a thread reads its lanes, writes them out, and sleeps.
 *
 * Work is done in a turn: by setImmediate, or called by the doorbell. What follows a turn is the policy's choice (wait-policy.ts):
 * - **spin**: those who got messages run first (microtasks; then a tick, which Node runs when none is left), then this thread looks
 *   over and over, and does the work it finds on the spot. So a question and its answer take no turn of the event loop;
 * - **look**: once more in the next turn of the event loop, so timers and I/O come in between;
 * - **sleep**: the doorbell's flag goes up, and then, once more, a look: what came before the flag was seen is found here.
 *
 * Invariant: who does not sleep has a turn or a tick before it. What is written to a lane becomes visible when the running piece of
 * code has ended, spinning or not.
 *
 * **Shutdown**: nothing here keeps the event loop alive, nor is anything left behind.
 */
import { IoWatch } from "./io-watch.ts";
import type { Lane } from "./lane.ts";
import { WaitPolicy } from "./wait-policy.ts";

/** What a turn does. */
export interface TurnWork {
	/** Reads all lanes for a bounded time from `nowMs` on; true when there was anything to do. */
	work(nowMs: number): boolean;
	/** True when there may be something to do; asked over and over. */
	stirs(): boolean;
	/** True when {@link work} would find something; asked with the flag up. */
	hasWork(): boolean;
	/** From now on others ring. */
	park(): void;
	/** No longer. */
	unpark(): void;
	/** More threads are awake than can run at once. */
	crowded(): boolean;
}

const now = performance.now.bind(performance);
const RESOLVED = Promise.resolve();
/** Looks between two looks at the clock, which costs as much as some of them. */
const LOOKS_PER_CLOCK = 16;

export class Turns {
	readonly #does: TurnWork;
	readonly #io = new IoWatch();
	readonly #policy: WaitPolicy;
	#asleep = false;
	/** A turn is before this thread. */
	#scheduled = false;
	/** A tick is before this thread: it spins. */
	#spinning = false;
	/** Lanes that were written to. */
	#dirty: Lane[] = [];

	constructor(does: TurnWork) {
		this.#does = does;
		this.#policy = new WaitPolicy({ hadIo: () => this.#io.changed(), crowded: () => does.crowded() });
	}

	/** A turn is wanted, now or as soon as may be. */
	soon(): void {
		if (this.#asleep) this.#wake();
		if (this.#scheduled || this.#spinning) return;
		this.#scheduled = true;
		setImmediate(this.#turn);
	}

	/** The lane is to be flushed when the running piece of code ends. */
	flushSoon(lane: Lane): void {
		// A spin begins with it.
		if (this.#dirty.push(lane) === 1 && !this.#spinning) process.nextTick(this.#written);
	}

	readonly onRing = (): void => {
		this.#io.rang();
		if (!this.#asleep) return;
		this.#wake();
		this.#turn();
	};

	readonly #turn = (): void => {
		this.#scheduled = false;
		const time = now();
		this.#policy.turned(time);
		this.#work(time);
	};

	#work(time: number): void {
		let worked = true;
		try {
			worked = this.#does.work(time);
		} finally {
			// Also when somebody's handler threw: the other lanes must go on.
			this.#next(worked, time);
		}
	}

	/** @param time of the look, not of the end of the work: a look at the clock costs as much as handing out a message */
	#next(worked: boolean, time: number): void {
		const step = worked ? this.#policy.worked(time) : this.#policy.idle(time);
		if (step === "spin") {
			this.#spinning = true;
			if (worked) void RESOLVED.then(this.#afterOthers);
			else this.#spin();
		} else if (step === "look" || (worked && this.#does.hasWork())) {
			// More has come, or the time was up: a flag raised now would only make a sender ring in vain.
			this.soon();
		} else this.#sleep();
	}

	readonly #afterOthers = (): void => {
		process.nextTick(this.#spin);
	};

	readonly #spin = (): void => {
		this.#flush();
		const { stirs } = this.#does;
		let time = now();
		this.#policy.starts(time);
		do {
			for (let looks = 0; looks < LOOKS_PER_CLOCK; looks++) {
				if (!stirs()) continue;
				this.#spinning = false;
				this.#work(now());
				return;
			}
			time = now();
		} while (time < this.#policy.spinUntil);
		this.#spinning = false;
		this.#next(false, time);
	};

	#sleep(): void {
		this.#does.park();
		this.#asleep = true;
		if (this.#does.hasWork()) this.soon();
	}

	#wake(): void {
		this.#asleep = false;
		this.#does.unpark();
	}

	readonly #written = (): void => {
		this.#flush();
		if (this.#asleep && this.#policy.sent(now()) === "look") this.soon();
	};

	#flush(): void {
		const dirty = this.#dirty;
		if (dirty.length === 0) return;
		this.#dirty = [];
		for (const lane of dirty) lane.flush();
	}
}
