/**
 * Large frames through the arena under stress: each worker fills memory of `alloc` in place and pushes it, alone and in batches, some of
 * it retained and looked at again after the send; the main thread's PULL reads it where it lies (`inPlace`), lets go of it at once,
 * at the next receive, or much later. Sequence numbers and checksums as in participant.mjs.
 *
 * **Shutdown**: `finish` settles when the last frame has been handed over; `close` gives back what is still held. No slot may be left then.
 */
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { alloc, Pull, Push } from "@zloom/core";
import { checksum, headerOf, numbersOf } from "./participant.mjs";

const HEADER_BYTES = 12;
/** Above the size from which memory is shared, up to 512 KiB; few are that large. */
const BYTES_MIN = 4096;
const BYTES_SPAN = 508 * 1024;
/** Frames that the main thread holds on to at most. */
const HELD_MAX = 20;

export class LargeSender {
	sent = 0;
	#id;
	#random;
	#push = new Push({ sendHighWaterMark: 5 });
	#stopped = false;
	#ended;

	constructor({ id, random, endpoint }) {
		this.#id = id;
		this.#random = random;
		this.#push.connect(endpoint);
		this.#ended = this.#run();
	}

	/** Frames sent in all. */
	async finish() {
		this.#stopped = true;
		await this.#ended;
		return this.sent;
	}

	close() {
		this.#push.close();
	}

	#frame() {
		const frame = alloc(BYTES_MIN + Math.floor(this.#random() ** 4 * BYTES_SPAN));
		const content = frame.subarray(HEADER_BYTES);
		content.fill(Math.floor(this.#random() * 256));
		for (let left = 16; left > 0; left--) content[Math.floor(this.#random() * content.length)] = Math.floor(this.#random() * 256);
		headerOf(this.#id, this.sent, checksum([content])).copy(frame);
		this.sent += 1;
		return frame;
	}

	async #run() {
		while (!this.#stopped) {
			const batch = Array.from({ length: 1 + Math.floor(this.#random() ** 3 * 12) }, () => this.#frame());
			const [kept] = this.#random() < 0.2 ? batch : [];
			kept?.retain();
			await (batch.length === 1 ? this.#push.send(batch[0]) : this.#push.sendMany(batch));
			if (kept !== undefined) {
				if (kept.ended || numbersOf(kept.subarray(0, HEADER_BYTES))[0] !== this.#id)
					throw new Error("a frame that was retained has changed");
				kept.release();
			}
			if (this.#random() < 0.5) await nextTurn();
		}
	}
}

export class LargeCollector {
	received = 0;
	#counts = new Map();
	#pull = new Pull({ receiveHighWaterMark: 5 });
	#random;
	#held = [];

	constructor(random) {
		this.#random = random;
	}

	/** Settles when it was closed. */
	async run(endpoint) {
		await this.#pull.bind(endpoint);
		for await (const [frame] of this.#pull.inPlace) {
			this.#check(frame);
			const fate = this.#random();
			if (fate < 0.3) frame.release();
			else if (fate < 0.6) this.#hold(frame);
			if (this.#random() < 0.01) await delay(this.#random() * 5);
		}
	}

	/** Frames that have come from a sender. */
	from(id) {
		return this.#counts.get(id) ?? 0;
	}

	close() {
		this.#pull.close();
		for (const { frame } of this.#held.splice(0)) frame.release();
	}

	#check(frame) {
		const [id, sequence, sum] = numbersOf(frame.subarray(0, HEADER_BYTES));
		if (sequence !== this.from(id)) throw new Error(`from thread ${id} came large frame ${sequence} where ${this.from(id)} was due`);
		if (sum !== checksum([frame.subarray(HEADER_BYTES)])) throw new Error(`large frame ${sequence} of thread ${id} came changed`);
		this.#counts.set(id, sequence + 1);
		this.received += 1;
	}

	/** Keeps it for a while, beyond the life of its sender perhaps: then it must still be what it was. */
	#hold(frame) {
		this.#held.push({ frame: frame.retain(), sum: numbersOf(frame.subarray(0, HEADER_BYTES))[2] });
		if (this.#held.length <= HELD_MAX) return;
		const [{ frame: old, sum }] = this.#held.splice(Math.floor(this.#random() * HELD_MAX), 1);
		if (sum !== checksum([old.subarray(HEADER_BYTES)])) throw new Error("a large frame changed while it was held");
		old.release();
	}
}
