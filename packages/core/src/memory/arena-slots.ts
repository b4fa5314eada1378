/**
 * The slots of a root, whoever owns them: the lists of them by size class, what is claimed, and how they change owners.
 *
 * Used by the arenas of all threads. Each thread has its own instance; what is shared is the memory.
 */

import { ZmqError } from "../errors.ts";
import { CLAIM_WORDS, CLAIMS_MAX, CLASS_MAX, CLASS_MIN, listOf, SLOT, SLOT_HEADER_WORDS, WORDS_PER_UNIT } from "./arena-layout.ts";
import { compareExchange, load, store, type Words } from "./atomics.ts";
import type { Root } from "./root.ts";
import { holderOf, ROOT, UNIT_BYTES } from "./root-layout.ts";
import type { ThreadTable } from "./thread-table.ts";

export class ArenaSlots {
	readonly #root: Root;
	readonly #threads: ThreadTable;
	/** All of the root as it was when last looked at; a root only grows. */
	#words: Words;

	constructor(root: Root, threads: ThreadTable) {
		this.#root = root;
		this.#threads = threads;
		this.#words = root.words(0, root.buffer.byteLength >>> 2);
	}

	get memory(): SharedArrayBuffer {
		return this.#root.buffer;
	}

	/** Words by their index in the root; reaches every slot that {@link contains}, {@link make} or {@link adopt} has told of. */
	get words(): Words {
		return this.#words;
	}

	/** True when a slot at this word could hold so many bytes. */
	contains(base: number, bytes: number): boolean {
		const end = base + SLOT_HEADER_WORDS + (bytes >>> 2);
		if (end > this.#words.length) this.#reach();
		return base % WORDS_PER_UNIT === 0 && end <= this.#words.length;
	}

	/** True when no living thread has a claim. Asked by the owner, who alone adds claims: so it stays true. */
	isFree(base: number): boolean {
		const end = base + SLOT.CLAIMS + CLAIMS_MAX * CLAIM_WORDS;
		for (let claim = base + SLOT.CLAIMS; claim < end; claim += CLAIM_WORDS) if (!this.#isFreeClaim(claim)) return false;
		return true;
	}

	/** A claim that the owner may use for one holder more; 0 = all are taken. */
	freeClaim(base: number): number {
		const end = base + SLOT.CLAIMS + CLAIMS_MAX * CLAIM_WORDS;
		for (let claim = base + SLOT.CLAIMS; claim < end; claim += CLAIM_WORDS) if (this.#isFreeClaim(claim)) return claim;
		return 0;
	}

	/** Makes a slot; 0 when the root has no memory for it. */
	make(sizeClass: number, owner: number, bytes: number): number {
		const root = this.#root;
		// Lanes need memory too, and a root never gets any back.
		const allocated = (load(root.header, ROOT.ALLOCATED) >>> 0) * UNIT_BYTES;
		if (allocated + bytes > root.buffer.maxByteLength / 2) return 0;
		let unit: number;
		try {
			unit = root.allocate(bytes);
		} catch (error) {
			if (error instanceof ZmqError && error.code === "ENOBUFS") return 0;
			throw error;
		}
		this.#reach();
		const base = unit * WORDS_PER_UNIT;
		const words = this.#words;
		words[base + SLOT.OWNER] = owner;
		words[base + SLOT.CLASS] = sizeClass;
		const list = listOf(sizeClass);
		let first: number;
		do {
			first = load(root.header, list);
			words[base + SLOT.NEXT] = first;
			// Publishes the slot to whoever walks the list.
		} while (!compareExchange(root.header, list, first, unit));
		return base;
	}

	/** Takes over a free slot of nobody or of a dead thread; 0 when there is none. */
	adopt(sizeClass: number, owner: number): number {
		for (let base = this.#first(sizeClass); base !== 0; base = this.#next(base)) {
			const before = load(this.#words, base + SLOT.OWNER);
			if (before !== 0 && this.#threads.alive(before)) continue;
			if (this.isFree(base) && compareExchange(this.#words, base + SLOT.OWNER, before, owner)) return base;
		}
		return 0;
	}

	/** The owner does not need a free slot any more. */
	disown(base: number): void {
		store(this.#words, base + SLOT.OWNER, 0);
	}

	/** Clears every claim of this word that was granted by `granter`. */
	clearGrants(word: number, granter: number): void {
		this.#forEachClaim((claim) => {
			if (load(this.#words, claim) === word && this.#words[claim + 1] === granter) compareExchange(this.#words, claim, word, 0);
		});
	}

	/** Slots that living threads have claims on; tests use it as a leak check. */
	count(): number {
		const claimed = new Set<number>();
		this.#forEachClaim((claim, base) => {
			if (!this.#isFreeClaim(claim)) claimed.add(base);
		});
		return claimed.size;
	}

	#forEachClaim(visit: (claim: number, base: number) => void): void {
		for (let each = CLASS_MIN; each <= CLASS_MAX; each++) {
			for (let base = this.#first(each); base !== 0; base = this.#next(base)) {
				for (let i = 0; i < CLAIMS_MAX; i++) visit(base + SLOT.CLAIMS + i * CLAIM_WORDS, base);
			}
		}
	}

	#isFreeClaim(claim: number): boolean {
		const word = load(this.#words, claim);
		if (word === 0) return true;
		if (this.#threads.alive(holderOf(word))) return false;
		// It may have passed the claim on before it died; now it cannot any more.
		return load(this.#words, claim) === word;
	}

	#first(sizeClass: number): number {
		return this.#baseOf(load(this.#root.header, listOf(sizeClass)));
	}

	#next(base: number): number {
		return this.#baseOf(this.#words[base + SLOT.NEXT] as number);
	}

	#baseOf(unit: number): number {
		const base = unit * WORDS_PER_UNIT;
		if (base + SLOT_HEADER_WORDS > this.#words.length) this.#reach();
		return base;
	}

	#reach(): void {
		this.#words = this.#root.words(0, this.#root.buffer.byteLength >>> 2);
	}
}
