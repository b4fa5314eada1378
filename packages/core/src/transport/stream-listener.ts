/**
 * The accepting side of tcp and ipc: one bound server, and the connections that came through it.
 *
 * What a peer does wrong ends its own connection only; see accepted.ts.
 *
 * Shutdown: `close()` frees the address within the call and closes the socket's end of every pipe accepted here; their engines
 * flush for the linger period by themselves. A connection in its handshake is destroyed. The promise settles when the last
 * connection has ended.
 */
import type { Server, Socket } from "node:net";
import { ZmqError } from "../errors.ts";
import { Accepted, type AcceptedOwner } from "./accepted.ts";
import { reportEnd } from "./connection-events.ts";
import type { Listener, TransportHost } from "./transport.ts";

export class StreamListener implements Listener, AcceptedOwner {
	readonly endpoint: string;
	readonly host: TransportHost;
	readonly #server: Server;
	readonly #accepted = new Set<Accepted>();
	readonly #afterClose: (() => void) | undefined;
	#closing: Promise<void> | undefined;
	#resolveEmpty: () => void = () => {};

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
		this.host = host;
		this.#server = server;
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
			this.#accept(stream, parts.peerAddress(stream));
		});
		server.on("error", (error) => host.emit({ type: "accept:error", address: this.endpoint, error }));
		host.emit({ type: "bind", address: this.endpoint });
	}

	#accept(stream: Socket, peerAddress: string): void {
		try {
			this.#accepted.add(new Accepted(stream, peerAddress, this));
		} catch (cause) {
			// Options were changed since bind() checked them.
			stream.destroy();
			reportEnd(this.host, this.endpoint, { kind: "lost", duringHandshake: true, error: cause as Error });
		}
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	/** @internal A connection has ended. */
	forget(connection: Accepted): void {
		this.#accepted.delete(connection);
		if (this.#accepted.size === 0) this.#resolveEmpty();
	}

	async #close(): Promise<void> {
		// The descriptor is closed within this call; its callback would come only when all connections have ended.
		this.#server.close();
		this.#afterClose?.();
		const empty = new Promise<void>((resolve) => {
			this.#resolveEmpty = resolve;
		});
		for (const connection of [...this.#accepted]) connection.close();
		this.host.emit({ type: "close", address: this.endpoint });
		if (this.#accepted.size > 0) await empty;
	}
}
