import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DEADLINE_STEP_MS } from "../limits.ts";
import { Deadline, Deadlines } from "./deadlines.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class Wait extends Deadline {
	firedAt: number | undefined;
	readonly #then: (() => void) | undefined;
	constructor(onFire?: () => void) {
		super();
		this.#then = onFire;
	}
	onDeadline(): void {
		this.firedAt = performance.now();
		this.#then?.();
	}
}

test("every wait fires once, never early, and at most a step late, whatever is set and cleared between", () => {
	const operation = fc.record({ ms: fc.integer({ min: 1, max: 300 }), clear: fc.boolean(), advance: fc.integer({ min: 0, max: 40 }) });
	fc.assert(
		fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
			const deadlines = new Deadlines();
			const waits: { wait: Wait; due: number; cleared: boolean }[] = [];
			for (const { ms, clear, advance } of operations) {
				const entry = { wait: new Wait(), due: performance.now() + ms, cleared: false };
				deadlines.set(entry.wait, ms);
				waits.push(entry);
				const victim = waits[ms % waits.length];
				if (clear && victim !== undefined && victim.wait.firedAt === undefined) {
					deadlines.clear(victim.wait);
					victim.cleared = true;
				}
				vi.advanceTimersByTime(advance);
			}
			vi.advanceTimersByTime(1000);
			for (const { wait, due, cleared } of waits) {
				if (cleared) expect(wait.firedAt).toBeUndefined();
				else {
					expect(wait.firedAt).toBeGreaterThanOrEqual(due);
					expect(wait.firedAt).toBeLessThanOrEqual(due + DEADLINE_STEP_MS + 1);
				}
			}
			expect(vi.getTimerCount()).toBe(0);
			deadlines.close();
		}),
		{ numRuns: 100 },
	);
});

test("a wait may be set again, and others cleared, while deadlines fire", () => {
	const deadlines = new Deadlines();
	const order: string[] = [];
	const never = new Wait();
	const again = new Wait(() => {
		order.push("again");
		if (order.length < 3) deadlines.set(again, 10);
		deadlines.clear(never);
	});
	deadlines.set(again, 10);
	deadlines.set(never, 20);
	vi.advanceTimersByTime(200);
	expect(order).toEqual(["again", "again", "again"]);
	expect(never.firedAt).toBeUndefined();
});

test("clearing what is not set does nothing, and nothing fires after close", () => {
	const deadlines = new Deadlines();
	const wait = new Wait();
	deadlines.clear(wait);
	deadlines.set(wait, 10);
	deadlines.close();
	vi.advanceTimersByTime(100);
	expect(wait.firedAt).toBeUndefined();
	expect(vi.getTimerCount()).toBe(0);
});
