/**
 * One accepted connection of a listener.
 *
 * A pipe is made when the peer's handshake is done and destroyed when the peer leaves: what is queued for it is lost, what it has sent
 * can still be read (RFC 28 §"incoming connections").
 *
 * Shutdown: `close()` closes the socket's end of the pipe, and the engine flushes for the linger period by itself; in its handshake a
 * connection is destroyed.
 */
import { type Pipe, pipePair } from "../pipe/pipe.ts";
import type { PeerMetadata } from "../security/peer-metadata.ts";
import { describePeer, reportEnd } from "./connection-events.ts";
import type { EngineEnd, EngineOwner, ServingEngine } from "./engine.ts";
import { closeFromTransport, Linger } from "./linger.ts";
import type { TransportHost } from "./transport.ts";

/** The listener as its connections see it. */
export interface AcceptedOwner {
	readonly host: TransportHost;
	readonly endpoint: string;
	/** The connection has ended. */
	forget(connection: Accepted): void;
}

/** One accepted connection. */
export class Accepted implements EngineOwner {
	readonly #owner: AcceptedOwner;
	readonly #linger = new Linger();
	readonly #peerAddress: string;
	readonly #engine: ServingEngine;
	#socketEnd: Pipe | undefined;
	#engineEnd: Pipe | undefined;

	/** @param makeEngine makes the engine that takes the connection over */
	constructor(makeEngine: (owner: EngineOwner) => ServingEngine, peerAddress: string, owner: AcceptedOwner) {
		this.#owner = owner;
		this.#peerAddress = peerAddress;
		this.#engine = makeEngine(this);
	}

	/** What has come is the socket's to drop; the pipe ends with the connection. */
	get discardsAtEnd(): boolean {
		return this.#owner.host.options.discardUnread;
	}

	takePipe(engine: ServingEngine, peer: PeerMetadata): Pipe | undefined {
		const { host, endpoint } = this.#owner;
		if (host.closed) return undefined;
		// First: the socket may refuse the peer, which is told by a disconnect.
		if (host.type !== "STREAM") host.emit({ type: "handshake", address: endpoint, peer: peer.properties });
		if (host.closed) return undefined;
		const { sendHighWaterMark: forward, receiveHighWaterMark: backward } = host.options;
		const [socketEnd, engineEnd] = pipePair({ forward, backward });
		describePeer(socketEnd, peer);
		socketEnd.peerAddress = this.#peerAddress;
		this.#socketEnd = socketEnd;
		this.#engineEnd = engineEnd;
		engine.serve(engineEnd);
		host.attach(socketEnd);
		return engineEnd;
	}

	onPipeClosed(engine: ServingEngine): void {
		this.#linger.start(this.#owner.host.options.linger, () => engine.destroy());
	}

	onEnd(_engine: ServingEngine, end: EngineEnd): void {
		this.#linger.stop();
		this.#owner.forget(this);
		this.#engineEnd?.close();
		reportEnd(this.#owner.host, this.#owner.endpoint, end);
	}

	/** The listener was closed: the connection ends, within the linger period. */
	close(): void {
		const socketEnd = this.#socketEnd;
		if (socketEnd === undefined) this.#engine.destroy();
		else if (this.#owner.host.closesPipes !== true) closeFromTransport(socketEnd, this.#owner.host.options.linger);
	}
}
