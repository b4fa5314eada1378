/**
 * The envelopes of one link that wait for its send window, first in, first out, bounded in messages and bytes.
 *
 * Pure. Empty in normal running: mailbox credit keeps what is under way below the window. When the bound is reached the
 * link is given up, because a message may be neither dropped in the middle of an order nor kept without limit.
 */
import { ENVELOPE_OVERHEAD_BYTES, OUTBOX_BYTES_MAX, OUTBOX_MESSAGES_MAX } from "./limits.ts";

/** Taken slots are given back in lots of this many. */
const COMPACT_AT = 1024;

export interface OutboxEntry {
	readonly frames: Uint8Array[];
	readonly bytes: number;
}

export class Outbox {
	#entries: (OutboxEntry | undefined)[] = [];
	#head = 0;
	#bytes = 0;

	/** Envelopes waiting. */
	get length(): number {
		return this.#entries.length - this.#head;
	}

	/** What is waiting, bytes, each envelope counted with its overhead. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Appends; false when a bound is reached: then nothing was appended. */
	push(frames: Uint8Array[], bytes: number): boolean {
		const cost = bytes + ENVELOPE_OVERHEAD_BYTES;
		if (this.length >= OUTBOX_MESSAGES_MAX || this.#bytes + cost > OUTBOX_BYTES_MAX) return false;
		this.#entries.push({ frames, bytes });
		this.#bytes += cost;
		return true;
	}

	/** Takes the oldest, or undefined. */
	shift(): OutboxEntry | undefined {
		const entry = this.#entries[this.#head];
		if (entry === undefined) return undefined;
		this.#entries[this.#head] = undefined;
		this.#head += 1;
		this.#bytes -= entry.bytes + ENVELOPE_OVERHEAD_BYTES;
		if (this.#head === this.#entries.length) {
			this.#entries = [];
			this.#head = 0;
		} else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#entries.length) {
			this.#entries = this.#entries.slice(this.#head);
			this.#head = 0;
		}
		return entry;
	}

	clear(): void {
		this.#entries = [];
		this.#head = 0;
		this.#bytes = 0;
	}
}
