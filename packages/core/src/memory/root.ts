/**
 * One shared root, as this thread sees it: views of its tables, and the allocation of lane memory.
 *
 * The buffer grows on demand up to a reserve made at creation (address space, not memory). Any thread may allocate: the
 * cursor moves by CAS, after the buffer has been grown far enough, so a refused growth leaves no trace.
 * Fixed-length views stay valid when the buffer grows.
 */
import { randomFillSync } from "node:crypto";
import { ZmqError } from "../errors.ts";
import { type Bytes, compareExchange, load, store, type Words } from "./atomics.ts";
import {
	FIRST_FREE_UNIT,
	LANES_OFFSET,
	LAYOUT_VERSION,
	NAMES_OFFSET,
	ROOT,
	ROOT_HEADER_BYTES,
	ROOT_MAGIC,
	TABLES_BYTES,
	THREADS_OFFSET,
	UNIT_BYTES,
} from "./root-layout.ts";

/** Tried in turn: a 4 GiB reserve costs nothing where address space is free, and is refused where it is rationed. */
const RESERVE_BYTES = [2 ** 32 - 2 ** 16, 2 ** 30, 2 ** 28, 2 ** 26];
/** Growth in steps, because each is a system call. */
const GROWTH_STEP_BYTES = 1 << 20;

function reserve(): SharedArrayBuffer {
	const refusals: string[] = [];
	for (const maxByteLength of RESERVE_BYTES) {
		try {
			return new SharedArrayBuffer(FIRST_FREE_UNIT * UNIT_BYTES, { maxByteLength });
		} catch (error) {
			refusals.push(`${maxByteLength} bytes: ${String(error)}`);
		}
	}
	throw new ZmqError("ENOBUFS", `No shared memory could be reserved (${refusals.join("; ")})`);
}

export class Root {
	readonly buffer: SharedArrayBuffer;
	readonly header: Words;
	readonly threads: Words;
	readonly lanes: Words;
	readonly names: Words;
	readonly nameBytes: Bytes;
	/** The same for all views of the same memory. */
	readonly id: string;

	private constructor(buffer: SharedArrayBuffer) {
		this.buffer = buffer;
		this.header = new Int32Array(buffer, 0, ROOT_HEADER_BYTES / 4);
		this.threads = new Int32Array(buffer, THREADS_OFFSET, (LANES_OFFSET - THREADS_OFFSET) / 4);
		this.lanes = new Int32Array(buffer, LANES_OFFSET, (NAMES_OFFSET - LANES_OFFSET) / 4);
		this.names = new Int32Array(buffer, NAMES_OFFSET, (TABLES_BYTES - NAMES_OFFSET) / 4);
		this.nameBytes = new Uint8Array(buffer, NAMES_OFFSET, TABLES_BYTES - NAMES_OFFSET);
		this.id = `${(this.header[ROOT.ID_HIGH] as number) >>> 0}.${(this.header[ROOT.ID_LOW] as number) >>> 0}`;
	}

	/** @throws ZmqError ENOBUFS when no shared memory is to be had. */
	static create(): Root {
		const buffer = reserve();
		const header = new Int32Array(buffer, 0, ROOT_HEADER_BYTES / 4);
		const id = randomFillSync(new Int32Array(2));
		header[ROOT.ID_LOW] = id[0] as number;
		header[ROOT.ID_HIGH] = id[1] as number;
		header[ROOT.LAYOUT] = LAYOUT_VERSION;
		header[ROOT.ALLOCATED] = FIRST_FREE_UNIT;
		store(header, ROOT.MAGIC, ROOT_MAGIC);
		return new Root(buffer);
	}

	/** A root that another thread made; undefined when it is none of ours. */
	static adopt(buffer: unknown): Root | undefined {
		if (!(buffer instanceof SharedArrayBuffer) || buffer.byteLength < TABLES_BYTES) return undefined;
		const header = new Int32Array(buffer, 0, ROOT_HEADER_BYTES / 4);
		if (load(header, ROOT.MAGIC) !== ROOT_MAGIC || header[ROOT.LAYOUT] !== LAYOUT_VERSION) return undefined;
		return new Root(buffer);
	}

	/**
	 * Takes memory for good, zeroed, aligned to a cache line; returns its first unit.
	 * @throws ZmqError ENOBUFS when the reserve is used up or the system refuses to grow it.
	 */
	allocate(bytes: number): number {
		const units = Math.ceil(bytes / UNIT_BYTES);
		for (;;) {
			const first = load(this.header, ROOT.ALLOCATED);
			this.#growTo((first + units) * UNIT_BYTES);
			if (compareExchange(this.header, ROOT.ALLOCATED, first, first + units)) return first;
		}
	}

	#growTo(bytes: number): void {
		if (bytes > this.buffer.maxByteLength) {
			throw new ZmqError("ENOBUFS", `The shared memory of this process is used up (${this.buffer.maxByteLength} bytes); use fewer threads`);
		}
		while (this.buffer.byteLength < bytes) {
			const wanted = Math.min(this.buffer.maxByteLength, Math.ceil(bytes / GROWTH_STEP_BYTES) * GROWTH_STEP_BYTES);
			try {
				this.buffer.grow(wanted);
			} catch (error) {
				// Another thread may have grown it past `wanted` in between: that is refused too, and just as good.
				if (this.buffer.byteLength >= bytes) return;
				throw new ZmqError("ENOBUFS", `The system refused to grow shared memory to ${wanted} bytes`, { cause: error });
			}
		}
	}

	/** Views of memory that {@link allocate} gave out. */
	words(byteOffset: number, count: number): Words {
		return new Int32Array(this.buffer, byteOffset, count);
	}

	bytes(byteOffset: number, count: number): Bytes {
		return new Uint8Array(this.buffer, byteOffset, count);
	}
}

/** Raises a "one above the highest slot used" word to at least `value`. */
export function raise(words: Words, index: number, value: number): void {
	for (let seen = load(words, index); seen < value; seen = load(words, index)) {
		if (compareExchange(words, index, seen, value)) return;
	}
}
