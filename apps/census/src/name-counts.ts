/**
 * Counts of names, bounded and independent of the order of arrival. Up to `namesMax` distinct names all counts are exact.
 * Beyond, the names with the smallest hashes are kept: a name that falls out can never come back (the threshold only
 * sinks), so every kept count is still exact and every order of arrival keeps the same names.
 */
import { compareText } from "./top-list.ts";

interface Entry {
	readonly rank: number;
	count: number;
}

export class NameCounts {
	readonly #namesMax: number;
	readonly #entries = new Map<string, Entry>();
	#rankMax = Number.POSITIVE_INFINITY;

	constructor(namesMax: number) {
		this.#namesMax = namesMax;
	}

	add(name: string, count: number): void {
		const known = this.#entries.get(name);
		if (known !== undefined) {
			known.count += count;
			return;
		}
		const rank = rankOf(name);
		if (rank > this.#rankMax) return;
		this.#entries.set(name, { rank, count });
		// Pruning at twice the size makes its cost vanish; `most` prunes to the exact size.
		if (this.#entries.size >= this.#namesMax * 2) this.#prune();
	}

	/** The `rows` most counted names, ties by name; how many distinct names are kept; whether some were left out. */
	most(rows: number): { rows: { name: string; count: number }[]; distinct: number; sampled: boolean } {
		this.#prune();
		const all = [...this.#entries].map(([name, entry]) => ({ name, count: entry.count }));
		all.sort((a, b) => b.count - a.count || compareText(a.name, b.name));
		return { rows: all.slice(0, rows), distinct: all.length, sampled: this.#rankMax !== Number.POSITIVE_INFINITY };
	}

	#prune(): void {
		if (this.#entries.size <= this.#namesMax) return;
		const ranks = [...this.#entries.values()].map((entry) => entry.rank).sort((a, b) => a - b);
		this.#rankMax = ranks[this.#namesMax - 1] as number;
		for (const [name, entry] of this.#entries) if (entry.rank > this.#rankMax) this.#entries.delete(name);
	}
}

/** FNV-1a, twice with different seeds, as one 53-bit number: two names share a rank about never. */
function rankOf(name: string): number {
	let low = 0x811c9dc5;
	let high = 0x2166136b;
	for (let at = 0; at < name.length; at++) {
		const unit = name.charCodeAt(at);
		low = Math.imul(low ^ unit, 0x01000193);
		high = Math.imul(high ^ unit, 0x01000197) + at;
	}
	return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
}
