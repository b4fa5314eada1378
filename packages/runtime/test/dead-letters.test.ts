/**
 * Messages that nobody takes are remembered, on the main thread and on worker threads.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createSystem, type DeadLetter, type System } from "@zloom/runtime";
import { afterEach, expect, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { Counter } from "./fixtures/counter.ts";

let system: System;
afterEach(() => system.stop());

test("the dead letters of all threads are told, the oldest first, and published", async () => {
	const published: unknown[] = [];
	const note = (letter: unknown): void => void published.push(letter);
	subscribe("zloom:dead-letter", note);
	system = await createSystem({ threads: 2 });
	const gone = await system.spawn(Counter, { args: [0], at: "inproc://gone", thread: 0 });
	const other = await system.spawn(Counter, { args: [0], thread: 1 });
	await gone.stop();
	expect((await errorOf(gone.tell.add(1))).code).toBe("ERR_ACTOR_DOWN");
	expect((await errorOf(other.ask.askOther(gone as never))).code).toBe("ERR_ACTOR_DOWN");
	const letters: DeadLetter[] = await system.deadLetters();
	unsubscribe("zloom:dead-letter", note);
	expect(letters).toMatchObject([
		{ address: "inproc://gone", method: "add", thread: 0 },
		{ address: expect.stringMatching(/^inproc:\/\/~\d+\.\d+$/) as string, method: "get" },
	]);
	expect(letters[1]?.thread).toBeGreaterThan(0);
	expect(published).toEqual([letters[0]]);
	expect(system.statistics.deadLetters).toBe(1);
});

test("a thread that is blocked does not hold them up", async () => {
	system = await createSystem({ threads: 1 });
	const ref = await system.spawn(Counter, { args: [0], thread: 0 });
	const blocked = errorOf(ref.ask.block(600_000));
	const gone = await system.spawn(Counter, { args: [0], thread: "main" });
	await gone.stop();
	await errorOf(gone.ask.get());
	expect((await system.deadLetters()).map(({ method }) => method)).toEqual(["get"]);
	await system.stop({ timeoutMs: 1 });
	expect((await blocked).code).toBe("ERR_SYSTEM_STOPPED");
});
