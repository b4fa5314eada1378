/**
 * ROUTER, SERVER and PEER as ends that speak with one peer: whom they connect to, or else whoever said hello last.
 *
 * Their peers in these tests say hello when they connect (helloMessage). Whoever has left is forgotten, and the next hello counts.
 */
import { type Content, Peer, type Router, type SendOutcome, type Server, type Socket, type WaitOptions } from "@zloom/core";
import type { Both } from "./duplex-contract.ts";
import { alone, quick, type Receiver } from "./ends.ts";
import { open } from "./open-sockets.ts";

export const HELLO = "hello";

/** A message and whom it is from. */
export type From<Id> = [id: Id, ...frames: Buffer[]];

/** How a type is spoken to. */
export interface Port<Id> {
	readonly socket: Socket;
	/** The id that the new connection has, if that is known. */
	connect(endpoint: string): Id | undefined;
	trySend(body: Content, id: Id): SendOutcome;
	send(body: Content, id: Id, options?: WaitOptions): Promise<void>;
	sendMany(bodies: readonly Content[], id: Id): Promise<void>;
	receive(): Promise<From<Id>>;
	tryReceive(): From<Id> | undefined;
}

export function routerPort(socket: Router, name = "peer"): Port<Buffer> {
	const under = (body: Content, id: Buffer): Content => [id, ...(Array.isArray(body) ? body : [body])];
	return {
		socket: open(quick(socket)),
		connect(endpoint) {
			socket.connect(endpoint, { routingId: name });
			return Buffer.from(name);
		},
		trySend: (body, id) => socket.trySend(under(body, id)),
		send: (body, id, options) => socket.send(under(body, id), options),
		sendMany: (bodies, id) => socket.sendMany(bodies.map((body) => under(body, id))),
		receive: () => socket.receive(),
		tryReceive: () => socket.tryReceive(),
	};
}

export function numberPort(socket: Server | Peer): Port<number> {
	return {
		socket: open(quick(socket)),
		connect(endpoint) {
			if (socket instanceof Peer) return socket.connectPeer(endpoint);
			socket.connect(endpoint);
			return undefined;
		},
		trySend: (body, routingId) => socket.trySend(alone(body), { routingId }),
		send: (body, routingId, options = {}) => socket.send(alone(body), { ...options, routingId }),
		sendMany: (bodies, routingId) => socket.sendMany(bodies.map((body) => [alone(body), { routingId }] as const)),
		receive: async () => {
			const [message, { routingId }] = await socket.receive();
			return [routingId, message];
		},
		tryReceive: () => {
			const received = socket.tryReceive();
			return received && [received[1].routingId, received[0]];
		},
	};
}

export class Addressed<Id> implements Both {
	readonly socket: Socket;
	readonly #port: Port<Id>;
	#id: Id | undefined;

	constructor(port: Port<Id>) {
		this.socket = port.socket;
		this.#port = port;
	}

	readonly connect = (endpoint: string): void => {
		this.#id = this.#port.connect(endpoint);
	};

	/** Waits for a hello. */
	async acquaint(): Promise<void> {
		[this.#id] = await this.#port.receive();
	}

	readonly trySend = (body: Content): SendOutcome => {
		this.#id ??= this.#port.tryReceive()?.[0];
		if (this.#id === undefined) return "unreachable";
		const outcome = this.#port.trySend(body, this.#id);
		if (outcome === "unreachable") this.#id = undefined;
		return outcome;
	};

	readonly send = async (body: Content, options?: WaitOptions): Promise<void> => {
		if (this.#id === undefined) await this.acquaint();
		await this.#port.send(body, this.#id as Id, options);
	};

	readonly sendMany = async (bodies: readonly Content[]): Promise<void> => {
		if (this.#id === undefined) await this.acquaint();
		await this.#port.sendMany(bodies, this.#id as Id);
	};

	readonly receive = async (): Promise<Buffer[]> => {
		const [, ...frames] = await this.#port.receive();
		return frames;
	};

	readonly tryReceive = (): Buffer[] | undefined => this.#port.tryReceive()?.slice(1) as Buffer[] | undefined;
}

/** Such a socket when it only receives: the ids do not matter. */
export function listening<Id>(port: Port<Id>): Receiver {
	return new Addressed(port);
}
