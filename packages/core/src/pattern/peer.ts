/**
 * One peer of a pattern: the socket's end of a pipe, its places in the two rotations, and its routing id.
 *
 * It is the owner of its pipe, so an event of the pipe finds its peer without a lookup.
 */
import type { Pipe, PipeOwner } from "../pipe/pipe.ts";
import { Turn } from "./rotation.ts";

/** Who hears of a peer's events. */
export interface PeerOwner {
	peerReadable(peer: Peer): void;
	peerWritable(peer: Peer): void;
	peerHiccup(peer: Peer): void;
	/** May come more than once. */
	peerClosed(peer: Peer): void;
}

const NO_ROUTING_ID = Buffer.alloc(0);

export class Peer implements PipeOwner {
	readonly pipe: Pipe;
	/** Place among the peers with a message to read. */
	readonly inbound: Turn<Peer>;
	/** Place among the peers with room. */
	readonly outbound: Turn<Peer>;
	/** ROUTER and STREAM: what messages to and from this peer begin with. */
	routingId: Buffer;
	/** ROUTER and STREAM: the id as a key of its table. Kept, because whoever receives the id could write into it. */
	key: number | string;
	/** True once the peer has left; it stays while it has messages to read. */
	left: boolean;
	/** PUB, XPUB and RADIO: true while its messages are read. A read can make room in which the peer writes at once: that comes behind. */
	reading: boolean;
	readonly #owner: PeerOwner;

	constructor(pipe: Pipe, owner: PeerOwner) {
		this.pipe = pipe;
		this.#owner = owner;
		this.inbound = new Turn(this);
		this.outbound = new Turn(this);
		this.routingId = NO_ROUTING_ID;
		this.key = 0;
		this.left = false;
		this.reading = false;
	}

	onReadable(): void {
		this.#owner.peerReadable(this);
	}

	onWritable(): void {
		this.#owner.peerWritable(this);
	}

	onHiccup(): void {
		this.#owner.peerHiccup(this);
	}

	onClosed(): void {
		this.#owner.peerClosed(this);
	}
}
