/**
 * The accepting side of tcp and ipc: one bound server of node:net.
 *
 * Shutdown: `close()` frees the address within the call; what becomes of the connections stands in acceptor.ts.
 */
import type { Server, Socket } from "node:net";
import { ZmqError } from "../errors.ts";
import { Acceptor } from "./acceptor.ts";
import { makeEngine } from "./make-engine.ts";
import type { Listener, TransportHost } from "./transport.ts";

export class StreamListener implements Listener {
	readonly endpoint: string;
	readonly #server: Server;
	readonly #acceptor: Acceptor;
	readonly #afterClose: (() => void) | undefined;
	#closing: Promise<void> | undefined;

	/**
	 * @param server listening
	 * @param peerAddress how to name the peer of a stream
	 * @param admits whether a connection is taken at all
	 * @param afterClose frees what belongs to the address, once it is no longer listened on
	 */
	constructor(
		server: Server,
		host: TransportHost,
		parts: {
			endpoint: string;
			peerAddress: (stream: Socket) => string;
			afterClose?: () => void;
			admits?: (stream: Socket) => boolean;
		},
	) {
		this.endpoint = parts.endpoint;
		this.#server = server;
		this.#acceptor = new Acceptor(parts.endpoint, host);
		this.#afterClose = parts.afterClose;
		server.unref();
		server.on("connection", (stream: Socket) => {
			if (parts.admits?.(stream) === false) {
				stream.destroy();
				const error = new ZmqError("EACCES", `A connection from ${parts.peerAddress(stream)} was turned away by tcpAcceptFilter`);
				host.emit({ type: "accept:error", address: this.endpoint, error });
				return;
			}
			host.emit({ type: "accept", address: this.endpoint });
			this.#acceptor.accept(parts.peerAddress(stream), (owner) => makeEngine(stream, host, owner));
		});
		server.on("error", (error) => host.emit({ type: "accept:error", address: this.endpoint, error }));
		host.emit({ type: "bind", address: this.endpoint });
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	#close(): Promise<void> {
		// The descriptor is closed within this call; its callback would come only when all connections have ended.
		this.#server.close();
		this.#afterClose?.();
		return this.#acceptor.close();
	}
}
