/**
 * What all sockets have: endpoints, options, events, and an end. Sending and receiving are faces.ts's matter.
 *
 * A socket belongs to the thread that made it. It joins its pattern (who gets a message, whose comes next) with the
 * transports (endpoints into pipes); neither knows the other. Endpoints are bound and connected in any order.
 *
 * **Shutdown**: `close()` takes effect at once: waiting sends and receives reject with EBADF, iterators end, every pipe is
 * closed (what was sent and not delivered is dropped if `linger` is 0), then listeners and connectors. A bind that is
 * under way is undone when it settles. `Symbol.asyncDispose` closes and then waits until the addresses are free and what
 * lingers is delivered or given up. Closing twice does nothing.
 */

import { ZmqError } from "../errors.ts";
import { Observer } from "../observer.ts";
import { OptionProperties } from "../option/option-properties.ts";
import type { SocketOptions } from "../option/options.ts";
import type { Pattern, PatternHost } from "../pattern/pattern.ts";
import type { SocketTypeName } from "../socket-type.ts";
import { hold, release } from "../wait/keep-alive.ts";
import { Inbox } from "./inbox.ts";
import { Outbox } from "./outbox.ts";
import { SocketEndpoints, type TransportTable } from "./socket-endpoints.ts";

/** The context as its sockets see it: a {@link Context}. */
export interface SocketContext extends TransportTable {
	/** @internal @throws ZmqError EBADF the context is terminated */
	opened(socket: Socket): void;
	/** @internal @param ended settles when all that lingers was delivered or given up */
	closed(socket: Socket, ended: Promise<void>): void;
}

/** What a socket class is made of. */
export interface SocketMake {
	readonly type: SocketTypeName;
	readonly context: SocketContext;
	readonly options: Readonly<Record<string, unknown>>;
	/** How many frames a message that is sent may have; default: any number. */
	readonly framesMax?: number;
	pattern(host: PatternHost, options: Readonly<SocketOptions>): Pattern;
}

/**
 * What all sockets have. Not made itself: take the class of a pattern, such as {@link Push} or {@link Dealer}.
 *
 * A socket belongs to the thread that made it; open sockets do not keep the process alive, waiting calls and undelivered messages do.
 */
export abstract class Socket extends OptionProperties {
	/** Where it belongs: its inproc names, its ZAP handler, and who ends it with itself. */
	readonly context: SocketContext;
	/** @internal */
	protected readonly inbox: Inbox;
	/** @internal */
	protected readonly outbox: Outbox;
	/** @internal */
	protected readonly pattern: Pattern;
	readonly #endpoints: SocketEndpoints;
	/** Made at its first use: a socket that nobody observes keeps no events. */
	#events: Observer | undefined;
	#closed = false;
	#ended: Promise<void> | undefined;

	/** @internal Sockets are made by the classes Pair, Dealer, Router, Push and Pull. */
	protected constructor(make: SocketMake) {
		super(make.type, make.options);
		this.context = make.context;
		const { settings } = this;
		this.pattern = make.pattern(
			{
				get discardUnread() {
					return settings.discardUnread;
				},
				onReadable: () => this.inbox.pump(),
				onWritable: () => this.outbox.pump(),
				onRefused: (pipe) => this.#endpoints.refused(pipe),
				onDetached: (pipe) => this.#endpoints.detached(pipe),
			},
			this.settings,
		);
		this.#endpoints = new SocketEndpoints({
			type: make.type,
			options: this.settings,
			transports: make.context,
			pattern: this.pattern,
			emit: (event) => this.#events?.emit(event),
		});
		this.inbox = new Inbox(this.pattern, this.settings, () => this.#changed());
		this.outbox = new Outbox(this.pattern, this.settings, make.framesMax ?? Number.POSITIVE_INFINITY);
		make.context.opened(this);
	}

	/** Reports binds, connections, retries and errors of this socket, from the first use of this property on. */
	get events(): Observer {
		if (this.#events === undefined) {
			this.#events = new Observer();
			if (this.#closed) this.#events.close();
		}
		return this.#events;
	}

	/** True once `close()` was called. */
	get closed(): boolean {
		return this.#closed;
	}

	/** The endpoint bound or connected last, wildcards resolved; null before the first. */
	get lastEndpoint(): string | null {
		return this.#endpoints.last;
	}

	/** @internal For the proxy: what moves messages in and out. */
	static halves(socket: Socket): { inbox: Inbox; outbox: Outbox } {
		return { inbox: socket.inbox, outbox: socket.outbox };
	}

	/** @internal Pipes held; for leak checks. */
	get pipeCount(): number {
		return this.#endpoints.pipeCount;
	}

	/**
	 * Listens on an endpoint. `tcp://127.0.0.1:*` takes a free port: {@link lastEndpoint} tells which.
	 *
	 * Rejects with EINVAL, EPROTONOSUPPORT, ENAMETOOLONG, EADDRINUSE, EADDRNOTAVAIL, EACCES; EBADF on a closed socket.
	 */
	bind(endpoint: string): Promise<void> {
		return this.#endpoints.bind(endpoint);
	}

	/**
	 * Stops listening and ends every connection accepted there. Takes the endpoint as {@link lastEndpoint} shows it, or as it
	 * was bound when it has no wildcard. Rejects with ENOENT when it is not bound here, EBADF on a closed socket.
	 */
	unbind(endpoint: string): Promise<void> {
		return this.#endpoints.unbind(endpoint);
	}

	/**
	 * Connects to an endpoint, which may appear later; never waits. Connecting twice makes two connections.
	 * @throws ZmqError EINVAL, EPROTONOSUPPORT, ENAMETOOLONG, EBADF
	 */
	connect(endpoint: string): void {
		this.#endpoints.connect(endpoint, undefined);
	}

	/** @internal @param peerName what the peer is called, whatever it announces */
	protected connectTo(endpoint: string, peerName: Uint8Array | undefined): void {
		this.#endpoints.connect(endpoint, peerName);
	}

	/**
	 * Ends all connections made by `connect(endpoint)`. Unread messages of those peers are dropped; what was sent to them is
	 * still delivered within `linger`.
	 * @throws ZmqError ENOENT, EINVAL, EBADF
	 */
	disconnect(endpoint: string): void {
		this.#endpoints.disconnect(endpoint);
	}

	/** Begins the end of this socket; see Shutdown in the header of this file. Never throws, never waits. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.inbox.close();
		this.outbox.close();
		this.#ended = this.#endpoints.close().then(() => this.#events?.emit({ type: "end" }));
		this.context.closed(this, this.#ended);
	}

	/**
	 * Closes, and waits until addresses are free and what lingers is delivered or given up. With a `linger` of -1 (the default)
	 * and messages for a peer that never comes, that is never: set a `linger` before, or `close()` without waiting.
	 */
	async [Symbol.asyncDispose](): Promise<void> {
		this.close();
		hold();
		try {
			await this.#ended;
		} finally {
			release();
		}
	}

	/** A frame that is being received is not what its sender gave away. */
	#changed(): void {
		const address = this.pattern.source?.peerAddress ?? "";
		const error = new ZmqError("EFAULT", "A frame was written to after it had been sent: its memory belongs to the receiver from then on", {
			address,
		});
		this.#events?.emit({ type: "frame:changed", address, error });
		process.emitWarning(`${error.message} (from ${address})`, { code: "ZLOOM_CHANGED" });
	}

	/** @internal @throws ZmqError EINVAL */
	protected override setOption(name: keyof SocketOptions, value: unknown): void {
		super.setOption(name, value);
		if (name === "sendHighWaterMark" || name === "receiveHighWaterMark")
			this.pattern.setMarks({ send: this.settings.sendHighWaterMark, receive: this.settings.receiveHighWaterMark });
		this.#endpoints.optionSet();
	}
}
