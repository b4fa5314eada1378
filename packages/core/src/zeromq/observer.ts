/**
 * `socket.events` of zeromq.js over the observer of core: events with zeromq.js's fields and errors, one receive at a time, or
 * listeners.
 *
 * The first `on` makes an EventEmitter that takes all events from then on; `receive` throws then. Both keep the event loop alive
 * while events may come, as in zeromq.js.
 *
 * **Shutdown**: after the event "end", or `close()`, the observer is closed: loops end, a waiting receive rejects with ENOTSOCK.
 */
import { EventEmitter } from "node:events";
import { ZmqError } from "../errors.ts";
import type { Observer as CoreObserver } from "../observer.ts";
import { checkCount, invalidArgument } from "./arguments.ts";
import { errnoError } from "./errno-error.ts";
import { type Event, type EventOfType, type EventType, zeromqEvents } from "./events.ts";
import { constructed, defineIterator, defineVisible, fronted, sealMethods } from "./option-access.ts";
import { stateOf } from "./socket-state.ts";
import { stepper } from "./stepper.ts";

const EMITTER_MODE_TEXT =
	"Observer is in event emitter mode. After a call to events.on() it is not possible to read events with events.receive().";

function refuseReceive(): never {
	throw new Error(EMITTER_MODE_TEXT);
}

/** Listeners by the type of an event. */
export interface EventSubscriber {
	on<E extends EventType>(type: E, listener: (data: EventOfType<E>) => void): EventSubscriber;
	off<E extends EventType>(type: E, listener: (data: EventOfType<E>) => void): EventSubscriber;
}

class DoorObserver {
	readonly #core: CoreObserver;
	/** Events of one event of core that were not asked for yet. */
	readonly #kept: Event[] = [];
	#closed = false;
	#receiving = false;

	/** @throws TypeError, Error no socket of this package, or a closed one */
	constructor(socket: object, ...rest: never[]) {
		if (typeof socket !== "object" || socket === null) throw new TypeError("Socket must be a socket object");
		checkCount([socket, ...rest], 1);
		const state = stateOf(socket);
		if (state === undefined) throw invalidArgument();
		if (state.closed) throw errnoError("ENOTSOCK");
		this.#core = state.core.events;
	}

	/** True when no more events come: its socket has ended, or it was closed. */
	get closed(): boolean {
		return this.#closed;
	}

	/** Takes no more events; the socket goes on. */
	close(...given: never[]): void {
		checkCount(given, 0);
		this.#closed = true;
		this.#core.close();
	}

	/** The next event. Throws EBUSY while another receive waits, EBADF when closed, Error after a call of `on`. */
	receive(...given: never[]): Promise<Event> {
		checkCount(given, 0);
		if (this.#closed) throw errnoError("EBADF");
		if (this.#receiving)
			throw errnoError("EBUSY", { text: "Observer is busy reading; only one receive operation may be in progress at any time" });
		this.#receiving = true;
		return this.#next().finally(() => {
			this.#receiving = false;
		});
	}

	async #next(): Promise<Event> {
		for (let event = this.#kept.shift(); ; event = this.#kept.shift()) {
			if (event === undefined) this.#kept.push(...zeromqEvents(await this.#core.receive().catch(endOfEvents)));
			else {
				if (event.type === "end") this.#closed = true;
				return event;
			}
		}
	}

	/** Made at its first use; from then on events go there. */
	protected get emitter(): EventEmitter {
		const emitter = new EventEmitter();
		const receive = this.#next.bind(this);
		// As in zeromq.js these belong to the object then, and shadow the methods.
		Object.defineProperty(this, "receive", { value: refuseReceive, writable: false });
		Object.defineProperty(this, "emitter", { value: emitter, writable: false });
		if (!this.#closed) void this.#emitAll(emitter, receive);
		return emitter;
	}

	/** A listener that throws is the process's matter, not the loop's. */
	async #emitAll(emitter: EventEmitter, receive: () => Promise<Event>): Promise<void> {
		while (!this.#closed) {
			const event = await receive().catch((error: unknown) => {
				if (this.#closed) return undefined;
				throw error;
			});
			if (event === undefined) return;
			queueMicrotask(() => emitter.emit(event.type, event));
		}
	}

	static {
		sealMethods(DoorObserver.prototype, ["close", "receive"]);
		Object.defineProperty(DoorObserver.prototype, "closed", { configurable: false });
		Object.defineProperty(DoorObserver.prototype, "emitter", { configurable: false });
		defineVisible(DoorObserver.prototype, {
			on(this: DoorObserver, ...given: [type: string, listener: () => void]) {
				return this.emitter.on(...given);
			},
			off(this: DoorObserver, ...given: [type: string, listener: () => void]) {
				return this.emitter.off(...given);
			},
		});
		defineIterator(DoorObserver.prototype, function (this: DoorObserver) {
			return stepper(
				() => (this.closed ? undefined : this.receive()),
				() => this.closed,
			);
		});
	}
}

function endOfEvents(error: unknown): never {
	throw error instanceof ZmqError && error.code === "EBADF" ? errnoError("ENOTSOCK") : error;
}

/** Events one by one, in a loop, or by listeners. */
export type Observer = DoorObserver & EventSubscriber & { [Symbol.asyncIterator](): AsyncIterator<Event, undefined> };

export const Observer: new (socket: object) => Observer = fronted(DoorObserver, function Observer(...args: never[]) {
	return constructed(DoorObserver, args, new.target);
}) as new (
	socket: object,
) => Observer;
