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
import { type Endpoint, parseEndpoint } from "./endpoint.ts";
import { ZmqError } from "./errors.ts";
import { Inbox } from "./inbox.ts";
import { hold, release } from "./keep-alive.ts";
import { Observer } from "./observer.ts";
import { assignOption, makeOptions, type SocketOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import type { Pattern, PatternHost } from "./pattern/pattern.ts";
import type { Pipe } from "./pipe/pipe.ts";
import { Place, type PlaceOwner } from "./place.ts";
import { carries, conflated, framesMax, SOCKET_TYPE_NUMBER, type SocketTypeName } from "./socket-type.ts";
import type { Connector, Listener, Transport } from "./transport/transport.ts";
import { closedError } from "./waiters.ts";

/** Where a socket finds its transports. */
export interface TransportTable {
	/** @throws ZmqError EPROTONOSUPPORT */
	transport(scheme: Endpoint["scheme"]): Transport;
}

/** What a socket class is made of. */
export interface SocketMake {
	readonly type: SocketTypeName;
	readonly context: TransportTable;
	readonly options: Readonly<Record<string, unknown>>;
	/** How many frames a message that is sent may have; default: any number. */
	readonly framesMax?: number;
	pattern(host: PatternHost, options: Readonly<SocketOptions>): Pattern;
}

interface Bound {
	readonly text: string;
	readonly listener: Listener;
	readonly place: Place;
}

interface Connected {
	readonly connector: Connector;
	readonly place: Place;
}

export abstract class Socket {
	/** libzmq's number of the socket type. */
	readonly type: number;
	/** Where this socket finds its transports. */
	readonly context: TransportTable;
	/** How long messages may still be delivered after the end, ms; -1 = for ever, 0 = dropped. */
	declare linger: number;
	/** First delay before reconnecting, ms; -1 = never. */
	declare reconnectInterval: number;
	/** Ceiling of the doubling reconnect delay, ms; 0 = the first delay with jitter. */
	declare reconnectMaxInterval: number;
	/** True: messages queue only to peers that are connected now. */
	declare immediate: boolean;
	/** Largest frame taken from a peer, bytes; -1 = no limit. */
	declare maxMessageSize: number;
	/** Greeting and handshake must end within this, ms; 0 = no limit. */
	declare handshakeInterval: number;
	/** A connection must be made within this, ms; 0 = as long as the operating system takes. */
	declare connectTimeout: number;
	/** After which of these a connection is not made again. */
	declare reconnectStop: readonly ("refused" | "handshake" | "disconnect")[];
	/** Probes of tcp on idle connections: 1 = on, 0 = off, -1 = as the operating system does. */
	declare tcpKeepalive: number;
	/** How long a tcp connection is idle before the first probe, s; -1 = as the operating system does. */
	declare tcpKeepaliveIdle: number;
	/** Which addresses a tcp listener takes connections from, as "10.0.0.0/8"; null = all. */
	declare tcpAcceptFilter: string | null;
	/** Connections waiting to be accepted; taken at bind. */
	declare backlog: number;
	/** True: bind and connect may use IPv6. */
	declare ipv6: boolean;
	/** How often a PING is sent to each peer, ms; 0 = never. */
	declare heartbeatInterval: number;
	/** How long a peer may be silent after a PING, ms; -1 = as long as heartbeatInterval. */
	declare heartbeatTimeout: number;
	/** How long a peer is told to bear our silence, ms in whole tenths of a second; 0 = not told. */
	declare heartbeatTimeToLive: number;
	/** Sent to each peer in the handshake; names begin with X-. */
	declare metadata: Readonly<Record<string, string | Uint8Array>>;
	/** Which mechanism the plain… and curve… options ask for: the last one set counts. null = no security. */
	declare readonly securityMechanism: "plain" | "curve" | null;
	/** True: this side checks user names and passwords, by the ZAP handler: see Authenticator. */
	declare plainServer: boolean;
	declare plainUsername: string | null;
	declare plainPassword: string | null;
	/** True: this side is the CURVE server; it needs curveSecretKey. */
	declare curveServer: boolean;
	/** Own public key; 32 bytes, or 40 Z85 characters. */
	declare curvePublicKey: Uint8Array | string | null;
	/** Own secret key; 32 bytes, or 40 Z85 characters. */
	declare curveSecretKey: Uint8Array | string | null;
	/** The server's public key; 32 bytes, or 40 Z85 characters. */
	declare curveServerKey: Uint8Array | string | null;
	/** What the ZAP handler is told that this socket belongs to. */
	declare zapDomain: string;
	/** True: without a ZAP handler nobody of this domain gets in. */
	declare zapEnforceDomain: boolean;
	/** @internal */
	protected readonly inbox: Inbox;
	/** @internal */
	protected readonly outbox: Outbox;
	/** @internal */
	protected readonly pattern: Pattern;
	/** @internal */
	protected readonly settings: SocketOptions;
	/** @internal */
	readonly typeName: SocketTypeName;
	readonly #placeOwner: PlaceOwner;
	readonly #places = new Map<Pipe, Place>();
	readonly #bound = new Set<Bound>();
	readonly #connected = new Set<Connected>();
	/** Binds and closes under way. */
	readonly #pending = new Set<Promise<unknown>>();
	/** Made at its first use: a socket that nobody observes keeps no events. */
	#events: Observer | undefined;
	#lastEndpoint: string | null = null;
	#closed = false;
	#ended: Promise<void> | undefined;

	/** @internal Sockets are made by the classes Pair, Dealer, Router, Push and Pull. */
	protected constructor(make: SocketMake) {
		this.typeName = make.type;
		this.type = SOCKET_TYPE_NUMBER[make.type];
		this.context = make.context;
		this.settings = makeOptions(make.type, make.options);
		this.pattern = make.pattern(
			{
				onReadable: () => this.inbox.pump(),
				onWritable: () => this.outbox.pump(),
				onDetached: (pipe) => this.#places.delete(pipe),
			},
			this.settings,
		);
		this.#placeOwner = {
			type: this.typeName,
			options: this.settings,
			attach: (pipe, place) => {
				// First the table: the pattern may let go of the pipe within attach.
				this.#places.set(pipe, place);
				pipe.framesMax = framesMax(this.typeName);
				if (this.settings.conflate) pipe.conflate(conflated(this.typeName));
				if (!this.pattern.attach(pipe)) this.#places.delete(pipe);
			},
			emit: (event) => this.#events?.emit(event),
		};
		this.inbox = new Inbox(this.pattern, this.settings);
		this.outbox = new Outbox(this.pattern, this.settings, make.framesMax ?? Number.POSITIVE_INFINITY);
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
		return this.#lastEndpoint;
	}

	/** @internal For the proxy: what moves messages in and out. */
	static halves(socket: Socket): { inbox: Inbox; outbox: Outbox } {
		return { inbox: socket.inbox, outbox: socket.outbox };
	}

	/** @internal Pipes held; for leak checks. */
	get pipeCount(): number {
		return this.#places.size;
	}

	/**
	 * Listens on an endpoint. `tcp://127.0.0.1:*` takes a free port: {@link lastEndpoint} tells which.
	 *
	 * Rejects with EINVAL, EPROTONOSUPPORT, ENAMETOOLONG, EADDRINUSE, EADDRNOTAVAIL, EACCES; EBADF on a closed socket.
	 */
	async bind(endpoint: string): Promise<void> {
		this.#assertOpen();
		const parsed = parseEndpoint(endpoint);
		const transport = this.#transportFor(parsed);
		const place = new Place(this.#placeOwner);
		const listener = await this.#track(transport.bind(parsed, place)).catch((error: unknown) => {
			this.#leave(place);
			throw error;
		});
		if (this.#closed) {
			this.#leave(place);
			await this.#track(listener.close());
			throw closedError();
		}
		this.#bound.add({ text: endpoint, listener, place });
		this.#lastEndpoint = listener.endpoint;
	}

	/**
	 * Stops listening and ends every connection accepted there. Takes the endpoint as {@link lastEndpoint} shows it, or as it
	 * was bound when it has no wildcard. Rejects with ENOENT when it is not bound here, EBADF on a closed socket.
	 */
	async unbind(endpoint: string): Promise<void> {
		this.#assertOpen();
		parseEndpoint(endpoint);
		const wildcard = /\*|:0$/.test(endpoint);
		for (const bound of this.#bound) {
			if (bound.listener.endpoint !== endpoint && (wildcard || bound.text !== endpoint)) continue;
			this.#bound.delete(bound);
			this.#leave(bound.place);
			await this.#track(bound.listener.close());
			return;
		}
		const hint = wildcard ? "; a wildcard is unbound by what lastEndpoint showed after the bind" : "";
		throw new ZmqError("ENOENT", `"${endpoint}" is not bound by this socket${hint}`, { address: endpoint });
	}

	/**
	 * Connects to an endpoint, which may appear later; never waits. Connecting twice makes two connections.
	 * @throws ZmqError EINVAL, EPROTONOSUPPORT, ENAMETOOLONG, EBADF
	 */
	connect(endpoint: string): void {
		this.connectTo(endpoint, undefined);
	}

	/** @internal @param peerName what the peer is called, whatever it announces */
	protected connectTo(endpoint: string, peerName: Uint8Array | undefined): void {
		this.#assertOpen();
		const parsed = parseEndpoint(endpoint);
		const transport = this.#transportFor(parsed);
		const place = new Place(this.#placeOwner, peerName);
		try {
			const connector = transport.connect(parsed, place);
			this.#connected.add({ connector, place });
			this.#lastEndpoint = connector.endpoint;
		} catch (error) {
			this.#leave(place);
			throw error;
		}
	}

	/**
	 * Ends all connections made by `connect(endpoint)`. Unread messages of those peers are dropped; what was sent to them is
	 * still delivered within `linger`.
	 * @throws ZmqError ENOENT, EINVAL, EBADF
	 */
	disconnect(endpoint: string): void {
		this.#assertOpen();
		parseEndpoint(endpoint);
		let found = false;
		for (const connected of this.#connected) {
			if (connected.connector.endpoint !== endpoint) continue;
			found = true;
			this.#connected.delete(connected);
			this.#leave(connected.place);
			this.#closeQuietly(connected.connector);
		}
		if (!found) throw new ZmqError("ENOENT", `"${endpoint}" is not connected by this socket`, { address: endpoint });
	}

	/** Begins the end of this socket; see Shutdown in the header of this file. Never throws, never waits. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.inbox.close();
		this.outbox.close();
		for (const { place } of [...this.#bound, ...this.#connected]) place.end();
		this.pattern.close({ discard: this.settings.linger === 0 });
		for (const { listener } of this.#bound) this.#closeQuietly(listener);
		for (const { connector } of this.#connected) this.#closeQuietly(connector);
		this.#bound.clear();
		this.#connected.clear();
		this.#ended = this.#allSettled().then(() => this.#events?.emit({ type: "end" }));
	}

	/** Closes, and waits until addresses are free and what lingers is delivered or given up. */
	async [Symbol.asyncDispose](): Promise<void> {
		this.close();
		hold();
		try {
			await this.#ended;
		} finally {
			release();
		}
	}

	/** @throws ZmqError EPROTONOSUPPORT, ENOCOMPATPROTO */
	#transportFor({ scheme, text }: Endpoint): Transport {
		const transport = this.context.transport(scheme);
		if (carries(scheme, this.typeName)) return transport;
		throw new ZmqError("ENOCOMPATPROTO", `The transport ${scheme} cannot carry a ${this.typeName} socket`, { address: text });
	}

	#assertOpen(): void {
		if (this.#closed) throw closedError();
	}

	/** Ends what belongs to one endpoint: its pipes now, and whatever its transport may still want to attach. */
	#leave(place: Place): void {
		place.end();
		const discard = this.settings.linger === 0;
		for (const [pipe, at] of this.#places) if (at === place) this.pattern.detach(pipe, { discard });
	}

	#closeQuietly(closing: Listener | Connector): void {
		this.#track(closing.close()).catch((error: unknown) => {
			const cause = error instanceof Error ? error : new Error(String(error));
			this.#events?.emit({ type: "close:error", address: closing.endpoint, error: cause });
		});
	}

	/** Holds the event loop until the promise settles, and lets the end of the socket wait for it. */
	async #track<Result>(promise: Promise<Result>): Promise<Result> {
		hold();
		this.#pending.add(promise);
		try {
			return await promise;
		} finally {
			this.#pending.delete(promise);
			release();
		}
	}

	async #allSettled(): Promise<void> {
		while (this.#pending.size > 0) await Promise.allSettled([...this.#pending]);
	}

	/** @internal @throws ZmqError EINVAL */
	protected setOption(name: keyof SocketOptions, value: unknown): void {
		assignOption(this.typeName, this.settings, name, value);
		if (name === "sendHighWaterMark" || name === "receiveHighWaterMark")
			this.pattern.setMarks({ send: this.settings.sendHighWaterMark, receive: this.settings.receiveHighWaterMark });
	}

	/** Gives a socket class one property for each named option; a wrong value throws EINVAL. */
	protected static defineOptions(prototype: Socket, names: readonly (keyof SocketOptions)[]): void {
		for (const name of names) {
			Object.defineProperty(prototype, name, {
				configurable: true,
				enumerable: true,
				get(this: Socket) {
					return this.settings[name];
				},
				set(this: Socket, value: unknown) {
					this.setOption(name, value);
				},
			});
		}
	}

	static {
		Socket.defineOptions(Socket.prototype, [
			"linger",
			"reconnectInterval",
			"reconnectMaxInterval",
			"immediate",
			"maxMessageSize",
			"handshakeInterval",
			"connectTimeout",
			"reconnectStop",
			"tcpKeepalive",
			"tcpKeepaliveIdle",
			"tcpAcceptFilter",
			"backlog",
			"ipv6",
			"heartbeatInterval",
			"heartbeatTimeout",
			"heartbeatTimeToLive",
			"metadata",
			"securityMechanism",
			"plainServer",
			"plainUsername",
			"plainPassword",
			"curveServer",
			"curvePublicKey",
			"curveSecretKey",
			"curveServerKey",
			"zapDomain",
			"zapEnforceDomain",
		]);
	}
}
