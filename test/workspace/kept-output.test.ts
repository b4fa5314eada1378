/**
 * What CI shows again of a step that failed.
 */
import { expect, test } from "vitest";
import { KeptOutput } from "../../scripts/kept-output.mjs";

const numbered = (count: number): string => Array.from({ length: count }, (_, at) => `line ${at}\n`).join("");

test("the last lines are kept, and that some are left out is shown", () => {
	const output = new KeptOutput();
	output.write("out", numbered(1000));
	expect(output.lines(3)).toEqual(["…", "line 998", "line 999"]);
	expect(output.lines(500)).toHaveLength(61);
});

test("a failure that was told long before the end is among them", () => {
	const output = new KeptOutput();
	output.write("out", " FAIL  test/x.test.ts > a thing does something\nAssertionError: expected 1 to be 2\n");
	output.write("out", numbered(1000));
	const lines = output.lines(30);
	expect(lines.slice(0, 3)).toEqual([" FAIL  test/x.test.ts > a thing does something", "AssertionError: expected 1 to be 2", "…"]);
	expect(lines.at(-1)).toBe("line 999");
	expect(lines.length).toBeLessThanOrEqual(30);
});

test("pieces of lines are put together by stream, colours and empty lines are left out", () => {
	const output = new KeptOutput();
	output.write("out", "one \x1b[31mred");
	output.write("err", "error\n");
	output.write("out", "\x1b[39m line\n\n\nno end");
	expect(output.lines(10)).toEqual(["error", "one red line", "no end"]);
});

test("many failures and endless lines take no more than their share", () => {
	const output = new KeptOutput();
	for (let at = 0; at < 1000; at++) output.write("out", ` FAIL  test ${at}\n${numbered(3)}`);
	for (let at = 0; at < 1000; at++) output.write("out", "x".repeat(10_000));
	const lines = output.lines(30);
	expect(lines.length).toBeLessThanOrEqual(30);
	expect(lines.at(-1)?.length).toBeLessThan(500);
});
