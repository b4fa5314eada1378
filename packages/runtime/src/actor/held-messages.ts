/**
 * The messages of one host that wait until an actor takes more: in the order in which they were given, with what they weigh.
 *
 * Each holds the event loop while it waits, as somebody may wait for it.
 */
import { hold, release } from "@zloom/core/internal";
import { Fifo } from "../fifo.ts";
import type { Held } from "../parts.ts";

export class HeldMessages extends Fifo<Held> {
	/** Of all that wait. */
	bytes = 0;

	override push(held: Held): void {
		super.push(held);
		this.bytes += held.bytes;
		hold();
	}

	override shift(): Held | undefined {
		const held = super.shift();
		if (held === undefined) return undefined;
		this.bytes -= held.bytes;
		release();
		return held;
	}

	/** Takes out the first one that passes the test; true when there was one. */
	withdraw(test: (held: Held) => boolean): boolean {
		const held = this.find(test);
		if (held === undefined) return false;
		// The head is taken out by `shift`, which counts.
		if (held === this.peek()) return this.shift() !== undefined;
		if (!this.remove(held)) return false;
		this.bytes -= held.bytes;
		release();
		return true;
	}
}
