/**
 * Records of a few 32-bit cells each, side by side in one array: no object and no garbage for a record, and one record lies within
 * a cache line. A record is named by the index of its first cell; the name of a freed one is given out again.
 * Pure; cells of a fresh record hold anything.
 */
const NONE = -1;
const RECORDS_MIN = 16;

export class RecordPool {
	/** All records; another array after {@link take} had to grow. */
	cells: Int32Array;
	readonly #cellsEach: number;
	/** Behind the last record that was ever taken. */
	#end = 0;
	/** Freed records, each naming the next in its first cell. */
	#free = NONE;
	#count = 0;

	/** @param records room to begin with */
	constructor(cellsEach: number, records: number) {
		this.#cellsEach = cellsEach;
		this.cells = new Int32Array(Math.max(records, RECORDS_MIN) * cellsEach);
	}

	get count(): number {
		return this.#count;
	}

	/** Records that there is room for. */
	get capacity(): number {
		return this.cells.length / this.#cellsEach;
	}

	take(): number {
		this.#count += 1;
		const free = this.#free;
		if (free !== NONE) {
			this.#free = this.cells[free] as number;
			return free;
		}
		const record = this.#end;
		if (record === this.cells.length) {
			const grown = new Int32Array(2 * record);
			grown.set(this.cells);
			this.cells = grown;
		}
		this.#end += this.#cellsEach;
		return record;
	}

	give(record: number): void {
		this.cells[record] = this.#free;
		this.#free = record;
		this.#count -= 1;
	}
}
