/**
 * ROUTER (RFC 28): the first frame of a message names the peer. Receiving is fair-queued and puts that frame in front.
 *
 * Routing ids are bytes. A peer that announced none gets five: 00 and a number, counted up from a random start, so that
 * an id of an earlier run is not mistaken for one of this run. An id that is taken: the newer peer is refused, or with
 * `handover` takes the id over and the older one is closed. A message for nobody is dropped, or with `mandatory` is
 * "unreachable"; one for a full peer is dropped, or with `mandatory` is "full".
 *
 * Lookup by id allocates nothing for generated ids (an integer key), a short string for ids of a peer's choosing.
 */
import { randomInt } from "node:crypto";
import type { Message } from "../message.ts";
import type { SocketOptions } from "../options.ts";
import type { PatternHost, SendOutcome } from "./pattern.ts";
import { PatternBase } from "./pattern-base.ts";
import type { Peer } from "./peer.ts";

const GENERATED_ID_BYTES = 5;
const UINT32_COUNT = 2 ** 32;

/** One key for one id: an integer for five bytes that begin with 00, text for all others. */
function keyOf(id: Buffer): number | string {
	return id.length === GENERATED_ID_BYTES && id[0] === 0 ? id.readInt32BE(1) : id.toString("latin1");
}

export class RouterPattern extends PatternBase {
	readonly #options: Readonly<Pick<SocketOptions, "mandatory" | "handover">>;
	readonly #byId = new Map<number | string, Peer>();
	#nextId = randomInt(UINT32_COUNT);

	/** @param options live: read at every message. */
	constructor(host: PatternHost, options: Readonly<Pick<SocketOptions, "mandatory" | "handover">>) {
		super(host);
		this.#options = options;
	}

	/** A ROUTER that may drop can always be sent to. */
	override get writable(): boolean {
		if (!this.#options.mandatory) return true;
		for (const peer of this.#byId.values()) if (peer.pipe.writable) return true;
		return false;
	}

	trySend(message: Message): SendOutcome {
		const peer = this.#byId.get(keyOf(message[0] as Buffer));
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

	protected override admit(peer: Peer): boolean {
		const announced = peer.pipe.peerRoutingId;
		if (announced.length === 0) {
			peer.routingId = this.#generateId();
			peer.key = keyOf(peer.routingId);
			return true;
		}
		peer.routingId = Buffer.from(announced);
		peer.key = keyOf(peer.routingId);
		const older = this.#byId.get(peer.key);
		if (older !== undefined) {
			if (!this.#options.handover) return false;
			this.detach(older.pipe, { discard: false });
		}
		return true;
	}

	protected override joined(peer: Peer): void {
		this.#byId.set(peer.key, peer);
		this.host.onWritable();
	}

	protected override lost(peer: Peer): void {
		if (this.#byId.get(peer.key) === peer) this.#byId.delete(peer.key);
	}

	#generateId(): Buffer {
		const id = Buffer.alloc(GENERATED_ID_BYTES);
		do {
			id.writeUInt32BE(this.#nextId, 1);
			this.#nextId = (this.#nextId + 1) % UINT32_COUNT;
		} while (this.#byId.has(keyOf(id)));
		return id;
	}
}
