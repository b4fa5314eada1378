import { expect, test } from "vitest";
import { CELL_BATCH_MESSAGES, TURN_MESSAGES_MAX } from "../limits.ts";
import { Scheduler } from "./scheduler.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("work begins in the same turn of the event loop", async () => {
	const scheduler = new Scheduler();
	let ran = false;
	scheduler.enqueue({
		runOne: () => {
			ran = true;
			return false;
		},
	});
	expect(ran).toBe(false);
	await Promise.resolve();
	expect(ran).toBe(true);
});

test("two actors share the turns in batches", async () => {
	const scheduler = new Scheduler();
	const order: string[] = [];
	const left = { a: 100, b: 100 };
	for (const name of ["a", "b"] as const) {
		scheduler.enqueue({
			runOne: () => {
				order.push(name);
				left[name] -= 1;
				return left[name] > 0;
			},
		});
	}
	while (left.a + left.b > 0) await turn();
	expect(order.slice(0, CELL_BATCH_MESSAGES * 2)).toEqual([
		...new Array(CELL_BATCH_MESSAGES).fill("a"),
		...new Array(CELL_BATCH_MESSAGES).fill("b"),
	]);
	expect(order).toHaveLength(200);
});

test("endless work lets every turn of the event loop pass, also when it comes from promises", async () => {
	const scheduler = new Scheduler();
	let count = 0;
	let stop = false;
	const again = {
		runOne: () => {
			count += 1;
			// As an async handler does: the next message is there a microtask later.
			if (!stop) void Promise.resolve().then(() => scheduler.enqueue(again));
			return false;
		},
	};
	scheduler.enqueue(again);
	for (let i = 0; i < 20; i++) {
		const before = count;
		await turn();
		expect(count - before).toBeLessThanOrEqual(TURN_MESSAGES_MAX * 2 + CELL_BATCH_MESSAGES);
	}
	expect(count).toBeGreaterThan(0);
	stop = true;
});

test("a closed scheduler runs nothing more", async () => {
	const scheduler = new Scheduler();
	let ran = false;
	scheduler.enqueue({
		runOne: () => {
			ran = true;
			return false;
		},
	});
	scheduler.close();
	await turn();
	expect(ran).toBe(false);
});
