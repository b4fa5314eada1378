/**
 * The accepting side of ws and wss: one path of a server.
 *
 * A peer that is turned away before its WebSocket opens is told by an HTTP status, and the monitor hears what was wrong: no WebSocket,
 * no subprotocol of ZeroMQ, another mechanism, an address that is not admitted.
 *
 * Shutdown: `close()` gives the path back within the call; what becomes of the connections stands in acceptor.ts.
 */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { WebSocketServer } from "ws";
import { inRanges } from "../../endpoint/address-range.ts";
import { printHostPort } from "../../endpoint/host-port.ts";
import { ZmqError } from "../../errors.ts";
import { CLOSE_WAIT_MS } from "../../limits.ts";
import { ProtocolError } from "../../wire/protocol-error.ts";
import { subprotocolError } from "../../wire/zws.ts";
import { Acceptor } from "../acceptor.ts";
import { reportEnd } from "../connection-events.ts";
import type { Listener, TransportHost } from "../transport.ts";
import { parseSubprotocols, payloadBytesMax, takes } from "./connection-terms.ts";
import { makeWebSocketEngine } from "./make-web-socket-engine.ts";
import { type PathOwner, type PathServer, refuse } from "./path-server.ts";

export class WebSocketListener implements Listener, PathOwner {
	readonly endpoint: string;
	readonly #server: PathServer;
	readonly #path: string;
	readonly #host: TransportHost;
	readonly #Upgrader: typeof WebSocketServer;
	readonly #acceptor: Acceptor;
	#closing: Promise<void> | undefined;

	/**
	 * @param Upgrader the class of ws, which is loaded when it is needed
	 * @throws ZmqError EADDRINUSE another socket has this path
	 */
	constructor(server: PathServer, host: TransportHost, parts: { endpoint: string; path: string; Upgrader: typeof WebSocketServer }) {
		this.endpoint = parts.endpoint;
		this.#server = server;
		this.#path = parts.path;
		this.#host = host;
		this.#Upgrader = parts.Upgrader;
		this.#acceptor = new Acceptor(parts.endpoint, host);
		server.add(parts.path, this);
		host.emit({ type: "bind", address: this.endpoint });
	}

	close(): Promise<void> {
		if (this.#closing === undefined) {
			this.#server.remove(this.#path);
			this.#closing = this.#acceptor.close();
		}
		return this.#closing;
	}

	onStrayError(error: Error): void {
		this.#host.emit({ type: "accept:error", address: this.endpoint, error });
	}

	onUpgrade(request: IncomingMessage, stream: Socket, head: Buffer): void {
		const { options } = this.#host;
		const from = stream.remoteAddress ?? "";
		const ranges = options.tcpAcceptFilter;
		if (ranges !== null && !inRanges(ranges, from)) {
			refuse(stream, "403 Forbidden");
			this.onStrayError(new ZmqError("EACCES", `A connection from ${from} was turned away by tcpAcceptFilter`));
			return;
		}
		this.#host.emit({ type: "accept", address: this.endpoint });
		const ours = takes(options);
		const theirs = parseSubprotocols(request.headers["sec-websocket-protocol"]);
		const chosen = theirs.find((each) => ours.includes(each));
		if (chosen === undefined) this.#turnAway(stream, subprotocolError(theirs, ours), ours);
		else this.#open(request, stream, head, chosen);
	}

	#open(request: IncomingMessage, stream: Socket, head: Buffer, subprotocol: string): void {
		// Made for each peer: the options that hold for the next connection may have changed.
		const upgrader = new this.#Upgrader({
			noServer: true,
			clientTracking: false,
			perMessageDeflate: false,
			autoPong: false,
			skipUTF8Validation: true,
			closeTimeout: CLOSE_WAIT_MS,
			maxPayload: payloadBytesMax(this.#host.options),
		} as ConstructorParameters<typeof WebSocketServer>[0]);
		// ws takes no slash in a subprotocol, and ZeroMQ's have one: it hears of none, and the answer is ours.
		delete request.headers["sec-websocket-protocol"];
		upgrader.on("headers", (headers) => headers.push(`Sec-WebSocket-Protocol: ${subprotocol}`));
		upgrader.on("wsClientError", (error: Error) =>
			this.#turnAway(stream, new ProtocolError("ERR_WS_UNSPECIFIED", `The peer asked for no proper WebSocket: ${error.message}`)),
		);
		upgrader.handleUpgrade(request, stream, head, (webSocket) => {
			const address = printHostPort(stream.remoteAddress ?? "?", stream.remotePort ?? 0);
			const peerAddress = `${this.#server.secure ? "wss" : "ws"}://${address}`;
			this.#acceptor.accept(peerAddress, (owner) => makeWebSocketEngine({ webSocket, stream, subprotocol }, this.#host, owner));
		});
	}

	/** @param subprotocols what we would have taken: the peer then knows that trying again is in vain */
	#turnAway(stream: Socket, error: ProtocolError, subprotocols: readonly string[] = []): void {
		refuse(stream, "400 Bad Request", subprotocols.length === 0 ? "" : `Sec-WebSocket-Protocol: ${subprotocols.join(", ")}\r\n`);
		reportEnd(this.#host, this.endpoint, { kind: "violated", duringHandshake: true, error });
	}
}
