import fc from "fast-check";
import { expect, test } from "vitest";
import { Fifo } from "./fifo.ts";

test("behaves like a list, for every sequence of operations", () => {
	const operation = fc.oneof(
		{ weight: 5, arbitrary: fc.constant("push" as const) },
		{ weight: 4, arbitrary: fc.constant("shift" as const) },
		{ weight: 1, arbitrary: fc.constant("remove" as const) },
		{ weight: 1, arbitrary: fc.constant("find" as const) },
	);
	fc.assert(
		fc.property(fc.array(fc.tuple(operation, fc.nat(40)), { maxLength: 300 }), (operations) => {
			const fifo = new Fifo<number>();
			const model: number[] = [];
			let next = 0;
			for (const [what, n] of operations) {
				if (what === "push") {
					fifo.push(next);
					model.push(next++);
				} else if (what === "shift") expect(fifo.shift()).toBe(model.shift());
				else if (what === "find") expect(fifo.find((value) => value >= n)).toBe(model.find((value) => value >= n));
				else {
					const victim = model[n % (model.length + 1)];
					const at = victim === undefined ? -1 : model.indexOf(victim);
					expect(fifo.remove(victim ?? -1)).toBe(at !== -1);
					if (at !== -1) model.splice(at, 1);
				}
				expect(fifo.length).toBe(model.length);
				expect(fifo.peek()).toBe(model[0]);
			}
			while (model.length > 0) expect(fifo.shift()).toBe(model.shift());
			expect(fifo.shift()).toBeUndefined();
		}),
	);
});
