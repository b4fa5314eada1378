import { expect, test } from "vitest";
import { DEAD_LETTERS_MAX } from "../limits.ts";
import { DeadLetters } from "./dead-letters.ts";

test("the last letters are kept in order, and all are counted", () => {
	const letters = new DeadLetters(3);
	expect(letters.recent()).toEqual([]);
	for (let i = 0; i < 2; i++) letters.add("inproc://x", String(i));
	expect(letters.recent()).toMatchObject([
		{ address: "inproc://x", method: "0", thread: 3 },
		{ address: "inproc://x", method: "1", thread: 3 },
	]);
	for (let i = 2; i < DEAD_LETTERS_MAX + 10; i++) letters.add("inproc://x", String(i));
	const methods = letters.recent().map(({ method }) => Number(method));
	expect(methods).toEqual(Array.from({ length: DEAD_LETTERS_MAX }, (_, i) => i + 10));
	expect(letters.count).toBe(DEAD_LETTERS_MAX + 10);
});
