/**
 * What a socket reports about its connections: the events, with the names and fields of zeromq.js's Observer.
 *
 * Pure types; who hears of them is observer.ts's matter.
 */

/** One event. `address` is the endpoint it concerns. */
export type SocketEvent =
	| { type: "accept" | "bind" | "connect" | "connect:delay" | "close"; address: string }
	/** `peer`: what the peer and the ZAP handler say of it, by lower-case name: socket-type, identity, user-id, x-… */
	| { type: "handshake"; address: string; peer: ReadonlyMap<string, Buffer> }
	/** `error` says why, where something went wrong: what the peer broke, or what the operating system reported. */
	| { type: "disconnect"; address: string; error?: Error }
	/** `error`: why the last attempt failed, where it was one that failed. */
	| { type: "connect:retry"; address: string; interval: number; error?: Error }
	| {
			type: "accept:error" | "bind:error" | "close:error" | "handshake:error:other" | "handshake:error:protocol";
			address: string;
			error: Error;
	  }
	/** udp: one message or datagram was dropped, or a name could not be resolved; `error` says which and why. */
	| { type: "datagram:error"; address: string; error: Error }
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
