/**
 * The threads of a root: who lives, who started whom, and whose doorbell is where.
 *
 * A slot is claimed by its thread and made dead by exactly one thread: itself at exit, or whoever learns of its death. The
 * incarnation in the token makes a dead slot reusable at once: old tokens are simply not alive any more.
 */
import { ZmqError } from "../errors.ts";
import { add, compareExchange, load, notify, store, type Words } from "./atomics.ts";
import { type Root, raise } from "./root.ts";
import { INCARNATION_MAX, ROOT, THREAD, THREAD_SLOT_BYTES, THREAD_SLOTS } from "./root-layout.ts";

/** PARKED of a thread that can be in nobody's way: it neither sleeps nor looks. */
const NOT_STARTED = 2;
const SLOT_WORDS = THREAD_SLOT_BYTES / 4;

function slotOf(token: number): number {
	return token & 1023;
}

function incarnationOf(token: number): number {
	return token >>> 10;
}

export class ThreadTable {
	readonly #words: Words;
	readonly #header: Words;

	constructor(root: Root) {
		this.#words = root.threads;
		this.#header = root.header;
	}

	/**
	 * Claims a slot for the calling thread; returns its token.
	 * @param parentThreadId -1 = not known.
	 * @throws ZmqError ENOBUFS when every slot is taken.
	 */
	claim(threadId: number, parentThreadId: number): number {
		const words = this.#words;
		for (let slot = 0; slot < THREAD_SLOTS; slot++) {
			const base = slot * SLOT_WORDS;
			if (load(words, base + THREAD.CLAIMANT) !== 0) continue;
			if (!compareExchange(words, base + THREAD.CLAIMANT, 0, threadId + 1)) continue;
			const incarnation = ((load(words, base + THREAD.STATE) >>> 1) % INCARNATION_MAX) + 1;
			store(words, base + THREAD.PARENT, parentThreadId + 1);
			store(words, base + THREAD.WANTS_NAMES, 0);
			store(words, base + THREAD.PARKED, NOT_STARTED);
			raise(this.#header, ROOT.THREADS_USED, slot + 1);
			store(words, base + THREAD.STATE, (incarnation << 1) | 1);
			return (incarnation << 10) | slot;
		}
		throw new ZmqError("ENOBUFS", `More than ${THREAD_SLOTS} threads use @zloom/core at once; end some of them`);
	}

	/** True while the very thread that claimed this token lives, as far as anybody has been told. */
	alive(token: number): boolean {
		return load(this.#words, slotOf(token) * SLOT_WORDS + THREAD.STATE) === ((incarnationOf(token) << 1) | 1);
	}

	/** Makes the token dead; true for the one caller that did it. */
	retire(token: number): boolean {
		const base = slotOf(token) * SLOT_WORDS;
		const incarnation = incarnationOf(token);
		if (!compareExchange(this.#words, base + THREAD.STATE, (incarnation << 1) | 1, incarnation << 1)) return false;
		store(this.#words, base + THREAD.CLAIMANT, 0);
		return true;
	}

	/** Makes every slot of a thread dead, and those of the threads it started: Node ends them with it. True when there was any. */
	retireThread(threadId: number): boolean {
		const words = this.#words;
		let any = false;
		for (let slot = 0; slot < load(this.#header, ROOT.THREADS_USED); slot++) {
			const base = slot * SLOT_WORDS;
			const claimant = load(words, base + THREAD.CLAIMANT);
			if (claimant === 0) continue;
			const state = load(words, base + THREAD.STATE);
			if (claimant === threadId + 1) {
				// Died between the claim and its first breath: only the claim is there to take back.
				if ((state & 1) === 0) compareExchange(words, base + THREAD.CLAIMANT, claimant, 0);
				else if (this.retire(((state >>> 1) << 10) | slot)) any = true;
			} else if (load(words, base + THREAD.PARENT) === threadId + 1 && (state & 1) === 1) {
				if (this.retireThread(claimant - 1)) any = true;
			}
		}
		return any;
	}

	/** Tells every living thread to look at its lanes again, and wakes the sleepers. */
	announceLanes(): void {
		this.#forAlive((base) => {
			add(this.#words, base + THREAD.LANES_GENERATION, 1);
			this.#ring(base);
		});
	}

	/**
	 * As {@link announceLanes}, but wakes threads whose flag is down too: the thread that died may have taken the flag of a sleeper
	 * and not come to ring it.
	 */
	announceDeath(): void {
		this.#forAlive((base) => {
			add(this.#words, base + THREAD.LANES_GENERATION, 1);
			add(this.#words, base + THREAD.DOORBELL, 1);
			notify(this.#words, base + THREAD.DOORBELL);
		});
	}

	/** Tells one thread to look at its lanes again; rings nobody. */
	announceLaneTo(token: number): void {
		add(this.#words, slotOf(token) * SLOT_WORDS + THREAD.LANES_GENERATION, 1);
	}

	/** Tells threads whose connects wait that names have changed. */
	announceNames(): void {
		add(this.#header, ROOT.NAMES_GENERATION, 1);
		this.#forAlive((base) => {
			if (load(this.#words, base + THREAD.WANTS_NAMES) === 1) this.#ring(base);
		});
	}

	/** Says whether connects of the calling thread wait for names. */
	setWantsNames(token: number, wants: boolean): void {
		store(this.#words, slotOf(token) * SLOT_WORDS + THREAD.WANTS_NAMES, wants ? 1 : 0);
	}

	namesGeneration(): number {
		return load(this.#header, ROOT.NAMES_GENERATION);
	}

	lanesGeneration(token: number): number {
		return load(this.#words, slotOf(token) * SLOT_WORDS + THREAD.LANES_GENERATION);
	}

	/** Where the thread's doorbell lies: the words, and the indexes of its PARKED and DOORBELL. */
	bellOf(token: number): { words: Words; parked: number; sequence: number } {
		const base = slotOf(token) * SLOT_WORDS;
		return { words: this.#words, parked: base + THREAD.PARKED, sequence: base + THREAD.DOORBELL };
	}

	/** How many threads are awake as far as lanes go: they run, or are about to. A thread that sleeps here may be busy elsewhere. */
	awake(): number {
		let count = 0;
		this.#forAlive((base) => {
			if (load(this.#words, base + THREAD.PARKED) === 0) count += 1;
		});
		return count;
	}

	/** How many threads live here; tests use it as a leak check. */
	count(): number {
		let count = 0;
		this.#forAlive(() => {
			count += 1;
		});
		return count;
	}

	#ring(base: number): void {
		const words = this.#words;
		if (load(words, base + THREAD.PARKED) !== 1 || !compareExchange(words, base + THREAD.PARKED, 1, 0)) return;
		add(words, base + THREAD.DOORBELL, 1);
		notify(words, base + THREAD.DOORBELL);
	}

	#forAlive(visit: (base: number) => void): void {
		for (let slot = 0; slot < load(this.#header, ROOT.THREADS_USED); slot++) {
			const base = slot * SLOT_WORDS;
			if ((load(this.#words, base + THREAD.STATE) & 1) === 1) visit(base);
		}
	}
}
