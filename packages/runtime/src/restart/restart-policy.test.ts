/**
 * When an actor begins anew: by kind, intensity and back-off.
 */
import { expect, test } from "vitest";
import { checkRestart, RestartPolicy } from "./restart-policy.ts";

const policy = (given?: Parameters<typeof checkRestart>[0]): RestartPolicy => new RestartPolicy(checkRestart(given));

test("by default an actor that fails begins anew at once, three times in five seconds", () => {
	const transient = policy();
	expect([0, 1, 2, 3].map((ms) => transient.failed(ms, 0.5))).toEqual([0, 0, 0, undefined]);
	expect(transient.failed(5002, 0.5)).toBe(0);
});

test("a temporary one never does, and only a permanent one does after it has ended itself", () => {
	expect(policy("temporary").failed(0, 0)).toBeUndefined();
	expect(policy("transient").ended(0, 0)).toBeUndefined();
	expect(policy("permanent").ended(0, 0)).toBe(0);
});

test("the back-off doubles with each failure of the period up to its limit, and chance takes up to a half of it", () => {
	const slow = policy({ intensity: 100, backoffMs: 10, backoffMaxMs: 50 });
	expect([0, 0, 0, 0].map((ms) => slow.failed(ms, 0))).toEqual([10, 20, 40, 50]);
	expect(slow.failed(0, 1)).toBe(25);
	expect(slow.failed(10_000, 0)).toBe(10);
});

test.each([
	["always", "transient"],
	[{ intensity: 1.5 }, "intensity"],
	[{ periodMs: 0 }, "periodMs"],
	[{ backoffMs: -1 }, "backoffMs"],
	[{ backoffMaxMs: Number.NaN }, "backoffMaxMs"],
])("what is no way to begin anew is refused: %j", (given, text) => {
	expect(() => checkRestart(given as never)).toThrowError(text);
});
