/**
 * ROUTER (RFC 28): the first frame of a message names the peer. Receiving is fair-queued and puts that frame in front.
 *
 * An id that is taken: the newer peer is refused, or with `handover` takes the id over and the older one is closed. A message
 * for nobody is dropped, or with `mandatory` is "unreachable"; one for a full peer is dropped, or with `mandatory` is "full".
 * With `routerNotify` a receive tells of peers that come or go, as their id and an empty frame.
 */
import type { Message } from "../message.ts";
import type { SocketOptions } from "../option/options.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { greet, injectLast } from "./greetings.ts";
import type { PatternHost, PatternOutcome } from "./pattern.ts";
import { PatternBase } from "./pattern-base.ts";
import type { Peer } from "./peer.ts";
import { RoutingTable } from "./routing-table.ts";

type RouterOptions = Readonly<
	Pick<SocketOptions, "mandatory" | "handover"> &
		Partial<Pick<SocketOptions, "probeRouter" | "routerNotify" | "helloMessage" | "disconnectMessage">>
>;

const NOTICE = Buffer.alloc(0);

export class RouterPattern extends PatternBase {
	readonly #options: RouterOptions;
	readonly #table = new RoutingTable();

	/** @param options live: read at every message. */
	constructor(host: PatternHost, options: RouterOptions) {
		super(host);
		this.#options = options;
	}

	/** A ROUTER that may drop can always be sent to. */
	override get writable(): boolean {
		if (!this.#options.mandatory) return true;
		for (const peer of this.#table.peers()) if (peer.pipe.writable) return true;
		return false;
	}

	/** True when a peer has this id. */
	has(id: Buffer): boolean {
		return this.#table.get(id) !== undefined;
	}

	trySend(message: Message): PatternOutcome {
		const peer = this.#table.get(message[0] as Buffer);
		if (peer === undefined) return this.#options.mandatory ? "unreachable" : "dropped";
		// An id and nothing behind it is no message.
		if (message.length === 1) return "dropped";
		if (!peer.pipe.writable) {
			if (!this.#options.mandatory) return "dropped";
			// It will be refused, and that is what makes the pipe tell when there is room.
			peer.pipe.tryWrite(message);
			return "full";
		}
		message.shift();
		peer.pipe.tryWrite(message);
		return "sent";
	}

	override tryReceive(): Message | undefined {
		const message = this.inbound.tryReceive();
		if (message === undefined) return undefined;
		message.unshift((this.inbound.source as Peer).routingId);
		return message;
	}

	override peerWritable(): void {
		this.host.onWritable();
	}

	override peerHiccup(peer: Peer): void {
		greet(peer, this.#options);
	}

	protected override admit(peer: Peer): boolean {
		const older = this.#table.name(peer, peer.pipe.givenRoutingId ?? peer.pipe.peerRoutingId);
		if (older === undefined) return true;
		if (!this.#options.handover) return false;
		this.detach(older.pipe, { discard: false });
		return true;
	}

	protected override faultOf(peer: Peer): Error | undefined {
		if (peer.pipe.givenRoutingId !== undefined) return undefined;
		return new ProtocolError(
			"ERR_ZMTP_INVALID_METADATA",
			"The peer's routing id is that of another peer that is connected; give each its own, or let the newer one take it over (handover)",
		);
	}

	protected override joined(peer: Peer): void {
		this.#table.add(peer);
		greet(peer, this.#options);
		const { routerNotify } = this.#options;
		if (routerNotify === "connect" || routerNotify === "both") {
			peer.pipe.inject([NOTICE]);
			this.peerReadable(peer);
		}
		this.host.onWritable();
	}

	protected override lost(peer: Peer): void {
		this.#table.remove(peer);
	}

	protected override departed(peer: Peer): void {
		const { routerNotify, disconnectMessage } = this.#options;
		if (routerNotify === "disconnect" || routerNotify === "both") peer.pipe.inject([NOTICE]);
		injectLast(peer, disconnectMessage);
		if (peer.pipe.readable) this.peerReadable(peer);
	}
}
