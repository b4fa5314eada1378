/**
 * The connecting side of every transport that makes connections: one pipe, and one connection after the other that serves it.
 *
 * - The pipe is attached at connect() and outlives connections: whole messages that are still queued go to the next one.
 * - With `immediate` it is attached once a handshake is done and destroyed, with its queue, at disconnect.
 * - A ROUTER knows a peer by the routing id of its handshake, so its pipe is attached after the first handshake; from then on
 *   it outlives connections, unless a later handshake brings another id: then the old pipe ends and a new one is attached.
 * - A handshake that breaks the protocol is final (wrong mechanism, wrong socket type, refused): trying again would end the same.
 *   Everything else is tried again, with the delays of reconnect.ts, until closed.
 *
 * Shutdown: once the socket's end of the pipe is closed, what is queued is flushed, reconnecting if need be, for the linger
 * period; then everything ends. Meanwhile the event loop is held.
 */
import { ZmqError } from "../errors.ts";
import { type Pipe, type PipeOwner, pipePair } from "../pipe/pipe.ts";
import { checkSecurity } from "../security/make-mechanism.ts";
import type { PeerMetadata } from "../security/peer-metadata.ts";
import { AuthenticationError } from "../wire/protocol-error.ts";
import { describePeer, reportEnd } from "./connection-events.ts";
import type { EngineEnd, EngineOwner, ServingEngine } from "./engine.ts";
import { closeFromTransport, Linger } from "./linger.ts";
import { PendingHold } from "./pending-hold.ts";
import { Backoff } from "./reconnect.ts";
import type { Connector, TransportHost } from "./transport.ts";

/** What comes of one attempt to connect: one of these is called, later and once, unless the attempt is given up. */
export interface DialOutcome {
	/** There is a connection. `makeEngine` makes the engine that takes it over; it throws ZmqError EINVAL on options that do not fit. */
	onConnected(makeEngine: (owner: EngineOwner) => ServingEngine): void;
	/** Nobody is there. */
	onFailed(error: NodeJS.ErrnoException): void;
	/** Somebody is there, but what ZeroMQ needs below it could not be agreed on. */
	onRefused(end: EngineEnd): void;
}

/** An attempt under way. */
export interface Attempt {
	/** Ends it; nothing more is heard of it. @param error why */
	abandon(error?: Error): void;
}

/** Starts one attempt; names are resolved anew each time. */
export type Dial = (outcome: DialOutcome) => Attempt;

export class ReconnectingConnector implements Connector, EngineOwner, PipeOwner {
	readonly endpoint: string;
	readonly #host: TransportHost;
	readonly #startAttempt: Dial;
	readonly #immediate: boolean;
	readonly #backoff = new Backoff(Math.random);
	readonly #linger = new Linger();
	readonly #hold = new PendingHold();
	#socketEnd: Pipe | undefined;
	#engineEnd: Pipe | undefined;
	/** A connection that is not made yet. */
	#attempt: Attempt | undefined;
	#attemptTimer: NodeJS.Timeout | undefined;
	#engine: ServingEngine | undefined;
	#retry: NodeJS.Timeout | undefined;
	/** The socket's end was closed: flush, then end. */
	#closing = false;
	#ended = false;
	readonly #whenEnded: Promise<void>;
	#resolveEnded: () => void = () => {};

	/** @throws ZmqError EINVAL options of security that do not make a whole */
	constructor(endpoint: string, host: TransportHost, dial: Dial) {
		checkSecurity(host.options);
		this.endpoint = endpoint;
		this.#host = host;
		this.#startAttempt = dial;
		this.#immediate = host.options.immediate;
		this.#whenEnded = new Promise((resolve) => {
			this.#resolveEnded = resolve;
		});
		if (!this.#immediate && (host.type !== "ROUTER" || host.peerName !== undefined)) this.#attach(undefined);
		if (!this.#ended) this.#dial();
	}

	close(): Promise<void> {
		const socketEnd = this.#socketEnd;
		if (socketEnd === undefined) this.#end();
		else if (!this.#closing && this.#host.closesPipes !== true) closeFromTransport(socketEnd, this.#host.options.linger);
		return this.#whenEnded;
	}

	onReadable(): void {
		this.#updateHold();
	}

	onWritable(): void {
		// Nothing is ever refused here: inbound messages come through engines.
	}

	onClosed(): void {
		this.#onSocketEndClosed();
	}

	#attach(engine: ServingEngine | undefined, peer?: PeerMetadata): Pipe {
		const { sendHighWaterMark: forward, receiveHighWaterMark: backward } = this.#host.options;
		const [socketEnd, engineEnd] = pipePair({ forward, backward });
		if (peer !== undefined) describePeer(socketEnd, peer);
		socketEnd.peerAddress = this.endpoint;
		this.#socketEnd = socketEnd;
		this.#engineEnd = engineEnd;
		if (engine === undefined) engineEnd.owner = this;
		else engine.serve(engineEnd);
		this.#host.attach(socketEnd);
		return engineEnd;
	}

	#dropPipe(): void {
		this.#engineEnd?.close();
		this.#engineEnd = undefined;
		this.#socketEnd = undefined;
	}

	#onSocketEndClosed(): void {
		if (this.#closing || this.#ended) return;
		this.#closing = true;
		this.#linger.start(this.#host.options.linger, () => this.#end());
		this.#updateHold();
		if (this.#engine?.serving !== true && this.#engineEnd?.readable !== true) this.#end();
	}

	#updateHold(): void {
		this.#hold.set(this.#engineEnd?.readable === true && (this.#closing || this.#host.options.linger !== 0));
	}

	#dial(): void {
		this.#host.emit({ type: "connect:delay", address: this.endpoint });
		const { connectTimeout } = this.#host.options;
		const attempt = this.#startAttempt({
			onConnected: (makeEngine) => {
				if (this.#settle(attempt)) this.#openEngine(makeEngine);
			},
			onFailed: (error) => {
				if (this.#settle(attempt)) this.#onUnreachable(error);
			},
			onRefused: (end) => {
				if (!this.#settle(attempt)) return;
				this.#host.emit({ type: "connect", address: this.endpoint });
				this.onEnd(undefined, end);
			},
		});
		this.#attempt = attempt;
		const onLate = (): void => {
			if (!this.#settle(attempt)) return;
			const late = new ZmqError("EAGAIN", `The connection was not made within ${connectTimeout} ms (connectTimeout)`);
			attempt.abandon(late);
			this.#onUnreachable(late);
		};
		if (connectTimeout > 0) this.#attemptTimer = setTimeout(onLate, connectTimeout).unref();
	}

	/** Returns false for an attempt that does not count any more. */
	#settle(attempt: Attempt): boolean {
		if (this.#attempt !== attempt) return false;
		this.#attempt = undefined;
		clearTimeout(this.#attemptTimer);
		return true;
	}

	#onUnreachable(error: Error & { readonly code?: string | undefined }): void {
		this.#host.emit({ type: "close", address: this.endpoint });
		if (error.code === "ECONNREFUSED" && this.#host.options.reconnectStop.includes("refused")) this.#end();
		else this.#retryLater(error);
	}

	#openEngine(makeEngine: (owner: EngineOwner) => ServingEngine): void {
		let misfit: Error | undefined;
		try {
			this.#engine = makeEngine(this);
		} catch (cause) {
			// Options were changed since connect() checked them.
			misfit = cause as Error;
		}
		this.#host.emit({ type: "connect", address: this.endpoint });
		if (misfit === undefined) return;
		reportEnd(this.#host, this.endpoint, { kind: "lost", duringHandshake: true, error: misfit });
		this.#retryLater(misfit);
	}

	/**
	 * Whoever hears of an event may have ended everything.
	 * @param error why an attempt failed; undefined: there was a connection, and its end was told
	 */
	#retryLater(error?: Error): void {
		if (this.#ended) return;
		const interval = this.#backoff.next(this.#host.options);
		if (interval < 0) {
			this.#end();
			return;
		}
		this.#host.emit({ type: "connect:retry", address: this.endpoint, interval, ...(error && { error }) });
		if (!this.#isEnded()) this.#retry = setTimeout(() => this.#dial(), interval).unref();
	}

	#isEnded(): boolean {
		return this.#ended;
	}

	takePipe(engine: ServingEngine, peer: PeerMetadata): Pipe | undefined {
		this.#backoff.reset();
		const before = this.#socketEnd;
		// A ROUTER's next peer may be another one.
		const nameless = this.#host.type === "ROUTER" && this.#host.peerName === undefined;
		if (before !== undefined && nameless && !peer.routingId.equals(before.peerRoutingId)) this.#dropPipe();
		if (this.#engineEnd === undefined && (this.#host.closed || this.#closing)) return undefined;
		// First: the socket may refuse the peer, which is told by a disconnect.
		if (this.#host.type !== "STREAM") this.#host.emit({ type: "handshake", address: this.endpoint, peer: peer.properties });
		if (this.#ended) return undefined;
		const pipe = this.#engineEnd;
		if (pipe === undefined) return this.#host.closed || this.#closing ? undefined : this.#attach(engine, peer);
		if (before !== undefined) describePeer(before, peer);
		engine.serve(pipe);
		this.#hold.set(false);
		return pipe;
	}

	onPipeClosed(): void {
		this.#onSocketEndClosed();
	}

	onEnd(_engine: ServingEngine | undefined, end: EngineEnd): void {
		this.#engine = undefined;
		const pipe = this.#engineEnd;
		if (pipe !== undefined) pipe.owner = this;
		if (!this.#ended) reportEnd(this.#host, this.endpoint, end);
		// The socket has ended it for what the peer had sent: the next time would be no better.
		if (pipe?.closed === true) this.#closing = true;
		const done = this.#ended || (this.#closing && pipe?.readable !== true);
		if (done || isFinal(end) || this.#stopsAfter(end)) {
			this.#end();
			return;
		}
		if (this.#immediate) this.#dropPipe();
		else pipe?.hiccup();
		this.#updateHold();
		this.#retryLater();
	}

	#stopsAfter(end: EngineEnd): boolean {
		const after = end.kind !== "closed" && end.duringHandshake ? "handshake" : "disconnect";
		return this.#host.options.reconnectStop.includes(after);
	}

	#end(): void {
		if (this.#ended) return;
		this.#ended = true;
		clearTimeout(this.#retry);
		this.#linger.stop();
		clearTimeout(this.#attemptTimer);
		this.#attempt?.abandon();
		this.#attempt = undefined;
		this.#engine?.destroy();
		this.#dropPipe();
		this.#hold.set(false);
		this.#resolveEnded();
	}
}

/** Trying again would end the same way. */
function isFinal(end: EngineEnd): boolean {
	if (end.kind === "closed") return true;
	if (end.kind !== "violated" || !end.duringHandshake) return false;
	const { error } = end;
	// Our own handler's "not now" may be another word soon; to be told so by the peer is the end, as any ERROR is (RFC 26).
	return !(error instanceof AuthenticationError && error.status === 300 && !error.byPeer);
}
