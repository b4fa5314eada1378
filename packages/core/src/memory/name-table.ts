/**
 * The names of a root: a flat table without locks, in which a name has one owner at a time.
 *
 * To bind, a thread publishes its entry as TENTATIVE, then looks at every other entry: the same name BOUND by a living thread
 * wins; the same name TENTATIVE is struck out (ABORTED); then it turns its own from TENTATIVE to BOUND, which fails when
 * a rival struck it out meanwhile: it tries again. Two owners of one name would each have to have looked before the
 * other published, which cannot be. Rivals may strike out each other, so each waits a random while before the next try.
 *
 * A thread can die at any instruction: the state word says who held the entry, and entries of the dead count as free.
 */
import { ZmqError } from "../errors.ts";
import { add, type Bytes, compareExchange, load, store, type Words } from "./atomics.ts";
import { type Root, raise } from "./root.ts";
import {
	holderOf,
	NAME,
	NAME_ABORTED,
	NAME_BOUND,
	NAME_CLAIMED,
	NAME_KEY_BYTES_MAX,
	NAME_SLOT_BYTES,
	NAME_SLOTS,
	NAME_TENTATIVE,
	ROOT,
	stateOf,
	stateWord,
} from "./root-layout.ts";
import type { ThreadTable } from "./thread-table.ts";

const SLOT_WORDS = NAME_SLOT_BYTES / 4;
/** Rounds against rivals before giving up; each doubles the odds, so the tenth is unheard of. */
const ROUNDS_MAX = 1000;

/** A name that is bound: by whom, and its owner's number of the binding. */
export interface BoundName {
	readonly owner: number;
	readonly binding: number;
}

/** FNV-1a. */
function hashOf(key: Uint8Array): number {
	let hash = 0x811c9dc5;
	for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ (key[i] as number), 0x01000193);
	return hash | 0;
}

export class NameTable {
	readonly #words: Words;
	readonly #bytes: Bytes;
	readonly #header: Words;
	readonly #threads: ThreadTable;

	constructor(root: Root, threads: ThreadTable) {
		this.#words = root.names;
		this.#bytes = root.nameBytes;
		this.#header = root.header;
		this.#threads = threads;
	}

	/**
	 * Binds a key for `owner`. Returns its slot, or undefined when a living thread has it.
	 * @throws ZmqError ENOBUFS when the table is full.
	 */
	bind(key: Uint8Array, owner: number, binding: number): number | undefined {
		if (key.length > NAME_KEY_BYTES_MAX) throw new ZmqError("ENAMETOOLONG", `A name of ${key.length} bytes does not fit the directory`);
		const hash = hashOf(key);
		const slot = this.#claim(owner);
		this.#write(slot, key, hash, binding);
		for (let round = 0; round < ROUNDS_MAX; round++) {
			const base = slot * SLOT_WORDS;
			store(this.#words, base, stateWord(owner, NAME_TENTATIVE));
			if (this.#taken(slot, key, hash)) {
				store(this.#words, base, 0);
				return undefined;
			}
			if (compareExchange(this.#words, base, stateWord(owner, NAME_TENTATIVE), stateWord(owner, NAME_BOUND))) return slot;
			// Struck out by a rival: he may have been struck out by us. Rare, so a short busy wait is cheaper than a turn.
			store(this.#words, base, stateWord(owner, NAME_CLAIMED));
			for (let spin = Math.random() * 64 * 2 ** Math.min(round, 10); spin > 0; spin--) load(this.#words, base);
		}
		store(this.#words, slot * SLOT_WORDS, 0);
		throw new ZmqError("ENOBUFS", "Too many threads bind the same name at once; try again");
	}

	/** Frees a slot that {@link bind} returned. */
	free(slot: number, owner: number): void {
		compareExchange(this.#words, slot * SLOT_WORDS, stateWord(owner, NAME_BOUND), 0);
	}

	/** The living owner of a key, or undefined. */
	find(key: Uint8Array): BoundName | undefined {
		const hash = hashOf(key);
		const words = this.#words;
		const used = load(this.#header, ROOT.NAMES_USED);
		for (let slot = 0; slot < used; slot++) {
			const base = slot * SLOT_WORDS;
			const sequence = load(words, base + NAME.SEQUENCE);
			const word = load(words, base);
			if (stateOf(word) !== NAME_BOUND || !this.#matches(slot, key, hash)) continue;
			const binding = words[base + NAME.BINDING] as number;
			// Reused while we read: whatever it was, it is bound no more.
			if (load(words, base) !== word || load(words, base + NAME.SEQUENCE) !== sequence) continue;
			if (this.#threads.alive(holderOf(word))) return { owner: holderOf(word), binding };
		}
		return undefined;
	}

	/** Frees every entry of threads that are dead; returns how many. */
	sweep(): number {
		let freed = 0;
		const used = load(this.#header, ROOT.NAMES_USED);
		for (let slot = 0; slot < used; slot++) {
			const word = load(this.#words, slot * SLOT_WORDS);
			if (word !== 0 && !this.#threads.alive(holderOf(word)) && compareExchange(this.#words, slot * SLOT_WORDS, word, 0)) freed += 1;
		}
		return freed;
	}

	/** How many entries living threads have; tests use it as a leak check. */
	count(): number {
		let count = 0;
		const used = load(this.#header, ROOT.NAMES_USED);
		for (let slot = 0; slot < used; slot++) {
			const word = load(this.#words, slot * SLOT_WORDS);
			if (word !== 0 && this.#threads.alive(holderOf(word))) count += 1;
		}
		return count;
	}

	#claim(owner: number): number {
		for (let slot = 0; slot < NAME_SLOTS; slot++) {
			const base = slot * SLOT_WORDS;
			const word = load(this.#words, base);
			if (word !== 0 && this.#threads.alive(holderOf(word))) continue;
			if (!compareExchange(this.#words, base, word, stateWord(owner, NAME_CLAIMED))) continue;
			add(this.#words, base + NAME.SEQUENCE, 1);
			raise(this.#header, ROOT.NAMES_USED, slot + 1);
			return slot;
		}
		throw new ZmqError("ENOBUFS", `More than ${NAME_SLOTS} inproc names are bound at once; close some of them`);
	}

	#write(slot: number, key: Uint8Array, hash: number, binding: number): void {
		const base = slot * SLOT_WORDS;
		this.#words[base + NAME.HASH] = hash;
		this.#words[base + NAME.LENGTH] = key.length;
		this.#words[base + NAME.BINDING] = binding;
		this.#bytes.set(key, slot * NAME_SLOT_BYTES + NAME.BYTES * 4);
	}

	/** True when a living thread has bound the key. Strikes out every tentative entry of it. */
	#taken(own: number, key: Uint8Array, hash: number): boolean {
		const words = this.#words;
		const used = load(this.#header, ROOT.NAMES_USED);
		for (let slot = 0; slot < used; slot++) {
			if (slot === own) continue;
			const base = slot * SLOT_WORDS;
			for (;;) {
				const sequence = load(words, base + NAME.SEQUENCE);
				const word = load(words, base);
				const state = stateOf(word);
				if ((state !== NAME_BOUND && state !== NAME_TENTATIVE) || !this.#matches(slot, key, hash)) break;
				// Changed while we read it: look again.
				if (load(words, base) !== word || load(words, base + NAME.SEQUENCE) !== sequence) continue;
				if (!this.#threads.alive(holderOf(word))) break;
				if (state === NAME_BOUND) return true;
				if (compareExchange(words, base, word, stateWord(holderOf(word), NAME_ABORTED))) break;
			}
		}
		return false;
	}

	#matches(slot: number, key: Uint8Array, hash: number): boolean {
		const base = slot * SLOT_WORDS;
		if (this.#words[base + NAME.HASH] !== hash || this.#words[base + NAME.LENGTH] !== key.length) return false;
		const at = slot * NAME_SLOT_BYTES + NAME.BYTES * 4;
		for (let i = 0; i < key.length; i++) if (this.#bytes[at + i] !== key[i]) return false;
		return true;
	}
}
