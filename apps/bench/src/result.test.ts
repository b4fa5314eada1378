import { expect, test } from "vitest";
import { medianRatio } from "./median.ts";
import { judge } from "./result.ts";
import type { Bar, Row, Unit } from "./row.ts";
import { summary } from "./words.ts";

const PROGRAM = { command: "never-run", args: [] };

function row(unit: Unit, bars: readonly Bar[]): Row {
	const arms = new Map([
		["zloom", PROGRAM],
		["peer", PROGRAM],
	]);
	return { name: "a-row", title: "a row", measures: "nothing", unit, arms, bars };
}

test("a ratio is the median of the rounds' ratios, not the ratio of the medians", () => {
	expect(medianRatio([10, 20, 300], [1, 10, 100], "msg/s")).toBe(3);
});

test("ours is better with more a second, and with fewer microseconds", () => {
	expect(medianRatio([10], [5], "msg/s")).toBe(2);
	expect(medianRatio([10], [5], "us")).toBe(0.5);
});

test("a bar against a peer is met from its ratio on, a bar on our figure below it", () => {
	const arms = { zloom: { figures: [30] }, peer: { figures: [10] } };
	const met = (unit: Unit, bar: Bar) => judge(row(unit, [bar]), arms).verdicts[0]?.met;
	expect(met("msg/s", { against: "peer", atLeast: 3 })).toBe(true);
	expect(met("msg/s", { against: "peer", atLeast: 3.1 })).toBe(false);
	expect(met("KB", { below: 31 })).toBe(true);
	expect(met("KB", { below: 30 })).toBe(false);
});

test("a bar whose peer is missing or has failed is neither met nor missed", () => {
	const bar: Bar = { against: "peer", atLeast: 3 };
	for (const peer of [{ missing: "no gcc" }, { failed: "it crashed" }]) {
		const result = judge(row("msg/s", [bar]), { zloom: { figures: [30] }, peer });
		expect(result.verdicts).toEqual([{ bar }]);
		expect(summary({ rows: [result] })).toBe("0 of 1 bars met; not measured: a-row (bar 3 x peer)");
	}
});

test("the summary names each missed bar with what was measured", () => {
	const arms = { zloom: { figures: [30] }, peer: { figures: [10] } };
	const result = judge(row("msg/s", [{ against: "peer", atLeast: 5 }]), arms);
	expect(summary({ rows: [result] })).toBe("0 of 1 bars met; missed: a-row 3.00 x (bar 5 x peer)");
});

test("a bar against an arm that the row does not have is a mistake in the row", () => {
	expect(() => judge(row("us", [{ against: "nobody", atLeast: 1 }]), { zloom: { figures: [1] } })).toThrow(/no arm nobody/);
});
