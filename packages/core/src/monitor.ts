/**
 * What a socket reports about its connections: the events, with the names and fields of zeromq.js's Observer.
 *
 * Pure types; who hears of them is observer.ts's matter.
 */

/** One event. `type` says what happened, the other fields to what and why. */
export type SocketEvent =
	| {
			/** A connection came in; listening; a connection was made; one is being made; no longer listening or connecting. */
			type: "accept" | "bind" | "connect" | "connect:delay" | "close";
			/** The endpoint it concerns. */
			address: string;
	  }
	| {
			/** A peer is there, and messages flow. */
			type: "handshake";
			/** The endpoint it concerns. */
			address: string;
			/** What the peer and the ZAP handler say of it, by lower-case name: socket-type, identity, user-id, x-… */
			peer: ReadonlyMap<string, Buffer>;
	  }
	| {
			/** A connection ended. */
			type: "disconnect";
			/** The endpoint it concerns. */
			address: string;
			/** Why, where something went wrong: what the peer broke, or what the operating system reported. */
			error?: Error;
	  }
	| {
			/** A connection will be tried again. */
			type: "connect:retry";
			/** The endpoint it concerns. */
			address: string;
			/** After this time, ms. */
			interval: number;
			/** Why the last attempt failed, where it was one that failed. */
			error?: Error;
	  }
	| {
			/** Something failed; at a handshake, that one connection ends. */
			type: "accept:error" | "bind:error" | "close:error" | "handshake:error:other" | "handshake:error:protocol";
			/** The endpoint it concerns. */
			address: string;
			/** What failed; for a peer that broke the protocol, a ProtocolError. */
			error: Error;
	  }
	| {
			/** udp: one message or datagram was dropped, or a name could not be resolved. */
			type: "datagram:error";
			/** The endpoint it concerns. */
			address: string;
			/** Which one, and why. */
			error: Error;
	  }
	| {
			/** A frame in the arena was written to after it had been sent; it is received all the same. Looked for unless NODE_ENV is "production". */
			type: "frame:changed";
			/** The endpoint it concerns. */
			address: string;
			/** A ZmqError with the code EFAULT. */
			error: Error;
	  }
	| {
			/** One side refused the other's credentials. */
			type: "handshake:error:auth";
			/** The endpoint it concerns. */
			address: string;
			/** An AuthenticationError. */
			error: Error & {
				/** ZAP's: 300 not now, 400 credentials, 500 the handler failed. */
				readonly status: number;
			};
	  }
	| {
			/** The last event: the socket is closed. */
			type: "end";
	  };

/** The names of all events. */
export type SocketEventType = SocketEvent["type"];

type OfType<Event, Type> = Event extends { type: infer Known }
	? Type extends Known
		? Omit<Event, "type"> & { readonly type: Type }
		: never
	: never;

/** The event of one type. */
export type SocketEventOf<Type extends SocketEventType> = OfType<SocketEvent, Type>;
