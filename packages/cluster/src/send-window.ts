/**
 * How much is under way to one peer: envelopes that were handed to the socket and that the peer has not acknowledged.
 *
 * Pure. ZeroMQ sockets do not tell when a message has left, and a ROUTER does not tell which of its peers can take more;
 * counting acknowledgements does, alike on both sides of a link and without one slow peer holding up another.
 * Sizes are remembered first in, first out in a circular array, because acknowledgements only carry a count.
 */
import { WINDOW_BYTES, WINDOW_MESSAGES } from "./limits.ts";

const SLOTS_FIRST = 64;

export class SendWindow {
	#sizes: number[] = new Array(SLOTS_FIRST).fill(0);
	#head = 0;
	#length = 0;
	#bytes = 0;
	/** Envelopes that the peer has acknowledged since the link began. */
	#acknowledged = 0;

	/** True when one more envelope may go, whatever its size: so one larger than the window passes alone. */
	get open(): boolean {
		return this.#length < WINDOW_MESSAGES && this.#bytes < WINDOW_BYTES;
	}

	/** Envelopes under way. */
	get messages(): number {
		return this.#length;
	}

	/** Bytes under way. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Counts an envelope that was just handed to the socket. */
	add(bytes: number): void {
		if (this.#length === this.#sizes.length) this.#grow();
		this.#sizes[(this.#head + this.#length) & (this.#sizes.length - 1)] = bytes;
		this.#length += 1;
		this.#bytes += bytes;
	}

	/** The peer has received `total` envelopes since the link began; false when that cannot be. */
	acknowledge(total: number): boolean {
		const count = total - this.#acknowledged;
		if (count < 0 || count > this.#length) return false;
		for (let i = 0; i < count; i++) {
			this.#bytes -= this.#sizes[this.#head] as number;
			this.#head = (this.#head + 1) & (this.#sizes.length - 1);
		}
		this.#length -= count;
		this.#acknowledged = total;
		return true;
	}

	#grow(): void {
		const old = this.#sizes;
		const sizes: number[] = new Array(old.length * 2).fill(0);
		for (let i = 0; i < this.#length; i++) sizes[i] = old[(this.#head + i) & (old.length - 1)] as number;
		this.#sizes = sizes;
		this.#head = 0;
	}
}
