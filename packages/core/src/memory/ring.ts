/**
 * A ring of records from one thread to another: one writer, one reader, no locks (Lamport 1983; positions cached on each
 * side as in FastForward and its kin, so that the common case touches no foreign cache line).
 *
 * The writer appends, then publishes many records by one store. The reader copies runs of records into memory of its own and
 * parses them there, so nothing the writer does later can change what was checked. A reader that finds nonsense throws
 * {@link CorruptRing}; its lane ends, the process does not.
 */
import { type Bytes, compareExchange, load, store, type Words } from "./atomics.ts";
import { RECORD_HEADER_BYTES, RECORD_PAYLOAD_MAX, RING, RING_BYTES, RING_HEADER_BYTES, RING_MASK, recordBytes } from "./ring-layout.ts";
import type { Root } from "./root.ts";
import { blockFor, type RunBlock } from "./run-block.ts";

/** Up to this length a byte loop beats TypedArray.set (measured on Node 20: 16 bytes in 10 ns, set takes 12). */
const LOOP_BYTES_MAX = 16;
/** Longest run of several records. */
const RUN_BYTES_MAX = 16 * 1024;
/** Up to this length a loop over words beats a view of the ring and TypedArray.set. */
const LOOP_WORDS_MAX = 64;

const WORD_MASK = RING_MASK >> 2;

/** Where payloads from odd addresses are copied first. */
const ALIGNED = new Uint8Array(RECORD_PAYLOAD_MAX);

/** What the writer of a ring left there is not a sequence of records. */
export class CorruptRing extends Error {}

export class RingWriter {
	readonly #header: Words;
	readonly #words: Words;
	readonly #bytes: Bytes;
	/** End of what is appended. */
	#head = 0;
	#published = 0;
	/** The reader's position when last looked at. */
	#tail = 0;

	constructor(root: Root, byteOffset: number) {
		this.#header = root.words(byteOffset, RING_HEADER_BYTES / 4);
		this.#words = root.words(byteOffset + RING_HEADER_BYTES, RING_BYTES / 4);
		this.#bytes = root.bytes(byteOffset + RING_HEADER_BYTES, RING_BYTES);
		this.#head = load(this.#header, RING.HEAD);
		this.#published = this.#head;
		this.#tail = load(this.#header, RING.TAIL);
	}

	/** Bytes appended and not published. */
	get unpublished(): number {
		return (this.#head - this.#published) | 0;
	}

	/** Free bytes, looked up afresh. A reader that wrote nonsense only harms itself: never more than all of it. */
	room(): number {
		this.#tail = load(this.#header, RING.TAIL);
		return RING_BYTES - ((this.#head - this.#tail) >>> 0);
	}

	/** True when so many bytes are free; the reader's position is looked up only where the answer depends on it. */
	has(bytes: number): boolean {
		return RING_BYTES - ((this.#head - this.#tail) >>> 0) >= bytes || this.room() >= bytes;
	}

	/** Published bytes that the reader has not taken, looked up afresh. */
	unread(): number {
		this.#tail = load(this.#header, RING.TAIL);
		return (this.#published - this.#tail) >>> 0;
	}

	/** True when the reader has read all that is published. */
	caughtUp(): boolean {
		this.#tail = load(this.#header, RING.TAIL);
		return this.#tail === this.#published;
	}

	/**
	 * Appends a record with `source` from `start` to `end` as payload, leaving `reserve` bytes free; false when there is no room.
	 * Not visible to the reader before {@link publish}.
	 */
	append(kind: number, pipe: number, argument: number, source: Uint8Array, start: number, end: number, reserve: number): boolean {
		const length = end - start;
		const total = recordBytes(length);
		if (!this.has(total + reserve)) return false;
		const at = this.#head & RING_MASK;
		const words = this.#words;
		words[at >> 2] = (length << 8) | kind;
		words[(at >> 2) + 1] = pipe;
		words[((at + 8) & RING_MASK) >> 2] = argument;
		if (length !== 0) this.#copy(source, start, length, (at + RECORD_HEADER_BYTES) & RING_MASK);
		this.#head = (this.#head + total) | 0;
		return true;
	}

	/** Makes all that was appended visible to the reader; false when there was nothing. */
	publish(): boolean {
		if (this.#head === this.#published) return false;
		// Publishes every record up to here.
		store(this.#header, RING.HEAD, this.#head);
		this.#published = this.#head;
		return true;
	}

	/** Asks the reader to ring when it has made room; look at {@link room} once more afterwards. */
	askForRoom(): void {
		store(this.#header, RING.WAITING, 1);
	}

	#copy(source: Uint8Array, start: number, length: number, at: number): void {
		const bytes = this.#bytes;
		const untilEnd = RING_BYTES - at;
		if (length <= LOOP_BYTES_MAX && length <= untilEnd) {
			for (let i = 0; i < length; i++) bytes[at + i] = source[start + i] as number;
			return;
		}
		let from = length === source.length ? source : source.subarray(start, start + length);
		// Plain memory to plain memory is fast at any alignment; see ring-layout.ts.
		if ((from.byteOffset & 7) !== 0) {
			ALIGNED.set(from);
			from = ALIGNED.subarray(0, length);
		}
		if (length <= untilEnd) {
			bytes.set(from, at);
			return;
		}
		bytes.set(from.subarray(0, untilEnd), at);
		bytes.set(from.subarray(untilEnd), 0);
	}
}

/** A run of whole records in memory of our own. */
export interface Run {
	/** The block that the run is in; other runs are beside it. */
	readonly block: RunBlock;
	/** How far the records have been handed out. */
	at: number;
	/** End of the last whole record. */
	readonly end: number;
}

export class RingReader {
	readonly #header: Words;
	readonly #words: Words;
	readonly #bytes: Bytes;
	#tail = 0;

	constructor(root: Root, byteOffset: number) {
		this.#header = root.words(byteOffset, RING_HEADER_BYTES / 4);
		this.#words = root.words(byteOffset + RING_HEADER_BYTES, RING_BYTES / 4);
		this.#bytes = root.bytes(byteOffset + RING_HEADER_BYTES, RING_BYTES);
		this.#tail = load(this.#header, RING.TAIL);
	}

	/** True when the writer's position is another than this reader's. */
	moved(): boolean {
		return load(this.#header, RING.HEAD) !== this.#tail;
	}

	/** Bytes published and not taken. @throws CorruptRing */
	available(): number {
		const available = (load(this.#header, RING.HEAD) - this.#tail) >>> 0;
		if (available > RING_BYTES || (available & 7) !== 0) throw new CorruptRing(`the writer's position is ${available} bytes ahead`);
		return available;
	}

	/** Kind, pipe and payload length of the next record; `available` must be above 0. @throws CorruptRing */
	peek(available: number): { kind: number; pipe: number; length: number } {
		const at = (this.#tail & RING_MASK) >> 2;
		const word = this.#words[at] as number;
		const length = word >>> 8;
		if (length > RECORD_PAYLOAD_MAX || recordBytes(length) > available) throw new CorruptRing(`a record of ${length} bytes`);
		return { kind: word & 255, pipe: this.#words[at + 1] as number, length };
	}

	/** Copies the next record's payload of `length` bytes straight to where it belongs, and steps over it. */
	takePayload(length: number, target: Uint8Array, targetStart: number): void {
		this.#copyOut((this.#tail + RECORD_HEADER_BYTES) & RING_MASK, length, target, targetStart);
		this.#tail = (this.#tail + recordBytes(length)) | 0;
	}

	/** Copies whole records, at least one; `available` must be above 0. @throws CorruptRing */
	takeRun(available: number): Run {
		const first = recordBytes(this.peek(available).length);
		const size = Math.max(first, Math.min(available, RUN_BYTES_MAX));
		const block = blockFor(size);
		const start = block.used;
		this.#copyRun(size, block, start);
		const { words } = block;
		let end = start;
		while (end + RECORD_HEADER_BYTES <= start + size) {
			const payload = (words[end >> 2] as number) >>> 8;
			if (payload > RECORD_PAYLOAD_MAX) throw new CorruptRing(`a record of ${payload} bytes`);
			const next = end + recordBytes(payload);
			if (next > start + available) throw new CorruptRing(`a record of ${payload} bytes, ${start + available - end} are published`);
			if (next > start + size) break;
			end = next;
		}
		// The record that was looked at in shared memory must be the one that was copied.
		if (end === start) throw new CorruptRing("a record changed while it was read");
		block.used = end;
		this.#tail = (this.#tail + end - start) | 0;
		return { block, at: start, end };
	}

	#copyRun(size: number, { bytes, words }: RunBlock, start: number): void {
		const count = size >> 2;
		if (count > LOOP_WORDS_MAX) {
			this.#copyOut(this.#tail & RING_MASK, size, bytes, start);
			return;
		}
		const source = this.#words;
		const from = this.#tail >>> 2;
		const to = start >> 2;
		for (let i = 0; i < count; i++) words[to + i] = source[(from + i) & WORD_MASK] as number;
	}

	/** Gives the room of all that was taken back to the writer. */
	release(): void {
		store(this.#header, RING.TAIL, this.#tail);
	}

	/** True when the writer waits for room; from then on it is the caller's to ring it. */
	writerWaits(): boolean {
		return load(this.#header, RING.WAITING) === 1 && compareExchange(this.#header, RING.WAITING, 1, 0);
	}

	#copyOut(at: number, length: number, target: Uint8Array, targetStart: number): void {
		const untilEnd = RING_BYTES - at;
		if (length <= untilEnd) {
			target.set(this.#bytes.subarray(at, at + length), targetStart);
			return;
		}
		target.set(this.#bytes.subarray(at, RING_BYTES), targetStart);
		target.set(this.#bytes.subarray(0, length - untilEnd), targetStart + untilEnd);
	}
}
