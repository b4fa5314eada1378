/**
 * Contents by hash: how many files have it, how large it is, and the first of them in the order of the walk. One open
 * addressing table in typed arrays, 36 bytes a slot, so that half a million files cost some tens of megabytes and no strings.
 *
 * The caller bounds it: only files before `hashedFilesMax` in the walk are added, a rule that does not depend on the order
 * in which their facts arrive. 128 bits of SHA-256 name a content; two different ones that agree in them are not expected.
 */
export interface RepeatedContent {
	readonly firstIndex: number;
	readonly copies: number;
	readonly bytes: number;
}

const initialSlots = 1024;

export class ContentTable {
	#slots = initialSlots;
	#used = 0;
	/** Four words of hash a slot. */
	#hashes = new Uint32Array(initialSlots * 4);
	/** 0: the slot is free. */
	#copies = new Uint32Array(initialSlots);
	#firstIndexes = new Float64Array(initialSlots);
	#bytes = new Float64Array(initialSlots);

	add(hash: Uint8Array, index: number, bytes: number): void {
		if ((this.#used + 1) * 4 > this.#slots * 3) this.#grow();
		const a = wordAt(hash, 0);
		const b = wordAt(hash, 4);
		const c = wordAt(hash, 8);
		const d = wordAt(hash, 12);
		const slot = this.#find(a, b, c, d);
		if (this.#copies[slot] === 0) {
			this.#used++;
			this.#hashes.set([a, b, c, d], slot * 4);
			this.#firstIndexes[slot] = index;
			this.#bytes[slot] = bytes;
		} else if (index < (this.#firstIndexes[slot] as number)) {
			this.#firstIndexes[slot] = index;
		}
		this.#copies[slot] = (this.#copies[slot] as number) + 1;
	}

	/** Contents that more than one file has. */
	*repeated(): Generator<RepeatedContent> {
		for (let slot = 0; slot < this.#slots; slot++) {
			const copies = this.#copies[slot] as number;
			if (copies > 1) yield { firstIndex: this.#firstIndexes[slot] as number, copies, bytes: this.#bytes[slot] as number };
		}
	}

	/** The slot of this hash, or the free one where it belongs. */
	#find(a: number, b: number, c: number, d: number): number {
		const hashes = this.#hashes;
		const mask = this.#slots - 1;
		let slot = a & mask;
		while (this.#copies[slot] !== 0) {
			const at = slot * 4;
			if (hashes[at] === a && hashes[at + 1] === b && hashes[at + 2] === c && hashes[at + 3] === d) return slot;
			slot = (slot + 1) & mask;
		}
		return slot;
	}

	#grow(): void {
		const hashes = this.#hashes;
		const copies = this.#copies;
		const firstIndexes = this.#firstIndexes;
		const bytes = this.#bytes;
		this.#slots *= 2;
		this.#hashes = new Uint32Array(this.#slots * 4);
		this.#copies = new Uint32Array(this.#slots);
		this.#firstIndexes = new Float64Array(this.#slots);
		this.#bytes = new Float64Array(this.#slots);
		for (let old = 0; old < copies.length; old++) {
			if (copies[old] === 0) continue;
			const words = hashes.subarray(old * 4, old * 4 + 4);
			const slot = this.#find(words[0] as number, words[1] as number, words[2] as number, words[3] as number);
			this.#hashes.set(words, slot * 4);
			this.#copies[slot] = copies[old] as number;
			this.#firstIndexes[slot] = firstIndexes[old] as number;
			this.#bytes[slot] = bytes[old] as number;
		}
	}
}

function wordAt(hash: Uint8Array, at: number): number {
	const low = (hash[at] as number) | ((hash[at + 1] as number) << 8);
	return (low | ((hash[at + 2] as number) << 16) | ((hash[at + 3] as number) << 24)) >>> 0;
}
