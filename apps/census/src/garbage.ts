/**
 * Keeps the heap of a thread that parses from growing with what it has parsed. Left to itself V8 collects the old generation
 * when that has grown to a multiple of what lived in it at the last collection, or not for minutes when it was large once:
 * with 30 MB alive it was seen to hold 190 MB. Here it is collected when so much more than what lived is in it.
 *
 * Called between two files, when no tree is alive: a collection then marks some 30 MB and takes 20 to 50 ms.
 */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Without arguments it collects all; old versions take any argument for "the young generation only". */
type Collect = () => void;

/**
 * V8 hands its `gc` to contexts that are made while the flag is on; the program's own context was made before. The flag stays
 * on: it is the whole process's, and other threads may be about to make theirs.
 */
function collector(): Collect {
	setFlagsFromString("--expose-gc");
	return runInNewContext("gc") as Collect;
}

export class Garbage {
	readonly #lookEveryBytes: number;
	readonly #heldBytesMax: number;
	readonly #collect: Collect = collector();
	#parsedBytes = 0;
	#livingBytes = 0;

	/** Looks after every so many bytes of source whether the heap holds so many bytes more than lived in it. */
	constructor({ lookEveryBytes, heldBytesMax }: { lookEveryBytes: number; heldBytesMax: number }) {
		this.#lookEveryBytes = lookEveryBytes;
		this.#heldBytesMax = heldBytesMax;
		this.#sweep();
	}

	/** A file of so many bytes was parsed, and what was made of it is garbage now. */
	parsed(bytes: number): void {
		this.#parsedBytes += bytes;
		if (this.#parsedBytes < this.#lookEveryBytes) return;
		this.#parsedBytes = 0;
		if (getHeapStatistics().used_heap_size - this.#livingBytes < this.#heldBytesMax) return;
		this.#sweep();
	}

	#sweep(): void {
		this.#collect();
		this.#livingBytes = getHeapStatistics().used_heap_size;
	}
}
