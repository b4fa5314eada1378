/**
 * What a socket reports about its connections, with the names and fields of zeromq.js's Observer.
 *
 * Listeners are called in a microtask of their own, never in the stack of a transport: a listener may close the socket, and
 * one that throws reaches the process as an uncaught exception without harming the connection.
 */

/** One event. `address` is the endpoint it concerns. */
export type SocketEvent =
	| { type: "accept" | "bind" | "connect" | "connect:delay" | "close"; address: string }
	/** `peer`: what the peer and the ZAP handler say of it, by lower-case name: socket-type, identity, user-id, x-… */
	| { type: "handshake"; address: string; peer: ReadonlyMap<string, Buffer> }
	/** `error` says why, where something went wrong: what the peer broke, or what the operating system reported. */
	| { type: "disconnect"; address: string; error?: Error }
	| { type: "connect:retry"; address: string; interval: number }
	| {
			type: "accept:error" | "bind:error" | "close:error" | "handshake:error:other" | "handshake:error:protocol";
			address: string;
			error: Error;
	  }
	/** One side refused the other's credentials; `status` is ZAP's: 300 not now, 400 credentials, 500 handler failed. */
	| { type: "handshake:error:auth"; address: string; error: Error & { readonly status: number } }
	| { type: "end" };

export type SocketEventType = SocketEvent["type"];

type OfType<Event, Type> = Event extends { type: infer Known }
	? Type extends Known
		? Omit<Event, "type"> & { readonly type: Type }
		: never
	: never;

/** The event of one type. */
export type SocketEventOf<Type extends SocketEventType> = OfType<SocketEvent, Type>;

type Listener = (event: never) => void;

export class SocketEvents {
	readonly #listeners = new Map<SocketEventType, Set<Listener>>();

	/** Calls `listener` for every event of this type from now on; adding it twice does nothing. */
	on<Type extends SocketEventType>(type: Type, listener: (event: SocketEventOf<Type>) => void): void {
		const listeners = this.#listeners.get(type);
		if (listeners === undefined) this.#listeners.set(type, new Set([listener]));
		else listeners.add(listener);
	}

	off<Type extends SocketEventType>(type: Type, listener: (event: SocketEventOf<Type>) => void): void {
		const listeners = this.#listeners.get(type);
		if (listeners?.delete(listener) === true && listeners.size === 0) this.#listeners.delete(type);
	}

	/** @internal Only the socket and its transports report. */
	emit(event: SocketEvent): void {
		const listeners = this.#listeners.get(event.type);
		if (listeners === undefined) return;
		for (const listener of listeners) {
			queueMicrotask(() => {
				if (listeners.has(listener)) (listener as (event: SocketEvent) => void)(event);
			});
		}
	}
}
