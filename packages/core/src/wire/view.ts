/**
 * A Buffer that shares the memory of another one, made as directly as Node allows.
 *
 * `subarray` first works out what its arguments may mean and then calls the constructor of Node's own class of Buffers, which takes
 * half the time by itself; that class is what `Buffer` says its species is. Where it says something else, `subarray` it is.
 * Measured in a loop over one chunk: 95 ns by `subarray`, 40 ns so.
 */
type BufferClass = new (memory: ArrayBufferLike, offset: number, length: number) => Buffer;

const species = (Buffer as unknown as { readonly [Symbol.species]?: BufferClass })[Symbol.species];
const known = species !== undefined && species !== (Buffer as unknown) && species.prototype === Buffer.prototype;

const direct = (of: Buffer, offset: number, length: number): Buffer => {
	const Class = species as BufferClass;
	return new Class(of.buffer, of.byteOffset + offset, length);
};

/** `of.subarray(offset, offset + length)`, which must lie within it. */
export const viewOf: (of: Buffer, offset: number, length: number) => Buffer = known
	? direct
	: (of, offset, length) => of.subarray(offset, offset + length);
