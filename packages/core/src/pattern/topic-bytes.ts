/**
 * The bytes of topics, one behind the other in a few large buffers. Nothing is ever moved: what was dropped is counted, and the owner
 * copies the rest into a new one of these when too much is dead.
 *
 * A place is the number of a buffer and a multiple of four in it, in one number of 32 bits: room for 16 GiB. Pure.
 */
const UNIT_BITS = 2;
const UNITS_BITS = 18;
const UNITS_MASK = (1 << UNITS_BITS) - 1;
/** Buffers double up to this: a socket with few topics is to hold little. */
const BUFFER_BYTES_MAX = 1 << (UNITS_BITS + UNIT_BITS);
const BUFFER_BYTES_MIN = 1024;
/** Up to here a loop is faster than a call that makes a view. */
const LOOP_BYTES_MAX = 96;

export class TopicBytes {
	readonly #buffers: Buffer[] = [];
	/** Bytes of the last buffer that are used. */
	#end = 0;
	#held = 0;
	/** Bytes of topics that are there. */
	live = 0;
	/** Bytes that only the next copy frees. */
	dead = 0;

	/** Memory of all buffers, bytes. */
	get held(): number {
		return this.#held;
	}

	/** Keeps a copy and returns its place. */
	put(bytes: Uint8Array, from: number, length: number): number {
		let buffer = this.#buffers.at(-1);
		if (buffer === undefined || this.#end + length > buffer.length || this.#end >> UNIT_BITS > UNITS_MASK) {
			const size = Math.max(length, Math.min(BUFFER_BYTES_MAX, BUFFER_BYTES_MIN << Math.min(this.#buffers.length, UNITS_BITS)));
			buffer = Buffer.allocUnsafeSlow(size);
			this.#buffers.push(buffer);
			this.#held += size;
			this.#end = 0;
		}
		const start = this.#end;
		if (length <= LOOP_BYTES_MAX) for (let i = 0; i < length; i++) buffer[start + i] = bytes[from + i] as number;
		else buffer.set(bytes.subarray(from, from + length), start);
		this.#end = (start + length + 3) & ~3;
		this.live += length;
		return ((this.#buffers.length - 1) << UNITS_BITS) | (start >> UNIT_BITS);
	}

	drop(length: number): void {
		this.live -= length;
		this.dead += length;
	}

	equals(place: number, bytes: Uint8Array, from: number, length: number): boolean {
		const buffer = this.#buffers[place >>> UNITS_BITS] as Buffer;
		const start = (place & UNITS_MASK) << UNIT_BITS;
		if (length > LOOP_BYTES_MAX) return buffer.compare(bytes, from, from + length, start, start + length) === 0;
		for (let i = 0; i < length; i++) if (buffer[start + i] !== bytes[from + i]) return false;
		return true;
	}

	/** A copy behind one byte. */
	behind(first: number, place: number, length: number): Buffer {
		const bytes = Buffer.allocUnsafe(1 + length);
		bytes[0] = first;
		const buffer = this.#buffers[place >>> UNITS_BITS] as Buffer;
		const start = (place & UNITS_MASK) << UNIT_BITS;
		if (length <= LOOP_BYTES_MAX) for (let i = 0; i < length; i++) bytes[1 + i] = buffer[start + i] as number;
		else buffer.copy(bytes, 1, start, start + length);
		return bytes;
	}

	/** A view, good until the owner copies. */
	view(place: number, length: number): Buffer {
		const start = (place & UNITS_MASK) << UNIT_BITS;
		return (this.#buffers[place >>> UNITS_BITS] as Buffer).subarray(start, start + length);
	}
}
