/**
 * The messages that no actor of one thread took: how many, and the last of them. Plain memory of that thread, bounded.
 */
import { channel } from "node:diagnostics_channel";
import { DEAD_LETTERS_MAX } from "../limits.ts";

const deadLetters = channel("zloom:dead-letter");

/** A message that no actor took: refused, or left over when its actor ended. */
export interface DeadLetter {
	/** Whom it was for; where only the place of an actor is known that has ended, that: `inproc://~thread.number`. */
	readonly address: string;
	/** The handler that was meant. */
	readonly method: string;
	/** The thread that gave it up; 0 is the main thread. */
	readonly thread: number;
	/** When, in ms since the epoch. */
	readonly at: number;
	/** There when it was dropped because the mailbox was full (`overflow` of the actor). */
	readonly overflow?: true;
}

export class DeadLetters {
	/** All, from the start of the system on. */
	count = 0;
	/** Those that were dropped because a mailbox was full. */
	dropped = 0;
	readonly #thread: number;
	readonly #ring: DeadLetter[] = [];

	constructor(thread: number) {
		this.#thread = thread;
	}

	/** Notes one, and publishes it in the channel `zloom:dead-letter` of this thread. */
	add(address: string, method: string, overflow = false): void {
		const letter: DeadLetter = { address, method, thread: this.#thread, at: Date.now(), ...(overflow && { overflow }) };
		if (overflow) this.dropped += 1;
		this.#ring[this.count % DEAD_LETTERS_MAX] = letter;
		this.count += 1;
		if (deadLetters.hasSubscribers) deadLetters.publish(letter);
	}

	/** The last ones, the oldest first. */
	recent(): DeadLetter[] {
		const next = this.count % DEAD_LETTERS_MAX;
		return [...this.#ring.slice(next), ...this.#ring.slice(0, next)];
	}
}
