import { expect, test } from "vitest";
import { isCancelPosted, makeCancelWords, postCancel } from "./cancel-words.ts";

test("a call that was given up is told from all others: of its caller, of other threads and other nodes", () => {
	const words = makeCancelWords();
	postCancel(words, 0, 1, 7);
	for (let node = 0; node < 4; node++)
		for (let thread = 0; thread < 20; thread++)
			for (let request = 1; request < 100; request++)
				expect(isCancelPosted(words, node, thread, request)).toBe(node === 0 && thread === 1 && request === 7);
});

test("as many of one caller as the table has words are known at a time", () => {
	const words = makeCancelWords();
	for (let request = 1; request <= 65_536; request++) postCancel(words, 2, 3, request);
	for (const request of [1, 2, 40_000, 65_536]) expect(isCancelPosted(words, 2, 3, request)).toBe(true);
	expect(isCancelPosted(words, 2, 3, 65_537)).toBe(false);
});
