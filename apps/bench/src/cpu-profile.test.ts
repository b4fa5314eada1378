import { expect, test } from "vitest";
import { type CpuProfile, foldProfile } from "./cpu-profile.ts";

const frame = (functionName: string, url = "", lineNumber = -1) => ({ functionName, url, lineNumber });

const PROFILE: CpuProfile = {
	nodes: [
		{ id: 1, callFrame: frame("(root)") },
		{ id: 2, callFrame: frame("(idle)") },
		{ id: 3, callFrame: frame("(garbage collector)") },
		{ id: 4, callFrame: frame("send", "file:///a/b/socket/faces.js", 9) },
		{ id: 5, callFrame: frame("send", "file:///a/b/socket/faces.js", 9) },
		{ id: 6, callFrame: frame("", "node:buffer", 239) },
		{ id: 7, callFrame: frame("wasm-function[64]", "wasm://wasm/000d89ce", 0) },
		{ id: 8, callFrame: frame("writev") },
	],
	samples: [2, 4, 5, 3, 6, 7, 8, 1, 2],
	timeDeltas: [500, 10_000, 3000, 1000, 2000, 500, 1500, 2000, 7000],
};

test("the time of a function is summed over all who called it, each sample standing for the time until the next", () => {
	const { costs } = foldProfile(PROFILE);
	expect(costs.map(({ where, milliseconds }) => [where, milliseconds])).toEqual([
		["send socket/faces.js:10", 4],
		["(garbage collector)", 2],
		["writev native", 2],
		["wasm-function[64] WebAssembly", 1.5],
		["(anonymous) node:buffer:240", 0.5],
	]);
});

test("idle time is no cost: shares are of the time that the thread was busy", () => {
	const { busyMs, idleMs, collectingMs, costs } = foldProfile(PROFILE);
	expect([busyMs, idleMs, collectingMs]).toEqual([10, 17, 2]);
	expect(costs[0]?.share).toBe(0.4);
	expect(costs.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
});

test("a thread that did nothing has no costs", () => {
	expect(foldProfile({ nodes: PROFILE.nodes, samples: [2, 2], timeDeltas: [0, 5000] })).toEqual({
		busyMs: 0,
		idleMs: 5,
		collectingMs: 0,
		costs: [],
	});
});
