import { expect, test } from "vitest";
import type { ProgramResult } from "./measure-program.ts";
import { geometricMean, verdict } from "./verdict.ts";

function result(name: string, ratio: number): ProgramResult {
	const arm = { figures: [1] };
	const comparisons = [1, 2].map((threads) => ({ threads, ours: arm, erlang: arm, ratio }));
	return { name, title: name, stresses: "", parameters: {}, comparisons, best: ratio };
}

test("the mean of ratios is the geometric one: twice as fast and half as fast are even", () => {
	expect(geometricMean([2, 0.5])).toBeCloseTo(1);
});

test("the verdict names the programs below the bar, and only those", () => {
	const lines = verdict([result("quick", 9), result("slow", 0.2)]);
	expect(lines.at(-1)).toBe("bars: mean met (bar 1 x); each program missed by slow 0.2 x (bar 0.33 x)");
});

test("a run without Erlang has no verdict", () => {
	expect(verdict([{ ...result("alone", 1), comparisons: [], best: undefined }])).toEqual([]);
});
