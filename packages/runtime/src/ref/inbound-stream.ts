/**
 * The consuming end of a stream: an async iterator over items that arrive with credit.
 *
 * Opens at the first `next()`. At most STREAM_ITEMS items or STREAM_BYTES bytes are under way; credit goes back in lots of
 * half of that. It settles once: end, error, timeout of one wait, signal, or the end of the actor; items that arrived
 * before are delivered first. `return()` (a `break` in `for await`) tells the producer to stop.
 *
 * Holds the event loop only while somebody waits in `next()`.
 */

import { hold, release } from "@zloom/core/internal";
import { ActorError } from "../errors.ts";
import { Fifo } from "../fifo.ts";
import { STREAM_BYTES, STREAM_ITEMS } from "../limits.ts";
import type { InboundStreamPart } from "../parts.ts";
import { Deadline, type Deadlines } from "../turns/deadlines.ts";

/** What a stream needs from the request that opened it. */
export interface StreamSource {
	/** Items were taken: lets the producer go on. */
	returnCredit(items: number, bytes: number): void;
	/** Nobody wants more: tells the producer and settles the request. */
	breakOff(): void;
}

interface Waiter {
	readonly resolve: (result: IteratorResult<unknown>) => void;
	readonly reject: (error: unknown) => void;
}

export class InboundStream extends Deadline implements AsyncIterableIterator<unknown>, InboundStreamPart {
	readonly #open: (stream: InboundStream) => StreamSource;
	readonly #deadlines: Deadlines;
	readonly #timeoutMs: number;
	readonly #items = new Fifo<{ value: unknown; bytes: number }>();
	readonly #waiters = new Fifo<Waiter>();
	#source: StreamSource | undefined;
	#opened = false;
	#ended = false;
	#error: unknown;
	#failed = false;
	#queuedBytes = 0;
	#takenItems = 0;
	#takenBytes = 0;

	/**
	 * @param open sends the opening message; called once, at the first `next()`
	 * @param timeoutMs longest wait for one item; 0 = without end
	 */
	constructor(open: (stream: InboundStream) => StreamSource, deadlines: Deadlines, timeoutMs: number) {
		super();
		this.#open = open;
		this.#deadlines = deadlines;
		this.#timeoutMs = timeoutMs;
	}

	[Symbol.asyncIterator](): this {
		return this;
	}

	next(): Promise<IteratorResult<unknown>> {
		if (!this.#opened) this.#begin();
		const item = this.#items.shift();
		if (item !== undefined) {
			this.#queuedBytes -= item.bytes;
			this.#taken(item.bytes);
			return Promise.resolve({ done: false, value: item.value });
		}
		if (this.#failed) {
			// Told once; afterwards the iterator is simply at its end, as a generator that threw.
			this.#failed = false;
			return Promise.reject(this.#error);
		}
		if (this.#ended) return Promise.resolve({ done: true, value: undefined });
		return new Promise((resolve, reject) => {
			if (this.#waiters.length === 0) this.#startWaiting();
			this.#waiters.push({ resolve, reject });
		});
	}

	return(value?: unknown): Promise<IteratorResult<unknown>> {
		const wasOpen = this.#opened && !this.#ended;
		this.#opened = true;
		this.#items.clear();
		this.#failed = false;
		this.finish();
		if (wasOpen) this.#source?.breakOff();
		return Promise.resolve({ done: true, value });
	}

	/** An item arrived. False when there was no credit for it: the producer does not keep to the protocol. */
	push(value: unknown, bytes: number): boolean {
		if (this.#ended) return true;
		if (this.#items.length + this.#takenItems >= STREAM_ITEMS || this.#queuedBytes + this.#takenBytes >= STREAM_BYTES) return false;
		const waiter = this.#waiters.shift();
		if (waiter === undefined) {
			this.#queuedBytes += bytes;
			this.#items.push({ value, bytes });
			return true;
		}
		this.#stopWaiting();
		if (this.#waiters.length > 0) this.#startWaiting();
		this.#taken(bytes);
		waiter.resolve({ done: false, value });
		return true;
	}

	/** The stream is at its end: with an error when `failure` is given. */
	finish(failure?: { error: unknown }): void {
		if (this.#ended) return;
		this.#ended = true;
		if (this.#waiters.length > 0) this.#stopWaiting();
		if (failure !== undefined) {
			this.#error = failure.error;
			const first = this.#waiters.shift();
			if (first === undefined) this.#failed = true;
			else first.reject(failure.error);
		}
		for (let waiter = this.#waiters.shift(); waiter !== undefined; waiter = this.#waiters.shift())
			waiter.resolve({ done: true, value: undefined });
	}

	/** Nobody is to read it any more: with an error who still does is told, without one it is simply at its end. */
	breakOff(failure?: unknown): void {
		if (failure === undefined) {
			void this.return();
			return;
		}
		const wasOpen = this.#opened && !this.#ended;
		this.#opened = true;
		this.finish({ error: failure });
		if (wasOpen) this.#source?.breakOff();
	}

	onDeadline(): void {
		this.finish({ error: new ActorError("ERR_TIMEOUT", `No item of the stream came within ${this.#timeoutMs} ms`) });
		this.#source?.breakOff();
	}

	#begin(): void {
		this.#opened = true;
		this.#source = this.#open(this);
	}

	#taken(bytes: number): void {
		this.#takenItems += 1;
		this.#takenBytes += bytes;
		if (this.#ended || this.#source === undefined || (this.#takenItems * 2 < STREAM_ITEMS && this.#takenBytes * 2 < STREAM_BYTES)) return;
		this.#source.returnCredit(this.#takenItems, this.#takenBytes);
		this.#takenItems = 0;
		this.#takenBytes = 0;
	}

	#startWaiting(): void {
		hold();
		if (this.#timeoutMs > 0) this.#deadlines.set(this, this.#timeoutMs);
	}

	#stopWaiting(): void {
		release();
		this.#deadlines.clear(this);
	}
}
