/**
 * Collects the young generation between two files, when no syntax tree is alive: then there is nothing to copy and nothing
 * is promoted, so a collection costs next to nothing and the old generation does not grow with the number of files.
 *
 * Left to itself V8 collects when its space is full, in the middle of a file: it copies the half-built tree twice, promotes
 * it, and later marks and sweeps the old generation for what was garbage a moment after.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (options: { type: "minor" }) => void;

/**
 * V8 hands its `gc` to contexts that are made while the flag is on; the program's own context was made before. The flag stays
 * on: it is the whole process's, and other threads may be about to make theirs.
 */
function collector(): Collect {
	setFlagsFromString("--expose-gc");
	return runInNewContext("gc") as Collect;
}

export class YoungGarbage {
	readonly #everyBytes: number;
	readonly #collect: Collect = collector();
	#bytes = 0;

	/** @param everyBytes how much source is parsed from one collection to the next. */
	constructor(everyBytes: number) {
		this.#everyBytes = everyBytes;
	}

	/** A file of so many bytes was parsed, and its tree is garbage now. */
	parsed(bytes: number): void {
		this.#bytes += bytes;
		if (this.#bytes < this.#everyBytes) return;
		this.#bytes = 0;
		this.#collect({ type: "minor" });
	}
}
