/**
 * REP (RFC 28): receives requests fair-queued, and each must be replied to before the next is received.
 *
 * The frames of a request up to its first empty one are its envelope: they are kept and stand in front of the reply. A request
 * without an empty frame, or with nothing behind it, is discarded. The reply goes to whoever asked; when that peer is gone or
 * does not take it, the reply is dropped: a REP never waits to send.
 */
import type { Message } from "../message.ts";
import type { PatternOutcome } from "./pattern.ts";
import type { Peer } from "./peer.ts";
import { SelectivePattern } from "./selective.ts";

export class RepPattern extends SelectivePattern {
	/** Of the request that was selected last. */
	#from: Peer | undefined;
	#envelope: Message = [];
	/** True from a request to its reply. */
	#open = false;

	override get outOfTurn(): boolean {
		return this.#open;
	}

	override get readable(): boolean {
		return !this.#open && super.readable;
	}

	override get writable(): boolean {
		return this.#open;
	}

	trySend(message: Message): PatternOutcome {
		if (!this.#open) return "out-of-turn";
		const sent = this.#from?.pipe.tryWrite(this.#envelope.concat(message)) === true;
		this.#open = false;
		this.#from = undefined;
		this.#envelope = [];
		// The next request may have come meanwhile.
		if (this.inbound.readable) this.host.onReadable();
		return sent ? "sent" : "dropped";
	}

	override tryReceive(): Message | undefined {
		if (this.#open) return undefined;
		const message = super.tryReceive();
		this.#open = message !== undefined;
		if (this.#open) this.host.onWritable();
		return message;
	}

	override peerWritable(): void {
		// Nobody waits for room.
	}

	protected override joined(): void {
		// No rotation of writers to join.
	}

	protected select(message: Message, peer: Peer): Message | undefined {
		const end = message.findIndex((frame) => frame.length === 0) + 1;
		if (end === 0 || end === message.length) return undefined;
		this.#envelope = message.splice(0, end);
		this.#from = peer;
		return message;
	}
}
