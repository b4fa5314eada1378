import { describe, expect, it } from "vitest";
import { LookThenSleep } from "./wait-policy.ts";

/** One burst of work at `nowMs`, then looks that find nothing; returns how many looks there were before the sleep. */
function vainBurst(policy: LookThenSleep, nowMs: number): number {
	let looks = 0;
	let step = policy.next(true, nowMs);
	while (step === "look") {
		looks += 1;
		step = policy.next(false, nowMs + looks * 0.05);
	}
	return looks;
}

describe("the wait policy", () => {
	it("looks again while there was work a moment ago, and sleeps after a short idle time", () => {
		const policy = new LookThenSleep();
		expect(policy.next(false, 1000)).toBe("sleep");
		expect(policy.next(true, 2000)).toBe("look");
		expect(policy.next(false, 2000.05)).toBe("look");
		expect(policy.next(true, 2000.09)).toBe("look");
		expect(policy.next(false, 2000.18)).toBe("look");
		expect(policy.next(false, 2000.2)).toBe("sleep");
	});

	it("stops looking when looks have been in vain several times in a row", () => {
		const policy = new LookThenSleep();
		const looks = Array.from({ length: 10 }, (_, burst) => vainBurst(policy, burst * 10));
		expect(looks.slice(0, 3).every((count) => count > 0)).toBe(true);
		expect(looks.slice(5)).toEqual([0, 0, 0, 0, 0]);
	});

	it("tries again now and then, and looks again once that has paid", () => {
		const policy = new LookThenSleep();
		let nowMs = 0;
		const later = (ms: number): number => {
			nowMs += ms;
			return nowMs;
		};
		for (let burst = 0; burst < 10; burst++) vainBurst(policy, later(10));
		// Peers that answer fast: every look finds work.
		let trials = 0;
		while (trials < 1000 && policy.next(true, later(10)) === "sleep") trials += 1;
		expect(trials).toBeLessThan(100);
		for (let answer = 0; answer < 10; answer++) {
			expect(policy.next(false, later(0.01))).toBe("look");
			expect(policy.next(true, later(0.01))).toBe("look");
		}
	});
});
