/**
 * `socket.events`: who hears what a socket reports, in one of two ways, as in zeromq.js.
 *
 * - Listeners by type, once `on` was called. They are called in a microtask of their own, never in the stack of a transport: a
 *   listener may close the socket, and one that throws reaches the process as an uncaught exception without harming the
 *   connection.
 * - Until then events are kept, OBSERVER_EVENTS_MAX at most, the newest are lost beyond; `receive` and loops take them in order.
 *
 * **Shutdown**: after "end", which is the last event of a socket, or after `close()`, waiting receives reject with EBADF and
 * loops end.
 */
import { ZmqError } from "./errors.ts";
import { OBSERVER_EVENTS_MAX } from "./limits.ts";
import type { SocketEvent, SocketEventOf, SocketEventType } from "./monitor.ts";
import { checkWait, Waiters, type WaitOptions } from "./wait/waiters.ts";

type Listener = (event: never) => void;
type Step = IteratorResult<SocketEvent, undefined>;

const ENDED: Step = { value: undefined, done: true };

function closedError(): ZmqError {
	return new ZmqError("EBADF", "The observer is closed: its socket has ended, or close() was called");
}

/** `socket.events`: tells of one socket, by listeners (`on`, `off`), by `receive()`, or in a loop; never by both ways. */
export class Observer implements AsyncIterable<SocketEvent> {
	readonly #listeners = new Map<SocketEventType, Set<Listener>>();
	/** The job says whether the result is an iterator's step. */
	readonly #waiters: Waiters<boolean, SocketEvent | Step> = new Waiters({ what: "receive", onGivenUp: () => {} });
	#kept: SocketEvent[] = [];
	/** True once `on` was called. */
	#emits = false;
	#closed = false;

	/** True when nothing more will be reported here. Events that are kept can still be received. */
	get closed(): boolean {
		return this.#closed;
	}

	/** Calls `listener` for every event of this type from now on; adding it twice does nothing. From then on no event is kept. */
	on<Type extends SocketEventType>(type: Type, listener: (event: SocketEventOf<Type>) => void): void {
		this.#emits = true;
		this.#kept = [];
		const listeners = this.#listeners.get(type);
		if (listeners === undefined) this.#listeners.set(type, new Set([listener]));
		else listeners.add(listener);
	}

	/** Takes {@link on} back; a listener that was not added is ignored. */
	off<Type extends SocketEventType>(type: Type, listener: (event: SocketEventOf<Type>) => void): void {
		const listeners = this.#listeners.get(type);
		if (listeners?.delete(listener) === true && listeners.size === 0) this.#listeners.delete(type);
	}

	/** The next event. Rejects with EFSM after `on`, EBADF when closed, EAGAIN, ABORT_ERR. Concurrent receives queue up. */
	receive(options: WaitOptions = {}): Promise<SocketEvent> {
		try {
			const timeoutMs = checkWait("receive", options, -1);
			this.#assertReceives();
			const event = this.#kept.shift();
			if (event !== undefined) return Promise.resolve(event);
			if (this.#closed) throw closedError();
			return this.#waiters.wait(false, timeoutMs, options.signal) as Promise<SocketEvent>;
		} catch (error) {
			return Promise.reject(error);
		}
	}

	/** Events as they come, up to and with "end". Leaving the loop closes nothing. */
	[Symbol.asyncIterator](): AsyncIterator<SocketEvent, undefined> {
		return { next: () => this.#next(), return: async () => ENDED };
	}

	/** Reports nothing more; the socket goes on. */
	close(): void {
		this.#closed = true;
		this.#listeners.clear();
		this.#waiters.endAll((waiter) => {
			if (waiter.job) waiter.resolve(ENDED);
			else waiter.reject(closedError());
		});
	}

	/** @internal Only the socket and its transports report. */
	emit(event: SocketEvent): void {
		if (this.#closed) return;
		this.#call(event);
		if (!this.#emits) this.#keep(event);
		if (event.type === "end") queueMicrotask(() => this.close());
	}

	async #next(): Promise<Step> {
		this.#assertReceives();
		const event = this.#kept.shift();
		if (event !== undefined) return { value: event, done: false };
		if (this.#closed) return ENDED;
		return this.#waiters.wait(true, -1, undefined) as Promise<Step>;
	}

	#assertReceives(): void {
		if (this.#emits) throw new ZmqError("EFSM", "The observer calls listeners: after a call of on() its events can no longer be received");
	}

	#call(event: SocketEvent): void {
		const listeners = this.#listeners.get(event.type);
		if (listeners === undefined) return;
		for (const listener of listeners) {
			queueMicrotask(() => {
				if (listeners.has(listener)) (listener as (event: SocketEvent) => void)(event);
			});
		}
	}

	#keep(event: SocketEvent): void {
		const waiter = this.#waiters.shift();
		if (waiter !== undefined) waiter.resolve(waiter.job ? { value: event, done: false } : event);
		else if (this.#kept.length < OBSERVER_EVENTS_MAX || event.type === "end") this.#kept.push(event);
	}
}
