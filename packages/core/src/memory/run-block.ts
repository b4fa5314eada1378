/**
 * Memory of this thread into which runs of records are copied out of rings, one behind the other; messages are views of it.
 *
 * A block serves many runs of all lanes: memory of its own for each run, touched for the first time, cost as much as everything else
 * that is done to its messages. A block is never used twice: its views are the program's. It is garbage when the last of them is, so
 * a kept message pins at most one block.
 *
 * One thread.
 */

import { markAsUntransferable } from "node:worker_threads";

/** Bytes of a block; a run that is longer has one for itself. */
const BLOCK_BYTES = 64 * 1024;

/** Makes a Buffer over memory at hand: half of what `subarray` costs (Node 20: 23 and 54 ns). Not every Buffer has it (browsers). */
const View: (new (memory: ArrayBufferLike, byteOffset: number, length: number) => Buffer) | undefined = (
	Buffer as unknown as Record<symbol, never>
)[Symbol.species];

export class RunBlock {
	readonly bytes: Buffer;
	readonly words: Int32Array;
	readonly #memory: ArrayBufferLike;
	/** Where the next run begins; on an 8-byte boundary. */
	used = 0;

	constructor(size: number) {
		// Not from the pool and not zeroed: what is read of it was overwritten before.
		this.bytes = Buffer.allocUnsafeSlow(size);
		this.#memory = this.bytes.buffer;
		// Whoever transfers the memory of one message must not take that of the others.
		markAsUntransferable(this.#memory);
		this.words = new Int32Array(this.#memory, 0, size >> 2);
	}

	view(start: number, end: number): Buffer {
		return View === undefined ? this.bytes.subarray(start, end) : new View(this.#memory, start, end - start);
	}
}

let block: RunBlock | undefined;

/** A block with room for so many bytes (a multiple of 8); what is used of it is for the caller to say. */
export function blockFor(bytes: number): RunBlock {
	if (bytes > BLOCK_BYTES) return new RunBlock(bytes);
	if (block === undefined || BLOCK_BYTES - block.used < bytes) block = new RunBlock(BLOCK_BYTES);
	return block;
}
