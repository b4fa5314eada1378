/**
 * SERVER (RFC 41) and PEER (RFC 51): as ROUTER, but a peer's routing id is a number that this socket gives it, 1 to 2^32 - 1,
 * counted up from a random start. Within the pattern it is the first frame of a message, four bytes.
 *
 * A message for an unknown id is "unreachable", one for a full peer waits.
 */
import { randomInt } from "node:crypto";
import type { Message } from "../message.ts";
import type { SocketOptions } from "../option/options.ts";
import { greet, injectHiccup, injectLast } from "./greetings.ts";
import type { PatternHost, PatternOutcome } from "./pattern.ts";
import { PatternBase } from "./pattern-base.ts";
import type { Peer } from "./peer.ts";

type ServerOptions = Readonly<Partial<Pick<SocketOptions, "helloMessage" | "disconnectMessage" | "hiccupMessage">>>;

const UINT32_COUNT = 2 ** 32;
const ROUTING_ID_BYTES = 4;

/** A routing id as the frame in front of a message. */
export function routingIdFrame(id: number): Buffer {
	const frame = Buffer.allocUnsafe(ROUTING_ID_BYTES);
	frame.writeUInt32BE(id, 0);
	return frame;
}

export class ServerPattern extends PatternBase {
	readonly #options: ServerOptions;
	readonly #byId = new Map<number, Peer>();
	#nextId: number;

	/**
	 * @param options live: read when a peer comes or goes.
	 * @param firstId where to count from; default: at random, so that an id of an earlier run is not mistaken for one of this run
	 */
	constructor(host: PatternHost, options: ServerOptions = {}, firstId: number = randomInt(1, UINT32_COUNT)) {
		super(host);
		this.#options = options;
		this.#nextId = firstId;
	}

	override get writable(): boolean {
		for (const peer of this.#byId.values()) if (peer.pipe.writable) return true;
		return false;
	}

	/** An id that no peer has, never 0. */
	generateId(): number {
		let id: number;
		do {
			id = this.#nextId;
			this.#nextId = (this.#nextId + 1) % UINT32_COUNT || 1;
		} while (this.#byId.has(id));
		return id;
	}

	/** Ends the peer of this id; false when there is none. */
	disconnect(id: number, options: { discard: boolean }): boolean {
		const peer = this.#byId.get(id);
		if (peer === undefined) return false;
		this.detach(peer.pipe, options);
		return true;
	}

	trySend(message: Message): PatternOutcome {
		const id = message[0] as Buffer;
		// A proxy passes on what peers have sent.
		if (id.length !== ROUTING_ID_BYTES || message.length < 2) return "dropped";
		const pipe = this.#byId.get(id.readUInt32BE(0))?.pipe;
		if (pipe === undefined) return "unreachable";
		if (!pipe.writable) {
			// It will be refused, and that is what makes the pipe tell when there is room.
			pipe.tryWrite(message.slice(1));
			return "full";
		}
		message.shift();
		pipe.tryWrite(message);
		return "sent";
	}

	override tryReceive(): Message | undefined {
		const message = this.inbound.tryReceive();
		message?.unshift((this.inbound.source as Peer).routingId);
		return message;
	}

	override peerWritable(): void {
		this.host.onWritable();
	}

	override peerHiccup(peer: Peer): void {
		greet(peer, this.#options);
		injectHiccup(peer, this.#options.hiccupMessage);
		if (peer.pipe.readable) this.peerReadable(peer);
	}

	protected override admit(peer: Peer): boolean {
		const given = peer.pipe.givenRoutingId;
		peer.routingId = given === undefined ? routingIdFrame(this.generateId()) : Buffer.from(given);
		peer.key = peer.routingId.readUInt32BE(0);
		return !this.#byId.has(peer.key);
	}

	protected override joined(peer: Peer): void {
		this.#byId.set(peer.key as number, peer);
		greet(peer, this.#options);
		this.host.onWritable();
	}

	protected override lost(peer: Peer): void {
		this.#byId.delete(peer.key as number);
	}

	protected override departed(peer: Peer): void {
		injectLast(peer, this.#options.disconnectMessage);
		if (peer.pipe.readable) this.peerReadable(peer);
	}
}
