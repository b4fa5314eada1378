/** One direction of a pipe: order, marks, relief, conflation. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message } from "../message.ts";
import { MessageQueue } from "./message-queue.ts";

const message = (text: string): Message => [Buffer.from(text)];
const text = (taken: Message | undefined): string | undefined => taken && String(taken[0]);

describe("a message queue", () => {
	it("gives back what it took, in order, however it grows and wraps, as an array would", () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 40 }), fc.array(fc.boolean(), { maxLength: 300 }), (limit, steps) => {
				const queue = new MessageQueue(limit);
				const model: string[] = [];
				let count = 0;
				for (const push of steps) {
					if (push) {
						const taken = queue.push(message(String(count)));
						if (taken) model.push(String(count));
						else expect(limit).toBeGreaterThan(0);
						count += 1;
					} else {
						expect(text(queue.shift())).toBe(model.shift());
						queue.takeRelief();
					}
					expect(queue.length).toBe(model.length);
					if (limit > 0) expect(queue.length).toBeLessThanOrEqual(limit);
				}
			}),
		);
	});

	it("is empty when it is made: nothing comes out, and nobody is relieved", () => {
		const queue = new MessageQueue(2);
		expect([queue.shift(), queue.length, queue.full, queue.takeRelief()]).toEqual([undefined, 0, false, false]);
	});

	it("once it has refused takes nothing more until half of it is read, and says so once", () => {
		const queue = new MessageQueue(4);
		for (let i = 0; i < 4; i++) expect(queue.push(message(String(i)))).toBe(true);
		expect(queue.push(message("4"))).toBe(false);
		const relief: boolean[] = [];
		for (let i = 0; i < 4; i++) {
			queue.shift();
			relief.push(queue.takeRelief());
		}
		expect(relief).toEqual([false, true, false, false]);
	});

	it("takes whatever is forced on it, and keeps one when it conflates", () => {
		const queue = new MessageQueue(1);
		for (let i = 0; i < 40; i++) queue.force(message(String(i)));
		expect(queue.length).toBe(40);
		queue.conflate();
		expect([queue.length, queue.full]).toEqual([1, false]);
		queue.push(message("newest"));
		expect([queue.length, text(queue.shift())]).toEqual([1, "newest"]);
		expect(queue.length).toBe(0);
	});

	it("clears to nothing and goes on", () => {
		const queue = new MessageQueue(3);
		for (let i = 0; i < 3; i++) queue.push(message(String(i)));
		expect(queue.clear()).toBe(3);
		expect([queue.push(message("x")), text(queue.shift())]).toEqual([true, "x"]);
	});
});
