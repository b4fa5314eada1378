import { describe, expect, it } from "vitest";
import { LookThenSleep } from "./wait-policy.ts";

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
});
