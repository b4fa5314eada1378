/**
 * One tcp port that several sockets of this thread share, told apart by the resource that a peer names in its handshake (RFC 37 §"The
 * Resource Property"): `tcp://host:port/resource`.
 *
 * - The first bind makes the server, later ones join it; whose connection it is shows when the handshake is done. Security is the
 *   port's: sockets that share one must have the same options of it.
 * - A peer that names a resource which nobody has bound yet waits in its handshake for as long as it likes: it has said all that is asked
 *   of it, so the handshake interval does not run.
 * - One that names none is disconnected; peers of ZMTP 1.0 and 2.0, which cannot name any, are refused.
 *
 * Shutdown: closing one service frees its resource at once and ends its connections, as a listener does; the last one closes the server,
 * and with it the connections that are still in their handshake.
 */

import type { Server, Socket } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { ZmqError } from "../errors.ts";
import type { SocketEvent } from "../monitor.ts";
import type { SocketOptions } from "../option/options.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { SocketChoice } from "../security/peer-metadata.ts";
import type { SocketTypeName } from "../socket-type.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { Accepted, type AcceptedOwner } from "./accepted.ts";
import { reportEnd } from "./connection-events.ts";
import { makeEngine } from "./make-engine.ts";
import type { Listener, TransportHost } from "./transport.ts";

/** What all sockets of one port must agree in: it counts before it is known whose connection it is. */
const AGREED = [
	...(["securityMechanism", "plainServer", "curveServer", "curveSecretKey", "zapDomain", "zapEnforceDomain"] as const),
	...(["maxMessageSize", "handshakeInterval", "tcpAcceptFilter"] as const),
];

/** One socket at a shared port. */
class Service implements Listener {
	readonly endpoint: string;
	readonly host: TransportHost;
	readonly resource: string;
	readonly connections = new Set<Accepted>();
	readonly #port: SharedPort;
	#closing: Promise<void> | undefined;
	#resolveEmpty: () => void = () => {};

	constructor(port: SharedPort, endpoint: string, resource: string, host: TransportHost) {
		this.#port = port;
		this.endpoint = endpoint;
		this.resource = resource;
		this.host = host;
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	emit(type: "accept:error", error: Error): void {
		this.host.emit({ type, address: this.endpoint, error });
	}

	forget(connection: Accepted): void {
		this.connections.delete(connection);
		if (this.connections.size === 0) this.#resolveEmpty();
	}

	async #close(): Promise<void> {
		this.#port.leave(this);
		const empty = new Promise<void>((resolve) => {
			this.#resolveEmpty = resolve;
		});
		for (const connection of [...this.connections]) connection.close();
		this.host.emit({ type: "close", address: this.endpoint });
		if (this.connections.size > 0) await empty;
	}
}

/** One connection: it belongs to the port until its peer has chosen, then to a service. */
class Arrival implements AcceptedOwner, TransportHost, SocketChoice {
	readonly host: TransportHost = this;
	readonly choice: SocketChoice = this;
	readonly namespace: string | undefined;
	readonly #port: SharedPort;
	#service: Service;
	#go: (() => void) | undefined;
	made = false;
	/** What the peer asks for while it is not there. */
	wanted: string | undefined;
	#connection: Accepted | undefined;

	/** @param eldest whose options count, and who hears what happens, until the peer has chosen */
	constructor(port: SharedPort, eldest: Service) {
		this.#port = port;
		this.#service = eldest;
		this.namespace = eldest.host.namespace;
	}

	get endpoint(): string {
		return this.#service.endpoint;
	}

	/** Until the choice is made, a type that may have to say what it wants: an engine looks whether it may. */
	get type(): SocketTypeName {
		return this.made ? this.#service.host.type : "SUB";
	}

	get options(): Readonly<SocketOptions> {
		return this.#service.host.options;
	}

	get closed(): boolean {
		return this.#service.host.closed;
	}

	get waiting(): boolean {
		return this.wanted !== undefined;
	}

	attach(pipe: Pipe): void {
		this.#service.host.attach(pipe);
	}

	emit(event: SocketEvent): void {
		this.#service.host.emit(event);
	}

	/** @throws ProtocolError ERR_ZMTP_UNKNOWN_RESOURCE */
	choose(resource: string): void {
		if (resource === "")
			throw new ProtocolError(
				"ERR_ZMTP_UNKNOWN_RESOURCE",
				"The peer names no resource, and the sockets at this port are told apart by theirs",
			);
		const service = this.#port.service(resource);
		if (service === undefined) this.wanted = resource;
		else this.#make(service);
	}

	whenMade(go: () => void): void {
		this.#go = go;
	}

	/** The socket that the peer waits for is there. */
	makeLate(service: Service): void {
		this.wanted = undefined;
		this.#make(service);
		this.#go?.();
	}

	#make(service: Service): void {
		this.#service = service;
		this.made = true;
		this.#port.forget(this);
		service.connections.add(this.#connection as Accepted);
	}

	begin(stream: Socket, peerAddress: string): void {
		this.#connection = new Accepted((owner) => makeEngine(stream, this, owner), peerAddress, this);
	}

	/** The port is closed. */
	close(): void {
		this.#connection?.close();
	}

	forget(connection: Accepted): void {
		if (this.made) this.#service.forget(connection);
		else this.#port.forget(this);
	}
}

/** What a port must know of its transport. */
export interface SharedPortParts {
	/** How to name the peer of a stream. */
	peerAddress(stream: Socket): string;
	/** Whether a connection is taken at all. */
	admits(stream: Socket, host: TransportHost): boolean;
}

export class SharedPort {
	readonly #server: Server;
	readonly #services = new Map<string, Service>();
	/** In their handshake. */
	readonly #arriving = new Set<Arrival>();
	readonly #parts: SharedPortParts;
	readonly #afterClose: () => void;
	#closed = false;

	/** @param server listening @param afterClose the port is free */
	constructor(server: Server, parts: SharedPortParts, afterClose: () => void) {
		this.#server = server;
		this.#parts = parts;
		this.#afterClose = afterClose;
		server.unref();
		server.on("connection", (stream: Socket) => this.#onConnection(stream));
		server.on("error", (error) => this.#eldest()?.emit("accept:error", error));
	}

	/** True once nobody uses it any more. */
	get closed(): boolean {
		return this.#closed;
	}

	/** @throws ZmqError EADDRINUSE, EINVAL */
	join(endpoint: string, resource: string, host: TransportHost): Listener {
		if (this.#services.has(resource))
			throw new ZmqError("EADDRINUSE", `Cannot bind "${endpoint}": another socket is bound there; choose another resource`, {
				address: endpoint,
			});
		const eldest = this.#eldest()?.host;
		const differing = AGREED.find((name) => eldest !== undefined && !isDeepStrictEqual(eldest.options[name], host.options[name]));
		if (differing !== undefined || (eldest !== undefined && eldest.namespace !== host.namespace))
			throw new ZmqError(
				"EINVAL",
				`Cannot bind "${endpoint}": sockets that share a port must agree in ${differing ?? "their context"}, and they do not`,
				{ address: endpoint },
			);
		const service = new Service(this, endpoint, resource, host);
		this.#services.set(resource, service);
		host.emit({ type: "bind", address: endpoint });
		for (const arrival of [...this.#arriving]) if (arrival.wanted === resource) arrival.makeLate(service);
		return service;
	}

	/** @internal */
	service(resource: string): Service | undefined {
		return this.#services.get(resource);
	}

	/** @internal It has ended, or belongs to a service now. */
	forget(arrival: Arrival): void {
		this.#arriving.delete(arrival);
	}

	/** @internal */
	leave(service: Service): void {
		this.#services.delete(service.resource);
		this.closeUnused();
	}

	/** Ends the port if no socket is bound to it. */
	closeUnused(): void {
		if (this.#services.size > 0 || this.#closed) return;
		this.#closed = true;
		// The descriptor is closed within this call.
		this.#server.close();
		this.#afterClose();
		for (const arrival of [...this.#arriving]) arrival.close();
	}

	#eldest(): Service | undefined {
		return this.#services.values().next().value;
	}

	#onConnection(stream: Socket): void {
		const eldest = this.#eldest();
		if (eldest === undefined || !this.#parts.admits(stream, eldest.host)) {
			stream.destroy();
			const peer = this.#parts.peerAddress(stream);
			eldest?.emit("accept:error", new ZmqError("EACCES", `A connection from ${peer} was turned away by tcpAcceptFilter`));
			return;
		}
		eldest.host.emit({ type: "accept", address: eldest.endpoint });
		try {
			const arrival = new Arrival(this, eldest);
			arrival.begin(stream, this.#parts.peerAddress(stream));
			this.#arriving.add(arrival);
		} catch (cause) {
			// Options were changed since bind() checked them.
			reportEnd(eldest.host, eldest.endpoint, { kind: "lost", duringHandshake: true, error: cause as Error });
		}
	}
}
