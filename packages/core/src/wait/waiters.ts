/**
 * The sends or the receives of one socket that have to wait: first in, first out, bounded, each with its own time limit
 * and AbortSignal.
 *
 * A doubly linked list, so that giving up in the middle is O(1). While anybody waits, the event loop is held
 * (keep-alive.ts): one hold for the whole list.
 *
 * **Shutdown**: `endAll()` settles everybody as the caller says and lets go of timers, signals and the hold.
 */
import { ZmqError } from "../errors.ts";
import { TIMER_MS_MAX, WAITERS_MAX } from "../limits.ts";
import { hold, release } from "./keep-alive.ts";

/** How long one operation may wait. */
export interface WaitOptions {
	/** Aborting rejects the wait with ABORT_ERR, whose cause is the signal's reason. */
	signal?: AbortSignal;
	/** Longest wait, ms; -1 = for ever, 0 = not at all. Default: the socket's sendTimeout or receiveTimeout. */
	timeoutMs?: number;
}

/** One wait. `job` is what is waited for. */
export class Waiter<Job, Result> {
	readonly job: Job;
	readonly resolve: (result: Result) => void;
	readonly reject: (error: Error) => void;
	next: Waiter<Job, Result> | undefined = undefined;
	previous: Waiter<Job, Result> | undefined = undefined;
	timer: NodeJS.Timeout | undefined = undefined;
	signal: AbortSignal | undefined = undefined;
	onAbort: (() => void) | undefined = undefined;

	constructor(job: Job, resolve: (result: Result) => void, reject: (error: Error) => void) {
		this.job = job;
		this.resolve = resolve;
		this.reject = reject;
	}
}

/** What the wait is called in errors, and who is told when one was given up. */
export interface WaitersOptions {
	readonly what: "send" | "receive";
	/** Somebody gave up: whoever is behind may be able to go on. */
	onGivenUp(): void;
}

/** The error of a wait that its signal ended. */
export function abortError(what: string, signal: AbortSignal): ZmqError {
	return new ZmqError("ABORT_ERR", `The ${what} was aborted`, { cause: signal.reason });
}

export function closedError(): ZmqError {
	return new ZmqError("EBADF", "Socket is closed");
}

/** The time limit of one operation. @throws ZmqError EINVAL, or ABORT_ERR when the signal has fired already */
export function checkWait(what: string, options: WaitOptions, timeoutMsDefault: number): number {
	if (typeof options !== "object" || options === null)
		throw new ZmqError("EINVAL", `The options of a ${what} must be an object; several frames of one message are passed as one array`);
	const { signal, timeoutMs = timeoutMsDefault } = options;
	if (signal !== undefined) {
		// By its shape: signals of other realms and of polyfills are welcome.
		if (typeof signal?.aborted !== "boolean" || typeof signal.addEventListener !== "function")
			throw new ZmqError("EINVAL", `signal must be an AbortSignal, got ${typeof signal}`);
		if (signal.aborted) throw abortError(what, signal);
	}
	if (Number.isInteger(timeoutMs) && timeoutMs >= -1 && timeoutMs <= TIMER_MS_MAX) return timeoutMs;
	throw new ZmqError("EINVAL", `timeoutMs must be a whole number of milliseconds, or -1 to wait for ever, got ${String(timeoutMs)}`);
}

export class Waiters<Job, Result> {
	readonly #options: WaitersOptions;
	#first: Waiter<Job, Result> | undefined;
	#last: Waiter<Job, Result> | undefined;
	#size = 0;

	constructor(options: WaitersOptions) {
		this.#options = options;
	}

	get size(): number {
		return this.#size;
	}

	/** Who has waited longest. */
	get first(): Waiter<Job, Result> | undefined {
		return this.#first;
	}

	/** Joins the end. Rejects at once with EAGAIN when no wait is allowed, and with ENOBUFS when too many wait. */
	wait(job: Job, timeoutMs: number, signal: AbortSignal | undefined): Promise<Result> {
		const { what } = this.#options;
		if (timeoutMs === 0) return Promise.reject(new ZmqError("EAGAIN", `The ${what} would have to wait, and its time limit is 0`));
		if (this.#size >= WAITERS_MAX)
			return Promise.reject(new ZmqError("ENOBUFS", `${WAITERS_MAX} ${what}s wait on this socket already; await some of them first`));
		return new Promise<Result>((resolve, reject) => {
			const waiter = new Waiter<Job, Result>(job, resolve, reject);
			this.#append(waiter);
			if (timeoutMs > 0) {
				waiter.timer = setTimeout(() => {
					this.#giveUp(waiter, new ZmqError("EAGAIN", `The ${what} was not possible within ${timeoutMs} ms`));
				}, timeoutMs);
				waiter.timer.unref();
			}
			if (signal !== undefined) {
				waiter.signal = signal;
				waiter.onAbort = () => this.#giveUp(waiter, abortError(what, signal));
				signal.addEventListener("abort", waiter.onAbort, { once: true });
			}
		});
	}

	/** Takes the longest waiting one out of the list; the caller settles it. */
	shift(): Waiter<Job, Result> | undefined {
		const first = this.#first;
		if (first !== undefined) this.#remove(first);
		return first;
	}

	/** Takes everybody out, longest waiting first. */
	endAll(settle: (waiter: Waiter<Job, Result>) => void): void {
		for (let waiter = this.shift(); waiter !== undefined; waiter = this.shift()) settle(waiter);
	}

	#giveUp(waiter: Waiter<Job, Result>, error: Error): void {
		this.#remove(waiter);
		waiter.reject(error);
		this.#options.onGivenUp();
	}

	#append(waiter: Waiter<Job, Result>): void {
		const last = this.#last;
		if (last === undefined) {
			this.#first = waiter;
			hold();
		} else {
			last.next = waiter;
			waiter.previous = last;
		}
		this.#last = waiter;
		this.#size += 1;
	}

	#remove(waiter: Waiter<Job, Result>): void {
		const { next, previous } = waiter;
		if (previous === undefined) this.#first = next;
		else previous.next = next;
		if (next === undefined) this.#last = previous;
		else next.previous = previous;
		waiter.next = undefined;
		waiter.previous = undefined;
		this.#size -= 1;
		if (this.#size === 0) release();
		if (waiter.timer !== undefined) clearTimeout(waiter.timer);
		if (waiter.signal !== undefined && waiter.onAbort !== undefined) waiter.signal.removeEventListener("abort", waiter.onAbort);
	}
}
