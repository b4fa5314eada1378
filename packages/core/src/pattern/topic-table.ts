/**
 * Topics by their bytes: a hash table with linear probing over records of three cells. Finds one topic, or all that are a prefix of a
 * byte string: one look for each different length that topics have, so at most one for each byte.
 *
 * - A topic is named by a number, which stays the same while it is there.
 * - A slot has the topic and its hash: whatever goes through slots reads no records, of which each is a miss of the processor's cache.
 * - At most half of the slots are taken. A slot is freed by moving up those behind it: no marks stay behind.
 *
 * Pure.
 */
import { PrefixHash } from "./prefix-hash.ts";
import { RecordPool } from "./record-pool.ts";
import { TopicBytes } from "./topic-bytes.ts";

const CELLS = 3;
const PLACE = 0;
const LENGTH = 1;
/** A cell for the owner of the table. */
const FIRST = 2;
/** Of a slot: the topic + 1, 0 = free; then its hash. */
const SLOT_CELLS = 2;
const SLOT_SHIFT = 1;
/** No topic. */
const NONE = -1;

function slotsFor(topics: number): Int32Array {
	return new Int32Array(SLOT_CELLS << (32 - Math.clz32(Math.max(2 * topics, 16) - 1)));
}

export class TopicTable {
	readonly #records: RecordPool;
	readonly #bytes = new TopicBytes();
	readonly #hash = new PrefixHash();
	#slots: Int32Array;
	/** How many topics have a length. */
	readonly #lengths = new Map<number, number>();
	/** These lengths, ascending. */
	readonly #ascending: number[] = [];
	/** Where {@link nextPrefix} is in them. */
	#step = 0;

	/** @param topics room to begin with */
	constructor(topics: number) {
		this.#records = new RecordPool(CELLS, topics);
		this.#slots = slotsFor(topics);
	}

	get count(): number {
		return this.#records.count;
	}

	get capacity(): number {
		return this.#records.capacity;
	}

	get liveBytes(): number {
		return this.#bytes.live;
	}

	/** Bytes of topics that are gone and that still take memory. */
	get deadBytes(): number {
		return this.#bytes.dead;
	}

	/** Memory of all of it, bytes. */
	get held(): number {
		return this.#records.cells.byteLength + this.#slots.byteLength + this.#bytes.held;
	}

	/** The owner's number for a topic. */
	first(topic: number): number {
		return this.#records.cells[topic + FIRST] as number;
	}

	setFirst(topic: number, value: number): void {
		this.#records.cells[topic + FIRST] = value;
	}

	/** A view of its bytes, good until the topic is removed. */
	view(topic: number): Buffer {
		const { cells } = this.#records;
		return this.#bytes.view(cells[topic + PLACE] as number, cells[topic + LENGTH] as number);
	}

	/** A copy of its bytes behind one more. */
	behind(first: number, topic: number): Buffer {
		const { cells } = this.#records;
		return this.#bytes.behind(first, cells[topic + PLACE] as number, cells[topic + LENGTH] as number);
	}

	/** -1 = it is not there. */
	find(bytes: Uint8Array, from: number): number {
		this.#hash.restart();
		const length = bytes.length - from;
		return this.#look(this.#hash.of(bytes, from, length), bytes, from, length);
	}

	/** The topic, made when it is not there: then {@link first} is -1. */
	reach(bytes: Uint8Array, from: number): number {
		this.#hash.restart();
		const length = bytes.length - from;
		const hash = this.#hash.of(bytes, from, length);
		const there = this.#look(hash, bytes, from, length);
		if (there !== NONE) return there;
		const topic = this.#records.take();
		const { cells } = this.#records;
		cells[topic + PLACE] = this.#bytes.put(bytes, from, length);
		cells[topic + LENGTH] = length;
		cells[topic + FIRST] = NONE;
		if (2 * SLOT_CELLS * this.#records.count > this.#slots.length) this.#spread();
		this.#settle(hash, topic + 1);
		this.#countLength(length, 1);
		return topic;
	}

	remove(topic: number): void {
		const { cells } = this.#records;
		const length = cells[topic + LENGTH] as number;
		this.#hash.restart();
		this.#vacate(this.#hash.of(this.view(topic), 0, length), topic);
		this.#bytes.drop(length);
		this.#records.give(topic);
		this.#countLength(length, -1);
	}

	/** Before the first {@link nextPrefix} of a byte string. */
	restart(): void {
		this.#hash.restart();
		this.#step = 0;
	}

	/** The next topic that the bytes begin with, shorter ones first; -1 = no more. */
	nextPrefix(bytes: Uint8Array): number {
		const ascending = this.#ascending;
		while (this.#step < ascending.length) {
			const length = ascending[this.#step++] as number;
			if (length > bytes.length) return NONE;
			const topic = this.#look(this.#hash.of(bytes, 0, length), bytes, 0, length);
			if (topic !== NONE) return topic;
		}
		return NONE;
	}

	#look(hash: number, bytes: Uint8Array, from: number, length: number): number {
		const slots = this.#slots;
		const mask = slots.length - 1;
		for (let slot = (hash << SLOT_SHIFT) & mask; ; slot = (slot + SLOT_CELLS) & mask) {
			const topic = (slots[slot] as number) - 1;
			if (topic === NONE) return NONE;
			if (slots[slot + 1] !== hash) continue;
			const { cells } = this.#records;
			if (cells[topic + LENGTH] !== length) continue;
			if (this.#bytes.equals(cells[topic + PLACE] as number, bytes, from, length)) return topic;
		}
	}

	/** @param taken the topic + 1 */
	#settle(hash: number, taken: number): void {
		const slots = this.#slots;
		const mask = slots.length - 1;
		let slot = (hash << SLOT_SHIFT) & mask;
		while (slots[slot] !== 0) slot = (slot + SLOT_CELLS) & mask;
		slots[slot] = taken;
		slots[slot + 1] = hash;
	}

	/** Twice as many slots. */
	#spread(): void {
		const old = this.#slots;
		this.#slots = new Int32Array(2 * old.length);
		for (let slot = 0; slot < old.length; slot += SLOT_CELLS) {
			const taken = old[slot] as number;
			if (taken !== 0) this.#settle(old[slot + 1] as number, taken);
		}
	}

	#vacate(hash: number, topic: number): void {
		const slots = this.#slots;
		const mask = slots.length - 1;
		let hole = (hash << SLOT_SHIFT) & mask;
		while (slots[hole] !== topic + 1) hole = (hole + SLOT_CELLS) & mask;
		for (let slot = (hole + SLOT_CELLS) & mask; slots[slot] !== 0; slot = (slot + SLOT_CELLS) & mask) {
			const home = ((slots[slot + 1] as number) << SLOT_SHIFT) & mask;
			// It may move up to the hole when its home does not lie behind that.
			if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
			slots[hole] = slots[slot] as number;
			slots[hole + 1] = slots[slot + 1] as number;
			hole = slot;
		}
		slots[hole] = 0;
	}

	#countLength(length: number, by: 1 | -1): void {
		const before = this.#lengths.get(length) ?? 0;
		const after = before + by;
		if (after > 0) this.#lengths.set(length, after);
		else this.#lengths.delete(length);
		if (before > 0 && after > 0) return;
		const at = placeOf(this.#ascending, length);
		if (by > 0) this.#ascending.splice(at, 0, length);
		else this.#ascending.splice(at, 1);
	}
}

/** The first place whose value is not below. */
function placeOf(ascending: readonly number[], value: number): number {
	let [low, high] = [0, ascending.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((ascending[middle] as number) < value) low = middle + 1;
		else high = middle;
	}
	return low;
}
