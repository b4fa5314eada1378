/**
 * A first-in first-out queue of messages with a high-water mark, as one direction of a pipe.
 *
 * A limit of 0 means no limit, as in ZeroMQ. Once a write was refused, the queue stays full until the reader has taken
 * it down to the low-water mark (half of the limit): credit comes back in lots, not message by message (facts of
 * libzmq's pipe; it halves the number of wake-ups). Plain memory of one thread; a circular array that grows by doubling.
 */
import { arenaUse, dropQueued } from "../memory/arena-buffer.ts";
import type { Message } from "../message.ts";

export class MessageQueue {
	#slots: (Message | undefined)[] = new Array(16);
	#head = 0;
	#length = 0;
	#limit: number;
	/** True from the first refused write until the low-water mark is reached. */
	#refusing = false;
	/** True: only the newest message is kept, and nothing is ever refused. */
	#conflating = false;
	/** True: the limit is somebody else's matter for good. */
	#fixed = false;
	/** Length that a watch waits for; -1 = none. */
	#watchAt = -1;

	/** @param limit most messages held; 0 = no limit. */
	constructor(limit: number) {
		this.#limit = limit;
	}

	get length(): number {
		return this.#length;
	}

	get limit(): number {
		return this.#limit;
	}

	/** Changes the high-water mark; what is queued above a lowered mark stays. True when a writer that was refused may go on. */
	setLimit(limit: number): boolean {
		if (this.#fixed) return false;
		this.#limit = limit;
		if (!this.#refusing || (limit !== 0 && this.#length >= limit)) return false;
		this.#refusing = false;
		return true;
	}

	/** The limit stays as it is. */
	fix(): void {
		this.#fixed = true;
	}

	get conflating(): boolean {
		return this.#conflating;
	}

	/** Keeps only the newest message from now on. */
	conflate(): void {
		this.#conflating = true;
		this.#refusing = false;
		while (this.#length > 1) dropQueued(this.shift() as Message);
	}

	get full(): boolean {
		if (this.#conflating) return false;
		return this.#refusing || (this.#limit !== 0 && this.#length >= this.#limit);
	}

	/** Appends the message, or returns false when full: then it stays with the caller. */
	push(message: Message): boolean {
		if (this.full) {
			this.#refusing = true;
			return false;
		}
		this.force(message);
		return true;
	}

	/** Appends messages from `start` to `end` as far as there is room; returns how many. */
	pushMany(messages: readonly Message[], start: number, end: number): number {
		let at = start;
		if (this.#limit === 0 && !this.#conflating) {
			while (at < end) this.force(messages[at++] as Message);
			return end - start;
		}
		while (at < end && this.push(messages[at] as Message)) at += 1;
		return at - start;
	}

	/** The oldest message, which stays; undefined when empty. */
	get first(): Message | undefined {
		return this.#slots[this.#head];
	}

	/** Takes the oldest messages, `max` at most, and appends them to `into`. */
	shiftMany(into: Message[], max: number): void {
		for (let left = Math.min(max, this.#length); left > 0; left--) into.push(this.shift() as Message);
	}

	/** Appends the message whatever the limit says. */
	force(message: Message): void {
		if (this.#conflating && this.#length > 0) {
			dropQueued(this.#slots[this.#head] as Message);
			this.#slots[this.#head] = message;
			return;
		}
		if (this.#length === this.#slots.length) this.#grow();
		this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = message;
		this.#length += 1;
	}

	/** Takes the oldest message, or undefined when empty. */
	shift(): Message | undefined {
		if (this.#length === 0) return undefined;
		const message = this.#slots[this.#head];
		this.#slots[this.#head] = undefined;
		this.#head = (this.#head + 1) & (this.#slots.length - 1);
		this.#length -= 1;
		return message;
	}

	/** Whoever writes was told that it is full, though it refused nothing: {@link takeRelief} is to tell when there is room. */
	wantRoom(): void {
		if (this.full) this.#refusing = true;
	}

	/** {@link takeRelief} answers true once when the queue has been read down to `length`. */
	watch(length: number): void {
		this.#watchAt = length;
	}

	/** After a shift: true exactly once per refusal, when the low-water mark is reached and the writer may go on; also once per watch. */
	takeRelief(): boolean {
		if (this.#watchAt >= 0 && this.#length <= this.#watchAt) {
			this.#watchAt = -1;
			if (this.#length <= this.#limit >> 1) this.#refusing = false;
			return true;
		}
		if (!this.#refusing || this.#length > this.#limit >> 1) return false;
		this.#refusing = false;
		return true;
	}

	/** Drops everything; returns how many messages that were. */
	clear(): number {
		const dropped = this.#length;
		if (arenaUse.live !== 0) for (let i = 0; i < dropped; i++) dropQueued(this.shift() as Message);
		this.#slots = new Array(16);
		this.#head = 0;
		this.#length = 0;
		return dropped;
	}

	#grow(): void {
		const old = this.#slots;
		const slots: (Message | undefined)[] = new Array(old.length * 2);
		for (let i = 0; i < this.#length; i++) slots[i] = old[(this.#head + i) & (old.length - 1)];
		this.#slots = slots;
		this.#head = 0;
	}
}
