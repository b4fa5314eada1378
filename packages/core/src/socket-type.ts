/**
 * The socket types, by the names that ZMTP's Socket-Type property carries (RFC 37), and who may talk to whom.
 */

/** Socket types of this build. */
export type SocketTypeName = "PAIR" | "DEALER" | "ROUTER" | "PUSH" | "PULL";

/** libzmq's numbers, as `socket.type` shows them. */
export const SOCKET_TYPE_NUMBER: Readonly<Record<SocketTypeName, number>> = { PAIR: 0, DEALER: 5, ROUTER: 6, PULL: 7, PUSH: 8 };

/** Compatible peers, by RFC 28, 30 and 31; REQ and REP are peers that other stacks bring. */
const COMPATIBLE: Readonly<Record<SocketTypeName, readonly string[]>> = {
	PAIR: ["PAIR"],
	DEALER: ["REP", "DEALER", "ROUTER"],
	ROUTER: ["REQ", "DEALER", "ROUTER"],
	PUSH: ["PULL"],
	PULL: ["PUSH"],
};

/** True when a socket of this type may talk to a peer that announced `peerType`. */
export function compatible(type: SocketTypeName, peerType: string): boolean {
	return COMPATIBLE[type].includes(peerType);
}
