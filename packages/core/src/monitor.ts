/**
 * What a socket reports about its connections, with the names and fields of zeromq.js's Observer.
 */

/** One event. `address` is the endpoint it concerns. */
export type SocketEvent =
	| { type: "accept" | "bind" | "connect" | "connect:delay" | "close" | "disconnect" | "handshake"; address: string }
	| { type: "connect:retry"; address: string; interval: number }
	| { type: "accept:error" | "bind:error" | "close:error" | "handshake:error:other" | "handshake:error:protocol"; address: string; error: Error }
	| { type: "end" };
