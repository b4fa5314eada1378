/**
 * The receiving half of a socket: gives out what the pattern has, and lets receives wait in order when there is nothing.
 *
 * Invariants
 * - While a receive waits, the pattern has nothing to read: a message that comes goes to the longest waiting receive.
 * - A message is taken from its pipe only for a receive that will get it; one that was aborted or timed out took none.
 * - Whoever receives says how he wants to have it (a Reading): that is asked in the turn in which the message is taken.
 * - At most IMMEDIATE_RESULTS_MAX results come without a turn of the event loop between (fairness.ts).
 *
 * **Shutdown**: `close()` rejects waiting receives with EBADF and ends loops.
 */
import { ZmqError } from "../errors.ts";
import { arenaUse, copiedOut, isIntact } from "../memory/arena-buffer.ts";
import type { Message } from "../message.ts";
import type { SocketOptions } from "../option/options.ts";
import type { Pattern } from "../pattern/pattern.ts";
import { mayBeImmediate, nextTurn } from "../wait/fairness.ts";
import { Readiness } from "../wait/readiness.ts";
import { checkWait, closedError, Waiters, type WaitOptions } from "../wait/waiters.ts";
import type { InPlaceFrames } from "./in-place.ts";

/** What a receiver gets: the frames of one message, at least one. */
export type Received = [Buffer, ...Buffer[]];

/** How a receiver wants to have its messages. */
export interface Reading<Result> {
	/** Makes of a message what the receiver gets, in the turn in which it is taken. */
	shape(message: Received): Result;
	/** True: a receiver gets the message itself, and {@link shape} need not be asked. */
	readonly asItIs?: boolean;
	/** What a receiver gets when the socket is closed; undefined: a rejection with EBADF. */
	readonly ended: Result | undefined;
	/** What is received in place (in-place.ts); undefined: what lies in the arena is copied out of it. */
	readonly inPlace?: InPlaceFrames | undefined;
}

function outOfTurn(): ZmqError {
	return new ZmqError("EFSM", "This socket must send before it may receive again: requests and replies alternate");
}

export class Inbox {
	readonly #pattern: Pattern;
	readonly #options: Readonly<SocketOptions>;
	readonly readiness: Readiness = new Readiness(() => this.readable);
	readonly #waiters: Waiters<Reading<unknown>, unknown>;
	readonly #onChanged: () => void;
	#closed = false;
	#pumping = false;

	/**
	 * @param options live: the default time limit is read at every wait.
	 * @param onChanged a message was written to after it had been sent; it is received all the same
	 */
	constructor(pattern: Pattern, options: Readonly<SocketOptions>, onChanged: () => void) {
		this.#onChanged = onChanged;
		this.#pattern = pattern;
		this.#options = options;
		this.#waiters = new Waiters({ what: "receive", onGivenUp: () => {} });
	}

	get readable(): boolean {
		return !this.#closed && this.#pattern.readable;
	}

	/** @throws ZmqError EBADF, EFSM */
	tryReceive<Result>(reading: Reading<Result>): Result | undefined {
		if (this.#closed) throw closedError();
		reading.inPlace?.end();
		const message = this.#take(reading);
		if (message !== undefined) return reading.shape(message);
		if (this.#pattern.outOfTurn) throw outOfTurn();
		return undefined;
	}

	receive<Result>(reading: Reading<Result>, options: WaitOptions | undefined): Promise<Result> {
		if (this.#closed && reading.ended !== undefined) return Promise.resolve(reading.ended);
		let timeoutMs: number;
		try {
			timeoutMs = this.#check(options);
		} catch (error) {
			return Promise.reject(error);
		}
		reading.inPlace?.end();
		const message = this.#take(reading);
		if (message !== undefined) {
			const result = reading.shape(message);
			return mayBeImmediate() ? Promise.resolve(result) : nextTurn().then(() => result);
		}
		if (this.#pattern.outOfTurn) return Promise.reject(outOfTurn());
		return this.#waiters.wait(reading, timeoutMs, options?.signal) as Promise<Result>;
	}

	receiveMany<Result>(reading: Reading<Result>, max: number, options: WaitOptions | undefined): Promise<Result[]> {
		if (!Number.isInteger(max) || max < 1)
			return Promise.reject(new ZmqError("EINVAL", `receiveMany takes the most messages to return, at least 1; got ${String(max)}`));
		let timeoutMs: number;
		try {
			timeoutMs = this.#check(options);
		} catch (error) {
			return Promise.reject(error);
		}
		reading.inPlace?.end();
		const results: Result[] = [];
		this.#fill(reading, results, max);
		if (results.length > 0) return mayBeImmediate(results.length) ? Promise.resolve(results) : nextTurn().then(() => results);
		if (this.#pattern.outOfTurn) return Promise.reject(outOfTurn());
		return this.#waiters.wait(reading, timeoutMs, options?.signal).then((first) => {
			// Who wrote the first one may have written more by now.
			results.push(first as Result);
			if (!this.#closed) this.#fill(reading, results, max);
			return results;
		});
	}

	/** The pattern has something to read now. */
	pump(): void {
		// Reading can let a peer write, which leads back here: the loop below goes on then by itself.
		if (this.#pumping) return;
		this.#pumping = true;
		try {
			while (this.#waiters.size > 0) {
				const message = this.#take(this.#waiters.first?.job);
				if (message === undefined) return;
				const waiter = this.#waiters.shift();
				const result = waiter?.job.shape(message);
				if (mayBeImmediate()) waiter?.resolve(result);
				else nextTurn().then(() => waiter?.resolve(result));
			}
		} finally {
			this.#pumping = false;
		}
		// Nobody waits for a message any more, and there may be some.
		this.readiness.look();
	}

	close(): void {
		this.#closed = true;
		this.readiness.close();
		this.#waiters.endAll((waiter) => {
			const { ended } = waiter.job;
			if (ended === undefined) waiter.reject(closedError());
			else waiter.resolve(ended);
		});
	}

	#take(reading: Reading<unknown> | undefined): Received | undefined {
		const message = this.#pattern.tryReceive();
		if (message === undefined) return undefined;
		if (arenaUse.live !== 0 && !isIntact(message)) this.#onChanged();
		return (reading?.inPlace === undefined ? copiedOut(message) : reading.inPlace.of(message)) as Received;
	}

	#check(options: WaitOptions | undefined): number {
		if (this.#closed) throw closedError();
		return options === undefined ? this.#options.receiveTimeout : checkWait("receive", options, this.#options.receiveTimeout);
	}

	#fill<Result>(reading: Reading<Result>, results: Result[], max: number): void {
		if (reading.asItIs === true && arenaUse.live === 0) {
			this.#pattern.receiveMany(results as Message[], max);
			return;
		}
		while (results.length < max) {
			const message = this.#take(reading);
			if (message === undefined) return;
			results.push(reading.shape(message));
		}
	}
}
