/**
 * DEALER (RFC 28): sends round robin to all peers with room, receives fair-queued from all. It never drops.
 */
import type { Message } from "../message.ts";
import type { SendOutcome } from "./pattern.ts";
import { PatternBase } from "./pattern-base.ts";

export class DealerPattern extends PatternBase {
	trySend(message: Message): SendOutcome {
		if (this.outbound.trySend(message)) return "sent";
		return this.presentCount === 0 ? "no-peer" : "full";
	}
}
