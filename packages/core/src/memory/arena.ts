/**
 * The arena of a thread in one root: it allocates slots, grants them to other threads, takes what was granted to this one, and
 * gives all of it back. Any thread releases; only a slot's owner allocates it.
 *
 * - A slot is free when it has no claim of a living thread. Only its owner adds claims, so a claim that the owner has found
 *   free stays free; a holder that passes its claim on does so in place, by one store. So no count has to be kept.
 * - A thread that dies leaves nothing to do: its claims count no more, and its slots are taken over by whoever needs some.
 *   What it had granted and never published is cleared by the receiver when their lane ends ({@link Arena.forget}).
 * - Content is written before the lane publishes the record, and read before the claim is cleared.
 *
 * Belongs to one thread. **Shutdown**: nothing to do, see death above.
 */
import { ARENA_BYTES_MAX } from "../limits.ts";
import { ArenaBuffer, type ArenaHome, plainCopy } from "./arena-buffer.ts";
import { CLAIM_HELD, CLAIM_SENT, CLASS_MAX, CLASS_MIN, classOf, isClaimOf, SLOT, SLOT_HEADER_BYTES, slotBytes } from "./arena-layout.ts";
import { ArenaNet } from "./arena-net.ts";
import { SAMPLING, sampleOf } from "./arena-sample.ts";
import { ArenaSlots } from "./arena-slots.ts";
import { load, store } from "./atomics.ts";
import type { Root } from "./root.ts";
import { stateWord } from "./root-layout.ts";
import type { ThreadTable } from "./thread-table.ts";

/** Held slots that one allocation looks past: a program that keeps many must not pay for each of them every time. */
const LOOKS_MAX = 256;

/** Slots of one class that this thread owns, and where it looks next: the one granted longest ago is the likeliest to be free. */
interface OwnClass {
	readonly bases: number[];
	next: number;
}

export class Arena implements ArenaHome {
	readonly shared = true;
	readonly #slots: ArenaSlots;
	readonly #token: number;
	readonly #held: number;
	readonly #classes: OwnClass[] = [];
	readonly #net: ArenaNet;
	readonly #bytesMax: number;
	/** Data bytes of all own slots. */
	#bytes = 0;

	/** @param bytesMax data bytes of all slots that this thread owns at most */
	constructor(root: Root, threads: ThreadTable, token: number, bytesMax: number = ARENA_BYTES_MAX) {
		this.#slots = new ArenaSlots(root, threads);
		this.#token = token;
		this.#held = stateWord(token, CLAIM_HELD);
		this.#bytesMax = bytesMax;
		for (let each = CLASS_MIN; each <= CLASS_MAX; each++) this.#classes.push({ bases: [], next: 0 });
		this.#net = new ArenaNet((claim) => store(this.#slots.words, claim, 0));
	}

	/** A buffer of so many bytes, not zeroed; undefined when there is no slot for it. `bytes` is above 0. */
	allocate(bytes: number): ArenaBuffer | undefined {
		const base = this.#slot(bytes);
		if (base === 0) {
			this.#net.spread();
			return undefined;
		}
		const claim = base + SLOT.CLAIMS;
		const { words } = this.#slots;
		words[base + SLOT.SAMPLE] = 0;
		words[claim + 1] = this.#token;
		store(words, claim, this.#held);
		return this.#buffer(base, claim, bytes, 0);
	}

	/**
	 * Copies a frame into a slot that is another thread's from then on, as after {@link grant}: returns the slot, whose first claim is the
	 * peer's; 0 when there is none. This thread has no reference.
	 */
	put(frame: Uint8Array, peer: number): number {
		const base = this.#slot(frame.length);
		if (base === 0) return 0;
		const { words, memory } = this.#slots;
		// Shared memory is copied to fast only where both sides are aligned alike; see ring-layout.ts.
		const from = (frame.byteOffset & 7) === 0 ? frame : plainCopy(frame);
		new Uint8Array(memory, base * 4 + SLOT_HEADER_BYTES, frame.length).set(from);
		words[base + SLOT.SAMPLE] = 0;
		words[base + SLOT.CLAIMS + 1] = this.#token;
		store(words, base + SLOT.CLAIMS, stateWord(peer, CLAIM_SENT));
		return base;
	}

	/**
	 * Gives a buffer to another thread, before a record with this claim and `buffer.base` is published to it; 0 when that is not
	 * possible and the content must be copied. The caller drops its own reference afterwards, as ever. It cannot be taken back:
	 * when the peer is dead, the slot may have another content already.
	 */
	grant(buffer: ArenaBuffer, peer: number): number {
		if (buffer.home !== this || buffer.claim === 0 || buffer.queued === 0) return 0;
		const { words } = this.#slots;
		let { claim } = buffer;
		const last = buffer.mine === 0 && buffer.queued === 1;
		if (!last) {
			if (load(words, buffer.base + SLOT.OWNER) !== this.#token) return 0;
			claim = this.#slots.freeClaim(buffer.base);
			if (claim === 0) return 0;
		}
		words[claim + 1] = this.#token;
		// From here on the slot is the peer's, and of this thread only where it keeps a claim of its own.
		store(words, claim, stateWord(peer, CLAIM_SENT));
		if (last) setClaim(buffer, 0);
		return claim;
	}

	/** What a record of the peer's says was granted to this thread; undefined when it was not: the record is nonsense. */
	take(base: number, claim: number, length: number, peer: number): ArenaBuffer | undefined {
		const slots = this.#slots;
		if (base <= 0 || length < 0 || !isClaimOf(base, claim) || !slots.contains(base, length)) return undefined;
		if (load(slots.words, claim) !== stateWord(this.#token, CLAIM_SENT) || slots.words[claim + 1] !== peer) return undefined;
		store(slots.words, claim, this.#held);
		return this.#buffer(base, claim, length, 1);
	}

	/** The lane to a peer has ended, after all in it was read: clears what the peer had granted and never published. */
	forget(peer: number): void {
		this.#slots.clearGrants(stateWord(this.#token, CLAIM_SENT), peer);
	}

	/** Slots of the root that living threads hold, whoever owns them. */
	slotsHeld(): number {
		return this.#slots.count();
	}

	/** @internal */
	plain(buffer: ArenaBuffer): Buffer {
		return plainCopy(buffer);
	}

	/** @internal */
	again(buffer: ArenaBuffer): ArenaBuffer | undefined {
		const claim = this.grant(buffer, this.#token);
		return claim === 0 ? undefined : this.take(buffer.base, claim, buffer.length, this.#token);
	}

	/** @internal */
	ended(buffer: ArenaBuffer): void {
		if (buffer.claim === 0) return;
		// All that this thread has read and written comes before whatever the next holder does.
		store(this.#slots.words, buffer.claim, 0);
		setClaim(buffer, 0);
	}

	/** @internal */
	sealed(buffer: ArenaBuffer): void {
		if (SAMPLING) this.#slots.words[buffer.base + SLOT.SAMPLE] = sampleOf(buffer);
	}

	/** @internal */
	intact(buffer: ArenaBuffer): boolean {
		const sample = SAMPLING ? this.#slots.words[buffer.base + SLOT.SAMPLE] : 0;
		return sample === 0 || sample === sampleOf(buffer);
	}

	#buffer(base: number, claim: number, length: number, queued: number): ArenaBuffer {
		const byteOffset = base * 4 + SLOT_HEADER_BYTES;
		const buffer = new ArenaBuffer(this.#slots.memory, { byteOffset, length, home: this, base, claim, queued });
		this.#net.watch(buffer);
		return buffer;
	}

	/** A free slot of this thread for so many bytes, above 0; 0: there is none. */
	#slot(bytes: number): number {
		const sizeClass = classOf(bytes);
		if (sizeClass > CLASS_MAX) return 0;
		const own = this.#classes[sizeClass - CLASS_MIN] as OwnClass;
		return this.#findFree(own) || this.#another(own, sizeClass);
	}

	/** 0: none of the slots that were looked at. */
	#findFree(own: OwnClass): number {
		const { bases } = own;
		for (let looks = Math.min(bases.length, LOOKS_MAX); looks > 0; looks--) {
			const base = bases[own.next] as number;
			own.next = own.next + 1 === bases.length ? 0 : own.next + 1;
			if (this.#slots.isFree(base)) return base;
		}
		return 0;
	}

	/** One more slot: a dead thread's, or a new one. */
	#another(own: OwnClass, sizeClass: number): number {
		const bytes = 2 ** sizeClass;
		if (this.#bytes + bytes > this.#bytesMax) this.#disown(sizeClass);
		if (this.#bytes + bytes > this.#bytesMax) return 0;
		const base = this.#slots.adopt(sizeClass, this.#token) || this.#slots.make(sizeClass, this.#token, slotBytes(sizeClass));
		if (base === 0) return 0;
		own.bases.push(base);
		this.#bytes += bytes;
		return this.#slots.isFree(base) ? base : 0;
	}

	/** Leaves free slots of other sizes to whoever needs them. */
	#disown(exceptClass: number): void {
		this.#classes.forEach((own, index) => {
			if (index + CLASS_MIN === exceptClass || own.bases.length === 0) return;
			const bases = own.bases.splice(0);
			own.next = 0;
			for (const base of bases) {
				if (this.#slots.isFree(base)) {
					this.#slots.disown(base);
					this.#bytes -= 2 ** (index + CLASS_MIN);
				} else own.bases.push(base);
			}
		});
	}
}

function setClaim(buffer: ArenaBuffer, claim: number): void {
	buffer.claim = claim;
	if (buffer.leak !== undefined) buffer.leak.claim = claim;
}
