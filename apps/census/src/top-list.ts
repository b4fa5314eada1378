/**
 * The best N of a stream. The order must be total (ties broken by something unique, here the path): then the list does
 * not depend on the order in which rows arrive, which is what makes the totals equal on one thread and on many.
 */
export class TopList<Row> {
	readonly #rowsMax: number;
	readonly #compare: (a: Row, b: Row) => number;
	readonly #rows: Row[] = [];

	/** `compare` sorts the best row first. */
	constructor(rowsMax: number, compare: (a: Row, b: Row) => number) {
		this.#rowsMax = rowsMax;
		this.#compare = compare;
	}

	add(row: Row): void {
		const rows = this.#rows;
		const last = rows[rows.length - 1];
		if (rows.length === this.#rowsMax && last !== undefined && this.#compare(last, row) <= 0) return;
		let low = 0;
		let high = rows.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (this.#compare(rows[middle] as Row, row) <= 0) low = middle + 1;
			else high = middle;
		}
		rows.splice(low, 0, row);
		if (rows.length > this.#rowsMax) rows.pop();
	}

	get rows(): readonly Row[] {
		return this.#rows;
	}
}

/** Order by code units: the same on every machine, unlike localeCompare. */
export function compareText(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
