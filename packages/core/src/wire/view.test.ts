import { describe, expect, it } from "vitest";
import { viewOf } from "./view.ts";

describe("a view", () => {
	it("is a Buffer like any other, over the same memory", () => {
		const whole = Buffer.from("xx0123456789").subarray(2);
		const view = viewOf(whole, 3, 4);
		expect(view).toStrictEqual(Buffer.from("3456"));
		expect(Object.getPrototypeOf(view)).toBe(Buffer.prototype);
		whole[3] = 0x58;
		expect(view.toString()).toBe("X456");
		expect(viewOf(whole, 10, 0).length).toBe(0);
	});
});
