/**
 * PUSH (RFC 30): sends round robin to all peers with room. What a peer sends is dropped at once, so that it can neither
 * fill memory nor block its connection.
 */
import type { Message } from "../message.ts";
import type { SendOutcome } from "./pattern.ts";
import { PatternBase } from "./pattern-base.ts";
import type { Peer } from "./peer.ts";

export class PushPattern extends PatternBase {
	trySend(message: Message): SendOutcome {
		if (this.outbound.trySend(message)) return "sent";
		return this.presentCount === 0 ? "no-peer" : "full";
	}

	override sendMany(messages: readonly Message[], start: number): number {
		return this.outbound.sendMany(messages, start);
	}

	override peerReadable(peer: Peer): void {
		while (peer.pipe.tryRead() !== undefined);
	}
}
