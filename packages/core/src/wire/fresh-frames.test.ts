import { expect, it } from "vitest";
import { SLAB_BYTES, SLAB_FRAME_BYTES_MAX, SLAB_FRAME_BYTES_MIN } from "../limits.ts";
import { freshFrame } from "./fresh-frames.ts";

it("frames share slabs, and never a byte", () => {
	const sizes = [SLAB_FRAME_BYTES_MIN, SLAB_FRAME_BYTES_MAX, 65_536, 65_537, 40_001, SLAB_FRAME_BYTES_MIN + 1];
	const frames = Array.from({ length: 60 }, (_, index) => freshFrame(sizes[index % sizes.length] as number).fill(index));
	for (const [index, frame] of frames.entries()) {
		expect(frame.length).toBe(sizes[index % sizes.length]);
		expect(frame.equals(Buffer.alloc(frame.length, index))).toBe(true);
	}
	const slabs = new Set(frames.map(({ buffer }) => buffer));
	expect(slabs.size).toBeLessThan(frames.length / 2);
	for (const { byteLength } of slabs) expect(byteLength).toBe(SLAB_BYTES);
});

it("one byte less or more than middle-sized has nothing to do with a slab", () => {
	for (const size of [0, 1, SLAB_FRAME_BYTES_MIN - 1, SLAB_FRAME_BYTES_MAX + 1]) {
		const frame = freshFrame(size);
		expect(frame.length).toBe(size);
		expect(frame.buffer.byteLength).not.toBe(SLAB_BYTES);
	}
});
