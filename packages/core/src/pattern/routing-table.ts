/**
 * The peers of a ROUTER or STREAM by routing id (RFC 28).
 *
 * Routing ids are bytes. A peer without one gets five: 00 and a number, counted up from a random start, so that an id of an
 * earlier run is not mistaken for one of this run. Lookup allocates nothing for generated ids (an integer key), a short
 * string for all others.
 */
import { randomInt } from "node:crypto";
import { ROUTING_ID_BYTES_MAX } from "../limits.ts";
import type { Peer } from "./peer.ts";

const GENERATED_ID_BYTES = 5;
const UINT32_COUNT = 2 ** 32;

/** One key for one id: an integer for five bytes that begin with 00, text for all others. */
function keyOf(id: Buffer): number | string {
	return id.length === GENERATED_ID_BYTES && id[0] === 0 ? id.readInt32BE(1) : id.toString("latin1");
}

export class RoutingTable {
	readonly #byId = new Map<number | string, Peer>();
	#nextId = randomInt(UINT32_COUNT);

	get(id: Buffer): Peer | undefined {
		// Longer ones are nobody's; making text of them would only cost.
		return id.length > ROUTING_ID_BYTES_MAX ? undefined : this.#byId.get(keyOf(id));
	}

	peers(): Iterable<Peer> {
		return this.#byId.values();
	}

	/** Gives the peer its id; an empty one means a generated one. Returns who has that id. */
	name(peer: Peer, id: Uint8Array): Peer | undefined {
		peer.routingId = id.length === 0 ? this.#generate() : Buffer.from(id);
		peer.key = keyOf(peer.routingId);
		return this.#byId.get(peer.key);
	}

	/** The peer can be found by its id from now on. */
	add(peer: Peer): void {
		this.#byId.set(peer.key, peer);
	}

	remove(peer: Peer): void {
		if (this.#byId.get(peer.key) === peer) this.#byId.delete(peer.key);
	}

	#generate(): Buffer {
		const id = Buffer.alloc(GENERATED_ID_BYTES);
		do {
			id.writeUInt32BE(this.#nextId, 1);
			this.#nextId = (this.#nextId + 1) % UINT32_COUNT;
		} while (this.#byId.has(keyOf(id)));
		return id;
	}
}
