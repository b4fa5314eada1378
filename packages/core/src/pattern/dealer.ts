/**
 * DEALER (RFC 28): sends round robin to all peers with room, receives fair-queued from all. It never drops.
 */
import type { Message } from "../message.ts";
import type { SocketOptions } from "../option/options.ts";
import { greet, injectHiccup } from "./greetings.ts";
import type { PatternHost, PatternOutcome } from "./pattern.ts";
import { PatternBase } from "./pattern-base.ts";
import type { Peer } from "./peer.ts";

type DealerOptions = Readonly<Partial<Pick<SocketOptions, "probeRouter" | "helloMessage" | "hiccupMessage">>>;

/** DEALER, and CLIENT, which differs on the wire only. */
export class DealerPattern extends PatternBase {
	readonly #options: DealerOptions;

	/** @param options live: read when a peer comes or goes. */
	constructor(host: PatternHost, options: DealerOptions = {}) {
		super(host);
		this.#options = options;
	}

	trySend(message: Message): PatternOutcome {
		if (this.outbound.trySend(message)) return "sent";
		return this.presentCount === 0 ? "no-peer" : "full";
	}

	override sendMany(messages: readonly Message[], start: number): number {
		return this.outbound.sendMany(messages, start);
	}

	override receiveMany(into: Message[], max: number): void {
		this.inbound.receiveMany(into, max);
	}

	override peerHiccup(peer: Peer): void {
		greet(peer, this.#options);
		injectHiccup(peer, this.#options.hiccupMessage);
		if (peer.pipe.readable) this.peerReadable(peer);
	}

	protected override joined(peer: Peer): void {
		greet(peer, this.#options);
		super.joined(peer);
	}
}
