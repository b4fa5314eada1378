import fc from "fast-check";
import { expect, it } from "vitest";
import { WINDOW_BYTES, WINDOW_MESSAGES } from "./limits.ts";
import { SendWindow } from "./send-window.ts";

it("shuts after as many envelopes as fit, and opens with their acknowledgement", () => {
	const window = new SendWindow();
	for (let i = 0; i < WINDOW_MESSAGES; i++) {
		expect(window.open).toBe(true);
		window.add(1);
	}
	expect(window.open).toBe(false);
	expect(window.acknowledge(1)).toBe(true);
	expect(window.open).toBe(true);
	expect(window.messages).toBe(WINDOW_MESSAGES - 1);
});

it("lets one envelope above its size pass, alone", () => {
	const window = new SendWindow();
	expect(window.open).toBe(true);
	window.add(WINDOW_BYTES * 2);
	expect(window.open).toBe(false);
	expect(window.acknowledge(1)).toBe(true);
	expect(window.bytes).toBe(0);
	expect(window.open).toBe(true);
});

it("refuses acknowledgements that go back or beyond what was sent", () => {
	const window = new SendWindow();
	window.add(10);
	window.add(10);
	expect(window.acknowledge(3)).toBe(false);
	expect(window.acknowledge(2)).toBe(true);
	expect(window.acknowledge(1)).toBe(false);
	expect(window.acknowledge(2)).toBe(true);
});

it("always knows the bytes under way, whatever is sent and acknowledged in whatever lots", () => {
	fc.assert(
		fc.property(
			fc.array(fc.oneof(fc.record({ add: fc.nat(1000) }), fc.record({ acknowledge: fc.nat(20) })), { maxLength: 400 }),
			(steps) => {
				const window = new SendWindow();
				const underWay: number[] = [];
				let acknowledged = 0;
				for (const step of steps) {
					if ("add" in step) {
						window.add(step.add);
						underWay.push(step.add);
					} else {
						const count = Math.min(step.acknowledge, underWay.length);
						acknowledged += count;
						underWay.splice(0, count);
						expect(window.acknowledge(acknowledged)).toBe(true);
					}
					expect(window.messages).toBe(underWay.length);
					expect(window.bytes).toBe(underWay.reduce((sum, bytes) => sum + bytes, 0));
				}
			},
		),
	);
});
