/**
 * The accepting side of every transport that makes connections: the connections that came through one bound endpoint.
 *
 * A pipe is made when a peer's handshake is done and destroyed when the peer leaves: what is queued for it is lost, what it
 * has sent can still be read (RFC 28 §"incoming connections"). What a peer does wrong ends its own connection only.
 *
 * Shutdown: `close()` closes the socket's end of every pipe accepted here; their engines flush for the linger period by
 * themselves. A connection in its handshake is destroyed. The promise settles when the last connection has ended.
 */
import { type Pipe, pipePair } from "../pipe/pipe.ts";
import type { PeerMetadata } from "../security/peer-metadata.ts";
import { describePeer, reportEnd } from "./connection-events.ts";
import type { EngineEnd, EngineOwner, ServingEngine } from "./engine.ts";
import { closeFromTransport, Linger } from "./linger.ts";
import type { TransportHost } from "./transport.ts";

/** One accepted connection. */
class Accepted implements EngineOwner {
	readonly #acceptor: Acceptor;
	readonly #linger = new Linger();
	readonly #peerAddress: string;
	readonly #engine: ServingEngine;
	#socketEnd: Pipe | undefined;
	#engineEnd: Pipe | undefined;

	constructor(makeEngine: (owner: EngineOwner) => ServingEngine, peerAddress: string, acceptor: Acceptor) {
		this.#acceptor = acceptor;
		this.#peerAddress = peerAddress;
		this.#engine = makeEngine(this);
	}

	takePipe(engine: ServingEngine, peer: PeerMetadata): Pipe | undefined {
		const { host, endpoint } = this.#acceptor;
		if (host.closed) return undefined;
		const { sendHighWaterMark: forward, receiveHighWaterMark: backward } = host.options;
		const [socketEnd, engineEnd] = pipePair({ forward, backward });
		describePeer(socketEnd, peer);
		socketEnd.peerAddress = this.#peerAddress;
		this.#socketEnd = socketEnd;
		this.#engineEnd = engineEnd;
		engine.serve(engineEnd);
		host.attach(socketEnd);
		if (host.type !== "STREAM") host.emit({ type: "handshake", address: endpoint, peer: peer.properties });
		return engineEnd;
	}

	onPipeClosed(engine: ServingEngine): void {
		this.#linger.start(this.#acceptor.host.options.linger, () => engine.destroy());
	}

	onEnd(_engine: ServingEngine, end: EngineEnd): void {
		this.#linger.stop();
		this.#acceptor.forget(this);
		this.#engineEnd?.close();
		reportEnd(this.#acceptor.host, this.#acceptor.endpoint, end);
	}

	/** The endpoint is no longer bound. */
	close(): void {
		const socketEnd = this.#socketEnd;
		if (socketEnd === undefined) this.#engine.destroy();
		else closeFromTransport(socketEnd, this.#acceptor.host.options.linger);
	}
}

export class Acceptor {
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
