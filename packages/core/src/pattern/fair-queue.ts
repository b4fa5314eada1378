/**
 * Fair queuing (RFC 28, 30: "SHALL receive incoming messages from its peers using a fair-queuing strategy" in our words:
 * one whole message per peer in turn, and no peer can keep the others out).
 *
 * Only peers with something to read are in the rotation; one that becomes readable joins the end.
 */
import type { Message } from "../message.ts";
import type { Peer } from "./peer.ts";
import { Rotation, type Turn } from "./rotation.ts";

export class FairQueue {
	/** Who wrote the message that {@link tryReceive} returned last. */
	source: Peer | undefined;
	readonly #ready = new Rotation<Peer>();
	readonly #onDrained: (peer: Peer) => void;

	/** @param onDrained told when a peer that has left was read to the end. */
	constructor(onDrained: (peer: Peer) => void) {
		this.source = undefined;
		this.#onDrained = onDrained;
	}

	get readable(): boolean {
		return this.#ready.current !== undefined;
	}

	/** The peer has messages to read. */
	join(peer: Peer): void {
		this.#ready.join(peer.inbound);
	}

	/** The peer is forgotten, with what it wrote. */
	leave(peer: Peer): void {
		this.#ready.leave(peer.inbound);
		if (this.source === peer) this.source = undefined;
	}

	tryReceive(): Message | undefined {
		const turn = this.#ready.current;
		if (turn === undefined) return undefined;
		const { peer } = turn;
		const message = peer.pipe.tryRead();
		// The read may have let the peer write again at once, so look now, not before.
		if (peer.pipe.readable) {
			this.#ready.pass(turn);
		} else {
			this.#ready.leave(turn);
			if (peer.left) this.#onDrained(peer);
		}
		this.source = peer;
		return message;
	}

	/** As so many {@link tryReceive}: appends messages to `into` until it has `max` or there is none. */
	receiveMany(into: Message[], max: number): void {
		for (let turn = this.#ready.current; turn !== undefined && into.length < max; turn = this.#ready.current) {
			if (turn.next === turn) this.#receiveFrom(turn, into, max - into.length);
			else into.push(this.tryReceive() as Message);
		}
	}

	/** Reads from the only peer that has something. */
	#receiveFrom(turn: Turn<Peer>, into: Message[], max: number): void {
		const { peer } = turn;
		peer.pipe.readMany(into, max);
		if (!peer.pipe.readable) {
			this.#ready.leave(turn);
			if (peer.left) this.#onDrained(peer);
		}
		this.source = peer;
	}
}
