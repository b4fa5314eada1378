import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Backoff } from "./reconnect.ts";

describe("the reconnect delay", () => {
	it("without a ceiling is the interval plus up to the interval, every time", () => {
		const spread = { reconnectInterval: 100, reconnectMaxInterval: 0 };
		expect([new Backoff(() => 0).next(spread), new Backoff(() => 0.5).next(spread), new Backoff(() => 0.999).next(spread)]).toEqual([
			100, 150, 199,
		]);
	});

	it("with a ceiling doubles exactly up to it, and starts again after a success", () => {
		const times = { reconnectInterval: 100, reconnectMaxInterval: 450 };
		const backoff = new Backoff(() => 0.9);
		expect([1, 2, 3, 4, 5].map(() => backoff.next(times))).toEqual([100, 200, 400, 450, 450]);
		backoff.reset();
		expect(backoff.next(times)).toBe(100);
	});

	it("is never tried again with -1", () => {
		expect(new Backoff(() => 0).next({ reconnectInterval: -1, reconnectMaxInterval: 0 })).toBe(-1);
	});

	it("stays within what a timer can wait", () => {
		fc.assert(
			fc.property(
				fc.nat(),
				fc.nat(),
				fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
				(reconnectInterval, reconnectMaxInterval, random) => {
					const backoff = new Backoff(() => random);
					for (let i = 0; i < 40; i++) {
						const delay = backoff.next({ reconnectInterval, reconnectMaxInterval });
						expect(Number.isInteger(delay) && delay >= 0 && delay <= 0x7fff_ffff).toBe(true);
					}
				},
			),
		);
	});
});
