import { describe, expect, it } from "vitest";
import { type BellPlace, Doorbell, ring } from "./doorbell.ts";

function place(): BellPlace {
	return { words: new Int32Array(new SharedArrayBuffer(8)), parked: 0, sequence: 1 };
}

describe("a doorbell", () => {
	it("rings a sleeper once and an awake thread never", async () => {
		const bell = place();
		let rings = 0;
		let heard = () => {};
		const next = () => new Promise<void>((resolve) => (heard = resolve));
		const own = new Doorbell(bell, () => {
			rings += 1;
			heard();
		});
		expect(ring(bell)).toBe(false);
		const first = next();
		own.park();
		expect([ring(bell), ring(bell)]).toEqual([true, false]);
		await first;
		own.park();
		own.unpark();
		expect(ring(bell)).toBe(false);
		const second = next();
		own.park();
		expect(ring(bell)).toBe(true);
		await second;
		expect(rings).toBe(2);
	});
});
