/**
 * The connections that came through one bound endpoint, whatever carries them. What a peer does wrong ends its own connection only; see
 * accepted.ts.
 *
 * Shutdown: `close()` closes the socket's end of every pipe accepted here; their engines flush for the linger period by
 * themselves. A connection in its handshake is destroyed. The promise settles when the last connection has ended.
 */
import { Accepted, type AcceptedOwner } from "./accepted.ts";
import { reportEnd } from "./connection-events.ts";
import type { EngineOwner, ServingEngine } from "./engine.ts";
import type { TransportHost } from "./transport.ts";

export class Acceptor implements AcceptedOwner {
	readonly endpoint: string;
	readonly host: TransportHost;
	readonly #accepted = new Set<Accepted>();
	#closed = false;
	#resolveEmpty: () => void = () => {};

	constructor(endpoint: string, host: TransportHost) {
		this.endpoint = endpoint;
		this.host = host;
	}

	/**
	 * A connection was made.
	 * @param makeEngine makes the engine that takes it over; when it throws, it has ended the connection
	 */
	accept(peerAddress: string, makeEngine: (owner: EngineOwner) => ServingEngine): void {
		try {
			this.#accepted.add(new Accepted(makeEngine, peerAddress, this));
		} catch (cause) {
			// Options were changed since bind() checked them.
			reportEnd(this.host, this.endpoint, { kind: "lost", duringHandshake: true, error: cause as Error });
		}
	}

	/** @internal A connection has ended. */
	forget(connection: Accepted): void {
		this.#accepted.delete(connection);
		if (this.#closed && this.#accepted.size === 0) this.#resolveEmpty();
	}

	async close(): Promise<void> {
		const empty = new Promise<void>((resolve) => {
			this.#resolveEmpty = resolve;
		});
		this.#closed = true;
		for (const connection of [...this.#accepted]) connection.close();
		this.host.emit({ type: "close", address: this.endpoint });
		if (this.#accepted.size > 0) await empty;
	}
}
