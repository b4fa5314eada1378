/**
 * The socket types, by the names that ZMTP's Socket-Type property carries (RFC 37 and the drafts 41, 48, 49, 51, 52), and who
 * may talk to whom.
 */

/** Socket types of this build. */
export type SocketTypeName =
	| "PAIR"
	| "PUB"
	| "SUB"
	| "REQ"
	| "REP"
	| "DEALER"
	| "ROUTER"
	| "PULL"
	| "PUSH"
	| "XPUB"
	| "XSUB"
	| "STREAM"
	| "SERVER"
	| "CLIENT"
	| "RADIO"
	| "DISH"
	| "GATHER"
	| "SCATTER"
	| "DGRAM"
	| "PEER"
	| "CHANNEL";

/** libzmq's numbers, as `socket.type` shows them. */
export const SOCKET_TYPE_NUMBER: Readonly<Record<SocketTypeName, number>> = {
	PAIR: 0,
	PUB: 1,
	SUB: 2,
	REQ: 3,
	REP: 4,
	DEALER: 5,
	ROUTER: 6,
	PULL: 7,
	PUSH: 8,
	XPUB: 9,
	XSUB: 10,
	STREAM: 11,
	SERVER: 12,
	CLIENT: 13,
	RADIO: 14,
	DISH: 15,
	GATHER: 16,
	SCATTER: 17,
	DGRAM: 18,
	PEER: 19,
	CHANNEL: 20,
};

/** Compatible peers, by RFC 28 to 31 and the drafts; STREAM and DGRAM talk to what is no ZeroMQ. */
const COMPATIBLE: Readonly<Record<SocketTypeName, readonly string[]>> = {
	PAIR: ["PAIR"],
	PUB: ["SUB", "XSUB"],
	SUB: ["PUB", "XPUB"],
	REQ: ["REP", "ROUTER"],
	REP: ["REQ", "DEALER"],
	DEALER: ["REP", "DEALER", "ROUTER"],
	ROUTER: ["REQ", "DEALER", "ROUTER"],
	PULL: ["PUSH"],
	PUSH: ["PULL"],
	XPUB: ["SUB", "XSUB"],
	XSUB: ["PUB", "XPUB"],
	STREAM: [],
	SERVER: ["CLIENT"],
	CLIENT: ["SERVER"],
	RADIO: ["DISH"],
	DISH: ["RADIO"],
	GATHER: ["SCATTER"],
	SCATTER: ["GATHER"],
	DGRAM: [],
	PEER: ["PEER"],
	CHANNEL: ["CHANNEL"],
};

/** True when a socket of this type may talk to a peer that announced `peerType`. */
export function compatible(type: SocketTypeName, peerType: string): boolean {
	return COMPATIBLE[type].includes(peerType);
}

const CONFLATES_OUT: ReadonlySet<SocketTypeName> = new Set(["PUSH", "PUB", "DEALER", "SCATTER"]);
const CONFLATES_IN: ReadonlySet<SocketTypeName> = new Set(["PULL", "SUB", "DEALER", "GATHER"]);

/** Which directions of its pipes a socket of this type may conflate: never the one that carries subscriptions. */
export function conflated(type: SocketTypeName): { outbound: boolean; inbound: boolean } {
	return { outbound: CONFLATES_OUT.has(type), inbound: CONFLATES_IN.has(type) };
}

/** True when the transport can carry sockets of this type. */
export function carries(scheme: string, type: SocketTypeName): boolean {
	if (type === "STREAM") return scheme === "tcp";
	return (type === "DGRAM") === (scheme === "udp") || (scheme === "udp" && (type === "RADIO" || type === "DISH"));
}

const ONE_FRAME: ReadonlySet<SocketTypeName> = new Set(["SERVER", "CLIENT", "SCATTER", "GATHER", "PEER", "CHANNEL"]);

/** How many frames a message from a peer of this socket may have; longer ones are dropped (RFC 41, 49, 51, 52). */
export function framesMax(type: SocketTypeName): number {
	return ONE_FRAME.has(type) ? 1 : Number.MAX_SAFE_INTEGER;
}
