/**
 * PAIR (RFC 31): exactly one peer at a time.
 *
 * A second peer is refused while one is there, and also while what the last one sent is not read to the end: else its
 * messages would mix with the next one's.
 */
import type { Message } from "../message.ts";
import type { SendOutcome } from "./pattern.ts";
import { PatternBase } from "./pattern-base.ts";

export class PairPattern extends PatternBase {
	trySend(message: Message): SendOutcome {
		if (this.outbound.trySend(message)) return "sent";
		return this.presentCount === 0 ? "no-peer" : "full";
	}

	protected override admit(): boolean {
		return this.peers.size === 0;
	}
}
