/**
 * The lanes of a root: which two threads share which memory, in two directions.
 *
 * The initiator makes a lane and tells the acceptor by its LANES_GENERATION. A lane ends when a thread of it dies (or
 * finds it corrupt): the survivor first reads what had been published, then frees the slot. When both are dead, whoever looks
 * for a slot takes it over. The memory stays with the slot and is used again.
 */
import { ZmqError } from "../errors.ts";
import { compareExchange, load, or, store, type Words } from "./atomics.ts";
import { LANE_BYTES, resetRings } from "./ring-layout.ts";
import { type Root, raise } from "./root.ts";
import {
	holderOf,
	LANE,
	LANE_CLAIMED,
	LANE_FREE,
	LANE_LIVE,
	LANE_SLOT_BYTES,
	LANE_SLOTS,
	ROOT,
	stateOf,
	stateWord,
	UNIT_BYTES,
} from "./root-layout.ts";
import type { ThreadTable } from "./thread-table.ts";

const SLOT_WORDS = LANE_SLOT_BYTES / 4;
const INITIATOR_LEFT = 1;
const ACCEPTOR_LEFT = 2;

/** A lane as one of its two threads finds it. */
export interface LaneSlot {
	readonly slot: number;
	readonly initiator: number;
	readonly acceptor: number;
	readonly byteOffset: number;
}

/** Our bit, the peer's bit, the peer. */
function sides(lane: LaneSlot, self: number): [number, number, number] {
	return lane.initiator === self ? [INITIATOR_LEFT, ACCEPTOR_LEFT, lane.acceptor] : [ACCEPTOR_LEFT, INITIATOR_LEFT, lane.initiator];
}

export class LaneTable {
	readonly #root: Root;
	readonly #words: Words;
	readonly #threads: ThreadTable;

	constructor(root: Root, threads: ThreadTable) {
		this.#root = root;
		this.#words = root.lanes;
		this.#threads = threads;
	}

	/** Makes a lane with empty rings. @throws ZmqError ENOBUFS when no slot or no memory is left. */
	make(initiator: number, acceptor: number): LaneSlot {
		const slot = this.#claim(initiator);
		const base = slot * SLOT_WORDS;
		try {
			if (load(this.#words, base + LANE.MEMORY) === 0) store(this.#words, base + LANE.MEMORY, this.#root.allocate(LANE_BYTES));
		} catch (error) {
			store(this.#words, base, LANE_FREE);
			throw error;
		}
		const byteOffset = (load(this.#words, base + LANE.MEMORY) >>> 0) * UNIT_BYTES;
		resetRings(this.#root, byteOffset);
		store(this.#words, base + LANE.LEFT, 0);
		store(this.#words, base + LANE.ACCEPTOR, acceptor);
		// Publishes everything above to whoever scans.
		store(this.#words, base, stateWord(initiator, LANE_LIVE));
		return { slot, initiator, acceptor, byteOffset };
	}

	/** Every living lane that this thread is the acceptor of. */
	acceptedBy(acceptor: number): LaneSlot[] {
		const found: LaneSlot[] = [];
		const used = load(this.#root.header, ROOT.LANES_USED);
		for (let slot = 0; slot < used; slot++) {
			const base = slot * SLOT_WORDS;
			const word = load(this.#words, base);
			if (stateOf(word) !== LANE_LIVE || load(this.#words, base + LANE.ACCEPTOR) !== acceptor) continue;
			const byteOffset = (load(this.#words, base + LANE.MEMORY) >>> 0) * UNIT_BYTES;
			// A lane to us is freed by us alone, unless its initiator gave it up: so it cannot change in between.
			if (load(this.#words, base) === word) found.push({ slot, initiator: holderOf(word), acceptor, byteOffset });
		}
		return found;
	}

	/** True when the other side has given the lane up, though it may live. */
	abandoned(lane: LaneSlot, self: number): boolean {
		return (load(this.#words, lane.slot * SLOT_WORDS + LANE.LEFT) & sides(lane, self)[1]) !== 0;
	}

	/**
	 * Gives the lane up for this side, after everything in it was read. True when the slot is free now; else the peer still
	 * has it, and {@link settled} must be asked again when a thread died.
	 */
	leave(lane: LaneSlot, self: number): boolean {
		const base = lane.slot * SLOT_WORDS;
		const [mine, others, peer] = sides(lane, self);
		// Exactly one of two leavers comes second, and frees.
		if ((or(this.#words, base + LANE.LEFT, mine) & others) === 0 && this.#threads.alive(peer)) return false;
		compareExchange(this.#words, base, stateWord(lane.initiator, LANE_LIVE), LANE_FREE);
		return true;
	}

	/** After {@link leave} said no: true once the slot is free. */
	settled(lane: LaneSlot, self: number): boolean {
		const base = lane.slot * SLOT_WORDS;
		const [mine, , peer] = sides(lane, self);
		const word = stateWord(lane.initiator, LANE_LIVE);
		// Freed by the peer, and perhaps made anew: then our mark is gone.
		if (load(this.#words, base) !== word || (load(this.#words, base + LANE.LEFT) & mine) === 0) return true;
		if (this.#threads.alive(peer)) return false;
		compareExchange(this.#words, base, word, LANE_FREE);
		return true;
	}

	/** Frees lanes whose threads are both gone; returns how many. */
	sweep(): number {
		let freed = 0;
		const used = load(this.#root.header, ROOT.LANES_USED);
		for (let slot = 0; slot < used; slot++) {
			const word = load(this.#words, slot * SLOT_WORDS);
			if (word !== LANE_FREE && this.#orphaned(slot, word) && compareExchange(this.#words, slot * SLOT_WORDS, word, LANE_FREE)) freed += 1;
		}
		return freed;
	}

	/** How many slots are in use; tests use it as a leak check. */
	count(): number {
		let count = 0;
		const used = load(this.#root.header, ROOT.LANES_USED);
		for (let slot = 0; slot < used; slot++) if (load(this.#words, slot * SLOT_WORDS) !== LANE_FREE) count += 1;
		return count;
	}

	#claim(initiator: number): number {
		for (let slot = 0; slot < LANE_SLOTS; slot++) {
			const base = slot * SLOT_WORDS;
			const word = load(this.#words, base);
			if (word !== LANE_FREE && !this.#orphaned(slot, word)) continue;
			if (!compareExchange(this.#words, base, word, stateWord(initiator, LANE_CLAIMED))) continue;
			raise(this.#root.header, ROOT.LANES_USED, slot + 1);
			return slot;
		}
		throw new ZmqError("ENOBUFS", `More than ${LANE_SLOTS} pairs of threads talk at once; use fewer threads`);
	}

	/** The initiator must be dead: only then can the word not come back with another meaning (no ABA). */
	#orphaned(slot: number, word: number): boolean {
		if (this.#threads.alive(holderOf(word))) return false;
		if (stateOf(word) === LANE_CLAIMED) return true;
		const base = slot * SLOT_WORDS;
		return (load(this.#words, base + LANE.LEFT) & ACCEPTOR_LEFT) !== 0 || !this.#threads.alive(load(this.#words, base + LANE.ACCEPTOR));
	}
}
