/**
 * The receiving half of a socket: gives out what the pattern has, and lets receives wait in order when there is nothing.
 *
 * Invariants
 * - While a receive waits, the pattern has nothing to read: a message that comes goes to the longest waiting receive.
 * - A message is taken from its pipe only for a receive that will get it; one that was aborted or timed out took none.
 * - At most IMMEDIATE_RESULTS_MAX results come without a turn of the event loop between (fairness.ts).
 *
 * **Shutdown**: `close()` rejects waiting receives with EBADF and ends iterators.
 */

import { ZmqError } from "./errors.ts";
import { mayBeImmediate, nextTurn } from "./fairness.ts";
import type { SocketOptions } from "./options.ts";
import type { Pattern } from "./pattern/pattern.ts";
import { Readiness } from "./readiness.ts";
import { checkWait, closedError, Waiters, type WaitOptions } from "./waiters.ts";

/** What a receiver gets: the frames of one message, at least one. */
export type Received = [Buffer, ...Buffer[]];

type Step = IteratorResult<Received, undefined>;

const ENDED: Step = { value: undefined, done: true };

function outOfTurn(): ZmqError {
	return new ZmqError("EFSM", "This socket must send before it may receive again: requests and replies alternate");
}

export class Inbox {
	readonly #pattern: Pattern;
	readonly #options: Readonly<SocketOptions>;
	readonly readiness: Readiness = new Readiness(() => this.readable);
	/** The job says whether the result is an iterator's step. */
	readonly #waiters: Waiters<boolean, Received | Step>;
	#closed = false;
	#pumping = false;

	/** @param options live: the default time limit is read at every wait. */
	constructor(pattern: Pattern, options: Readonly<SocketOptions>) {
		this.#pattern = pattern;
		this.#options = options;
		this.#waiters = new Waiters({ what: "receive", onGivenUp: () => {} });
	}

	get readable(): boolean {
		return !this.#closed && this.#pattern.readable;
	}

	/** @throws ZmqError EBADF, EFSM */
	tryReceive(): Received | undefined {
		if (this.#closed) throw closedError();
		const message = this.#pattern.tryReceive() as Received | undefined;
		if (message === undefined && this.#pattern.outOfTurn) throw outOfTurn();
		return message;
	}

	receive(options: WaitOptions | undefined): Promise<Received> {
		let timeoutMs: number;
		try {
			timeoutMs = this.#check(options);
		} catch (error) {
			return Promise.reject(error);
		}
		const message = this.#pattern.tryReceive() as Received | undefined;
		if (message !== undefined) return mayBeImmediate() ? Promise.resolve(message) : nextTurn().then(() => message);
		if (this.#pattern.outOfTurn) return Promise.reject(outOfTurn());
		return this.#waiters.wait(false, timeoutMs, options?.signal) as Promise<Received>;
	}

	receiveMany(max: number, options: WaitOptions | undefined): Promise<Received[]> {
		if (!Number.isInteger(max) || max < 1)
			return Promise.reject(new ZmqError("EINVAL", `receiveMany takes the most messages to return, at least 1; got ${String(max)}`));
		let timeoutMs: number;
		try {
			timeoutMs = this.#check(options);
		} catch (error) {
			return Promise.reject(error);
		}
		const messages: Received[] = [];
		this.#fill(messages, max);
		if (messages.length > 0) return mayBeImmediate(messages.length) ? Promise.resolve(messages) : nextTurn().then(() => messages);
		if (this.#pattern.outOfTurn) return Promise.reject(outOfTurn());
		return this.#waiters.wait(false, timeoutMs, options?.signal).then((first) => {
			// Who wrote the first one may have written more by now.
			messages.push(first as Received);
			if (!this.#closed) this.#fill(messages, max);
			return messages;
		});
	}

	/** Steps of an iterator: as receive(), but a closed socket ends it. */
	next(): Promise<Step> {
		if (this.#closed) return Promise.resolve(ENDED);
		const message = this.#pattern.tryReceive() as Received | undefined;
		if (message === undefined) {
			if (this.#pattern.outOfTurn) return Promise.reject(outOfTurn());
			return this.#waiters.wait(true, this.#options.receiveTimeout, undefined) as Promise<Step>;
		}
		const step: Step = { value: message, done: false };
		return mayBeImmediate() ? Promise.resolve(step) : nextTurn().then(() => step);
	}

	/** The pattern has something to read now. */
	pump(): void {
		// Reading can let a peer write, which leads back here: the loop below goes on then by itself.
		if (this.#pumping) return;
		if (this.#waiters.size === 0) {
			this.readiness.look();
			return;
		}
		this.#pumping = true;
		try {
			while (this.#waiters.size > 0) {
				const message = this.#pattern.tryReceive() as Received | undefined;
				if (message === undefined) return;
				const waiter = this.#waiters.shift();
				const result: Received | Step = waiter?.job === true ? { value: message, done: false } : message;
				if (mayBeImmediate()) waiter?.resolve(result);
				else nextTurn().then(() => waiter?.resolve(result));
			}
		} finally {
			this.#pumping = false;
		}
	}

	close(): void {
		this.#closed = true;
		this.readiness.close();
		this.#waiters.endAll((waiter) => {
			if (waiter.job) waiter.resolve(ENDED);
			else waiter.reject(closedError());
		});
	}

	#check(options: WaitOptions | undefined): number {
		if (this.#closed) throw closedError();
		return options === undefined ? this.#options.receiveTimeout : checkWait("receive", options, this.#options.receiveTimeout);
	}

	#fill(messages: Received[], max: number): void {
		while (messages.length < max) {
			const message = this.#pattern.tryReceive() as Received | undefined;
			if (message === undefined) return;
			messages.push(message);
		}
	}
}
