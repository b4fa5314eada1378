/**
 * The deadlines of one host: any number of waits on one timer of Node.
 *
 * Waits that end within the same few milliseconds (DEADLINE_STEP_MS) share a slot, a doubly linked list; setting and
 * clearing a deadline is a map look-up and a few pointer writes. The timer is unref'd: whoever waits holds the loop itself.
 *
 * Shutdown: `close()` clears the timer; nothing fires after it.
 */
import { DEADLINE_STEP_MS } from "../limits.ts";

/** One wait. Owned by whoever waits; in at most one slot at a time. */
export abstract class Deadline {
	/** @internal */
	slot: Slot | undefined;
	/** @internal */
	earlier: Deadline | undefined;
	/** @internal */
	later: Deadline | undefined;
	/** Called once, when the time is up; the deadline is no longer set then. */
	abstract onDeadline(): void;
}

interface Slot {
	readonly tick: number;
	first: Deadline | undefined;
}

export class Deadlines {
	readonly #slots = new Map<number, Slot>();
	#timer: NodeJS.Timeout | undefined;
	#timerTick = Number.POSITIVE_INFINITY;
	readonly #now: () => number;

	/** @param now a monotonic clock, ms */
	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	/** Calls `wait.onDeadline()` after `ms`, at most DEADLINE_STEP_MS late. */
	set(wait: Deadline, ms: number): void {
		const tick = Math.floor((this.#now() + ms) / DEADLINE_STEP_MS) + 1;
		let slot = this.#slots.get(tick);
		if (slot === undefined) {
			slot = { tick, first: undefined };
			this.#slots.set(tick, slot);
		}
		wait.slot = slot;
		wait.earlier = undefined;
		wait.later = slot.first;
		if (slot.first !== undefined) slot.first.earlier = wait;
		slot.first = wait;
		if (tick < this.#timerTick) this.#arm(tick);
	}

	/** Does nothing when the deadline is not set. */
	clear(wait: Deadline): void {
		const slot = wait.slot;
		if (slot === undefined) return;
		if (wait.earlier === undefined) slot.first = wait.later;
		else wait.earlier.later = wait.later;
		if (wait.later !== undefined) wait.later.earlier = wait.earlier;
		wait.slot = undefined;
		wait.earlier = undefined;
		wait.later = undefined;
		if (slot.first === undefined) this.#slots.delete(slot.tick);
	}

	close(): void {
		if (this.#timer !== undefined) clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#slots.clear();
	}

	#arm(tick: number): void {
		if (this.#timer !== undefined) clearTimeout(this.#timer);
		this.#timerTick = tick;
		const ms = Math.max(1, Math.ceil(tick * DEADLINE_STEP_MS - this.#now()));
		this.#timer = setTimeout(() => this.#fire(), Math.min(ms, 2 ** 31 - 1));
		this.#timer.unref();
	}

	#fire(): void {
		this.#timer = undefined;
		this.#timerTick = Number.POSITIVE_INFINITY;
		const nowTick = Math.floor(this.#now() / DEADLINE_STEP_MS);
		let earliest = Number.POSITIVE_INFINITY;
		const due: Slot[] = [];
		for (const slot of this.#slots.values()) {
			if (slot.tick <= nowTick) due.push(slot);
			else if (slot.tick < earliest) earliest = slot.tick;
		}
		if (earliest !== Number.POSITIVE_INFINITY) this.#arm(earliest);
		due.sort((a, b) => a.tick - b.tick);
		for (const slot of due) {
			while (slot.first !== undefined) {
				const wait = slot.first;
				this.clear(wait);
				wait.onDeadline();
			}
		}
	}
}
