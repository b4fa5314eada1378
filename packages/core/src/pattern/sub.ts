/**
 * SUB (RFC 29): receives what it has subscribed to, fair-queued from all publishers, and sends nothing.
 *
 * Publishers filter; what comes is filtered again, because a publisher learns late of an unsubscribe, and some publishers
 * do not filter at all.
 */
import type { Message } from "../message.ts";
import type { PatternOutcome } from "./pattern.ts";
import type { Peer } from "./peer.ts";
import { ownList, XSubPattern } from "./xsub.ts";

export class SubPattern extends XSubPattern {
	override get writable(): boolean {
		return false;
	}

	/** A SUB has nothing to say but its subscriptions; the socket class has no send either. */
	override trySend(): PatternOutcome {
		return "no-peer";
	}

	protected override select(message: Message, peer: Peer): Message | undefined {
		const matches = this.wanted.matches(message[0] as Buffer);
		return matches === this.options.invertMatching ? undefined : ownList(message, peer.pipe);
	}
}
