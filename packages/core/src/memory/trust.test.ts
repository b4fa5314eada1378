import { expect, test } from "vitest";
import { Trust } from "./trust.ts";

/** How many of so many chances are tried when each turns out so. */
function tried(trust: Trust, chances: number, pays: boolean): number {
	let count = 0;
	for (let chance = 0; chance < chances; chance++) {
		if (!trust.tries()) continue;
		count += 1;
		if (pays) trust.paid();
		else trust.wasVain();
	}
	return count;
}

test("what is always in vain is tried a few times, and then once in a while", () => {
	const trust = new Trust();
	expect(tried(trust, 10, false)).toBe(4);
	const later = tried(trust, 1000, false);
	expect(later).toBeGreaterThan(10);
	expect(later).toBeLessThan(50);
});

test("what pays again is trusted again, and the more the longer it has paid", () => {
	const trust = new Trust();
	tried(trust, 10, false);
	expect(tried(trust, 100, true)).toBeGreaterThan(60);
	expect(tried(trust, 10, false)).toBe(4);
});
