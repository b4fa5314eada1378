/**
 * What a monitor hears when a connection has ended: zeromq.js's names in libzmq's order, the failed handshake before the
 * disconnect. A connection that we ended ourselves makes no event.
 */
import { ZmqError } from "../errors.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { PeerMetadata } from "../security/peer-metadata.ts";
import { AuthenticationError } from "../wire/protocol-error.ts";
import type { EngineEnd } from "./engine.ts";
import type { TransportHost } from "./transport.ts";

export function reportEnd(host: TransportHost, address: string, end: EngineEnd): void {
	if (end.kind === "closed") return;
	if (end.duringHandshake) {
		if (end.error instanceof AuthenticationError) host.emit({ type: "handshake:error:auth", address, error: end.error });
		else if (end.kind === "violated") host.emit({ type: "handshake:error:protocol", address, error: end.error });
		else host.emit({ type: "handshake:error:other", address, error: end.error ?? leftEarly(address) });
	}
	host.emit({ type: "disconnect", address, ...(end.error && { error: end.error }) });
}

/** Notes at the socket's end of a pipe who the peer is. */
export function describePeer(socketEnd: Pipe, peer: PeerMetadata): void {
	socketEnd.connected(peer);
}

function leftEarly(address: string): ZmqError {
	return new ZmqError("EPROTO", "The peer closed the connection before the handshake was done", { address });
}
