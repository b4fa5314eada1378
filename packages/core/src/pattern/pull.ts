/**
 * PULL (RFC 30): receives fair-queued from all peers and sends nothing.
 */
import type { Message } from "../message.ts";
import type { SendOutcome } from "./pattern.ts";
import { PatternBase } from "./pattern-base.ts";

export class PullPattern extends PatternBase {
	override get writable(): boolean {
		return false;
	}

	/** A PULL has nobody to send to; the socket class has no send either. */
	trySend(): SendOutcome {
		return "no-peer";
	}

	override receiveMany(into: Message[], max: number): void {
		this.inbound.receiveMany(into, max);
	}

	protected override joined(): void {
		// No rotation of writers to join.
	}
}
