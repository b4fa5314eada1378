/**
 * What one socket is bound and connected to, and which pipe came by which endpoint.
 *
 * An endpoint is a place (place.ts) and what its transport made of it: a listener or a connector. Pipes go from there to the
 * pattern of the socket; unbind and disconnect end exactly those of their endpoint.
 *
 * **Shutdown**: `close()` ends every place, so that nothing new is attached, then every pipe, then listeners and connectors; it
 * settles when all of them have, with binds that were under way. While anything of it is under way, the event loop is held.
 */
import { type Endpoint, parseEndpoint } from "../endpoint/endpoint.ts";
import { ZmqError } from "../errors.ts";
import type { SocketEvent } from "../monitor.ts";
import type { SocketOptions } from "../option/options.ts";
import type { Pattern } from "../pattern/pattern.ts";
import type { Pipe } from "../pipe/pipe.ts";
import { carries, conflated, framesMax, type SocketTypeName } from "../socket-type.ts";
import type { Connector, Listener, Transport } from "../transport/transport.ts";
import { hold, release } from "../wait/keep-alive.ts";
import { closedError } from "../wait/waiters.ts";
import { Place, type PlaceOwner } from "./place.ts";

/** Where a socket finds its transports. */
export interface TransportTable {
	/** Of inproc names and of the ZAP handler; empty = the one of all threads. */
	readonly namespace: string;
	/** @throws ZmqError EPROTONOSUPPORT */
	transport(scheme: Endpoint["scheme"]): Transport;
}

/** The socket as its endpoints see it. */
export interface EndpointsOwner {
	readonly type: SocketTypeName;
	/** Live. */
	readonly options: Readonly<SocketOptions>;
	readonly transports: TransportTable;
	readonly pattern: Pattern;
	emit(event: SocketEvent): void;
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

export class SocketEndpoints implements PlaceOwner {
	readonly type: SocketTypeName;
	readonly namespace: string;
	readonly scope: object;
	readonly options: Readonly<SocketOptions>;
	/** The endpoint bound or connected last, wildcards resolved; null before the first. */
	last: string | null = null;
	readonly #owner: EndpointsOwner;
	readonly #places = new Map<Pipe, Place>();
	readonly #bound = new Set<Bound>();
	readonly #connected = new Set<Connected>();
	/** Binds and closes under way. */
	readonly #pending = new Set<Promise<unknown>>();
	#closed = false;

	constructor(owner: EndpointsOwner) {
		this.type = owner.type;
		this.namespace = owner.transports.namespace;
		this.scope = owner.transports;
		this.options = owner.options;
		this.#owner = owner;
	}

	/** Pipes held. */
	get pipeCount(): number {
		return this.#places.size;
	}

	/** @internal a pipe of a place */
	attach(pipe: Pipe, place: Place): void {
		// First the table: the pattern may let go of the pipe within attach.
		this.#places.set(pipe, place);
		pipe.framesMax = framesMax(this.type);
		if (this.options.conflate) pipe.conflate(conflated(this.type));
		if (!this.#owner.pattern.attach(pipe)) this.#places.delete(pipe);
	}

	/** @internal an event of a place */
	emit(event: SocketEvent): void {
		this.#owner.emit(event);
	}

	/** The pattern has no room for this pipe, which is in the table still. */
	refused(pipe: Pipe): void {
		const place = this.#places.get(pipe);
		let address = pipe.peerAddress;
		for (const bound of this.#bound) if (bound.place === place) address = bound.listener.endpoint;
		const why = pipe.givenRoutingId === undefined ? `a ${this.type} socket has one peer at a time` : "another peer has its routing id";
		this.#owner.emit({ type: "disconnect", address, error: new ZmqError("ENOBUFS", `A peer was turned away: ${why}`, { address }) });
	}

	/** The pattern let go of this pipe. */
	detached(pipe: Pipe): void {
		this.#places.delete(pipe);
	}

	/** See {@link Socket.bind}. */
	async bind(endpoint: string): Promise<void> {
		this.#assertOpen();
		const parsed = parseEndpoint(endpoint);
		const transport = this.#transportFor(parsed);
		const place = new Place(this);
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
		this.last = listener.endpoint;
	}

	/** See {@link Socket.unbind}. */
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

	/** See {@link Socket.connect}. @param peerName what the peer is called, whatever it announces */
	connect(endpoint: string, peerName: Uint8Array | undefined): void {
		this.#assertOpen();
		const parsed = parseEndpoint(endpoint);
		const transport = this.#transportFor(parsed);
		const place = new Place(this, peerName);
		try {
			const connector = transport.connect(parsed, place);
			this.#connected.add({ connector, place });
			this.last = connector.endpoint;
		} catch (error) {
			this.#leave(place);
			throw error;
		}
	}

	/** See {@link Socket.disconnect}. */
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

	/** An option of the socket was set. */
	optionSet(): void {
		for (const { place } of this.#bound) place.optionSet();
		for (const { place } of this.#connected) place.optionSet();
	}

	/** Called once; see Shutdown above. */
	close(): Promise<void> {
		this.#closed = true;
		for (const { place } of [...this.#bound, ...this.#connected]) place.end();
		this.#owner.pattern.close({ discard: this.options.linger === 0 });
		for (const { listener } of this.#bound) this.#closeQuietly(listener);
		for (const { connector } of this.#connected) this.#closeQuietly(connector);
		this.#bound.clear();
		this.#connected.clear();
		return this.#allSettled();
	}

	/** @throws ZmqError EPROTONOSUPPORT, ENOCOMPATPROTO */
	#transportFor({ scheme, text }: Endpoint): Transport {
		const transport = this.#owner.transports.transport(scheme);
		if (carries(scheme, this.type)) return transport;
		throw new ZmqError("ENOCOMPATPROTO", `The transport ${scheme} cannot carry a ${this.type} socket`, { address: text });
	}

	#assertOpen(): void {
		if (this.#closed) throw closedError();
	}

	/** Ends what belongs to one endpoint: its pipes now, and whatever its transport may still want to attach. */
	#leave(place: Place): void {
		place.end();
		const discard = this.options.linger === 0;
		for (const [pipe, at] of this.#places) if (at === place) this.#owner.pattern.detach(pipe, { discard });
	}

	#closeQuietly(closing: Listener | Connector): void {
		this.#track(closing.close()).catch((error: unknown) => {
			const cause = error instanceof Error ? error : new Error(String(error));
			this.#owner.emit({ type: "close:error", address: closing.endpoint, error: cause });
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
}
