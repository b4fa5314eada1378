/**
 * Ranges of addresses: what is one, and what lies in it.
 */
import { expect, it } from "vitest";
import { inRanges, parseRange } from "./address-range.ts";

it.each(["10.0.0.0/8", "127.0.0.1", "0.0.0.0/0", "::1", "fe80::/10"])("%s is a range", (text) => {
	expect(parseRange(text)).toBeDefined();
});

it.each(["", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/-1", "::/129", "localhost", "*"])("%s is none", (text) => {
	expect(parseRange(text)).toBeUndefined();
});

it("an address is in a range, also when it comes as IPv6", () => {
	expect(inRanges("10.0.0.0/8", "10.1.2.3")).toBe(true);
	expect(inRanges("10.0.0.0/8, 192.168.0.1", "192.168.0.1")).toBe(true);
	expect(inRanges("10.0.0.0/8", "::ffff:10.1.2.3")).toBe(true);
	expect(inRanges("10.0.0.0/8", "11.0.0.1")).toBe(false);
	expect(inRanges("fe80::/10", "fe80::5")).toBe(true);
	expect(inRanges("fe80::/10", "10.1.2.3")).toBe(false);
});
