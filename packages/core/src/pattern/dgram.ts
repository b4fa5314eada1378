/**
 * DGRAM (zmq_socket(3), draft): a message is an address and a body, both ways; whoever is there gets it or does not.
 *
 * One bound endpoint, which is the one peer of this pattern. An address that is none is "unreachable".
 */
import { parseDatagramAddress } from "../endpoint/datagram-address.ts";
import type { Message } from "../message.ts";
import type { PatternOutcome } from "./pattern.ts";
import { PatternBase } from "./pattern-base.ts";

export class DgramPattern extends PatternBase {
	/** @param message address and body */
	trySend(message: Message): PatternOutcome {
		if (parseDatagramAddress(message[0] as Uint8Array) === undefined) return "unreachable";
		if (this.outbound.trySend(message)) return "sent";
		return this.presentCount === 0 ? "no-peer" : "full";
	}

	protected override admit(): boolean {
		return this.peers.size === 0;
	}
}
