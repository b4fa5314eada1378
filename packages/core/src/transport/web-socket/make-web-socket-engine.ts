/**
 * The engine for a WebSocket that has just opened, with the handshake that its subprotocol names.
 */
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { BareZwsHandshake, ZwsHandshake } from "../../security/zws-handshake.ts";
import { isBare } from "../../wire/zws.ts";
import { Engine, type EngineOwner, type ServingEngine } from "../engine.ts";
import { webMechanismFor } from "../host-mechanism.ts";
import type { TransportHost } from "../transport.ts";
import { WebSocketLink } from "./web-socket-link.ts";

export interface OpenWebSocket {
	readonly webSocket: WebSocket;
	/** What it runs on. */
	readonly stream: Socket;
	/** What both sides have agreed on. */
	readonly subprotocol: string;
}

/** @throws ZmqError EINVAL: the security options do not fit together; the WebSocket is then ended */
export function makeWebSocketEngine(open: OpenWebSocket, host: TransportHost, owner: EngineOwner): ServingEngine {
	const { webSocket, stream, subprotocol } = open;
	const mechanism = webMechanismFor(host, () => webSocket.terminate());
	const { routingId } = host.options;
	const bare = isBare(subprotocol);
	const handshake = bare ? new BareZwsHandshake({ socketType: host.type, routingId }) : new ZwsHandshake(mechanism);
	const preparation = bare ? undefined : mechanism.preparation;
	return new Engine(new WebSocketLink(webSocket, stream), { handshake, preparation }, host, owner);
}
