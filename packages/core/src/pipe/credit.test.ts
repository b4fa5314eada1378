import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CreditWindow } from "./credit.ts";

describe("a credit window", () => {
	it("never lets sender and reader wait for each other, and never grants more than the window", () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 }), (size, steps) => {
				const window = new CreditWindow(size);
				let [credit, queued, watching] = [size, 0, false];
				const settle = () => {
					const due = window.due(queued);
					expect(due === 0 || due >= size / 2).toBe(true);
					credit += due;
					if (due === 0 && window.mustWatch(queued)) watching = true;
				};
				for (const [index, count] of steps.entries()) {
					for (let i = 0; i < count; i++) {
						if (index % 2 === 0 && credit > 0) {
							credit -= 1;
							queued += 1;
							expect(window.arrived(1)).toBe(1);
							settle();
						} else if (index % 2 === 1 && queued > 0) {
							queued -= 1;
							if (watching && queued <= window.watchAt) {
								watching = false;
								settle();
							}
						}
						expect(credit + queued).toBeLessThanOrEqual(size);
					}
				}
				// A reader that takes all it has always finds that the sender may go on.
				for (; queued > 0; queued--) {
					if (watching && queued - 1 <= window.watchAt) {
						watching = false;
						queued -= 1;
						settle();
						queued += 1;
					}
				}
				expect(credit).toBeGreaterThan(0);
			}),
		);
	});

	it("tells when a sender had no credit for what it sent", () => {
		const window = new CreditWindow(2);
		expect([window.arrived(1), window.arrived(1), window.arrived(1)]).toEqual([1, 1, 0]);
		const other = new CreditWindow(5);
		expect([other.arrived(3), other.arrived(3), other.arrived(3)]).toEqual([3, 2, 0]);
	});

	it("with 0 is no limit and returns nothing", () => {
		const window = new CreditWindow(0);
		for (let i = 0; i < 10_000; i++) expect(window.arrived(1)).toBe(1);
		expect([window.due(0), window.mustWatch(10_000)]).toEqual([0, false]);
	});
});
