import { getHeapStatistics } from "node:v8";
import { expect, test } from "vitest";
import { Garbage } from "./garbage.ts";

const mebibyte = 1024 * 1024;

/** The most that is held beyond `before` after each of so many rounds, each of which litters 8 MiB. */
function peakOf(garbage: Garbage, rounds: number, parsedBytes: number): number {
	const before = getHeapStatistics().used_heap_size;
	let peak = 0;
	for (let round = 0; round < rounds; round++) {
		// Too large to be moved: it lies where only a collection of the old generation looks.
		new Array(mebibyte).fill(round + 0.5);
		garbage.parsed(parsedBytes);
		peak = Math.max(peak, getHeapStatistics().used_heap_size - before);
	}
	return peak;
}

test("the heap never holds much more than was given, however much is parsed", () => {
	const garbage = new Garbage({ lookEveryBytes: 1000, heldBytesMax: 20 * mebibyte });
	expect(peakOf(garbage, 200, 1000)).toBeLessThan(40 * mebibyte);
});

test("a program gets no gc function from it", () => {
	new Garbage({ lookEveryBytes: 1, heldBytesMax: 1 });
	expect((globalThis as { gc?: unknown }).gc).toBeUndefined();
});
