import { describe, expect, it } from "vitest";
import { noteTurn, runSoon } from "./turn.ts";

/** Ends when the loop has turned. */
function turned(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}

describe("what is to run soon", () => {
	it("runs behind a loop of awaits that has begun, before the turn ends", async () => {
		await turned();
		const order: string[] = [];
		setImmediate(() => order.push("end of the turn"));
		runSoon(() => order.push("task"), -1);
		await (async () => {
			for (let i = 0; i < 100; i++) await undefined;
			order.push("loop");
		})();
		await turned();
		expect(order).toEqual(["loop", "task", "end of the turn"]);
	});

	it("waits for the end of a turn in which it has run, and not in the next one", async () => {
		await turned();
		const order: string[] = [];
		let ranIn = -1;
		const task = (): void => {
			order.push("task");
			ranIn = noteTurn();
		};
		runSoon(task, ranIn);
		await new Promise<void>((resolve) => process.nextTick(resolve));
		runSoon(task, ranIn);
		await new Promise<void>((resolve) => process.nextTick(resolve));
		expect(order).toEqual(["task"]);
		await turned();
		expect(order).toEqual(["task", "task"]);
		await turned();
		runSoon(task, ranIn);
		await new Promise<void>((resolve) => process.nextTick(resolve));
		expect(order).toEqual(["task", "task", "task"]);
	});
});
