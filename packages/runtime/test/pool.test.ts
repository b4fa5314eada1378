import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystem, type System } from "@zloom/runtime";
import { afterAll, beforeAll, expect, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { Work } from "./fixtures/worker.ts";

let system: System;
beforeAll(async () => {
	system = await createSystem({ threads: 2 });
});
afterAll(() => system.stop());

test("roundRobin goes from member to member", async () => {
	const pool = await system.pool(Work, { size: 3, routing: "roundRobin", args: [{}] });
	const ids: string[] = [];
	for (let i = 0; i < 9; i++) ids.push(await pool.ask.id("k"));
	expect(new Set(ids).size).toBe(3);
	expect(ids.slice(0, 3)).toEqual(ids.slice(3, 6));
	await pool.stop();
});

test("leastLoaded avoids members that are at work", async () => {
	const pool = await system.pool(Work, { size: 3, args: [{}] });
	const enough = new AbortController();
	const { ask } = pool.with({ signal: enough.signal });
	const busy = [errorOf(ask.untilCancelled()), errorOf(ask.untilCancelled())];
	const ids = new Set<string>();
	for (let i = 0; i < 10; i++) ids.add(await pool.ask.id("k"));
	// Were both at one member, two would have answered.
	expect(ids.size).toBe(1);
	enough.abort();
	await Promise.all(busy);
	await pool.stop();
});

test("consistentHash sends one key to one member, spreads keys, and follows the key that it is told", async () => {
	const pool = await system.pool(Work, { size: 4, routing: "consistentHash", args: [{}] });
	const home = new Map<string, string>();
	for (let round = 0; round < 2; round++) {
		for (let i = 0; i < 40; i++) {
			const id = await pool.ask.id(`key ${i}`);
			expect(home.get(`key ${i}`) ?? id).toBe(id);
			home.set(`key ${i}`, id);
		}
	}
	expect(new Set(home.values()).size).toBe(4);
	const constant = await system.pool(Work, { size: 4, routing: "consistentHash", args: [{}], key: () => "same" });
	const ids = new Set<string>();
	for (let i = 0; i < 10; i++) ids.add(await constant.ask.id(String(i)));
	expect(ids.size).toBe(1);
	await Promise.all([pool.stop(), constant.stop()]);
});

test("broadcast reaches every member and answers with the list, in the order of the members", async () => {
	const pool = await system.pool(Work, { size: 3, routing: "broadcast", args: [{}] });
	const first = await pool.ask.id("k");
	expect(new Set(first).size).toBe(3);
	expect(await pool.ask.id("k")).toEqual(first);
	await pool.tell.tag(1);
	expect(pool.try.tag(1)).toBe("accepted");
	const stream = (pool as unknown as { stream: { count(n: number): AsyncIterable<number> } }).stream;
	expect(() => stream.count(1)).toThrow(/does not stream/);
	await pool.stop();
});

test("a pool streams and waits like one actor", async () => {
	const pool = await system.pool(Work, { size: 2, args: [{}] });
	const items: number[] = [];
	for await (const item of pool.stream.count(5)) items.push(item);
	expect(items).toEqual([0, 1, 2, 3, 4]);
	expect((await errorOf(pool.with({ timeoutMs: 5 }).ask.idLater(60_000))).code).toBe("ERR_TIMEOUT");
	await pool.kill();
});

test("a member that dies with its thread is replaced", async () => {
	const pool = await system.pool(Work, { size: 2, routing: "roundRobin", args: [{}] });
	const before = new Set([await pool.ask.id("a"), await pool.ask.id("b")]);
	expect((await errorOf(pool.ask.exit())).code).toBe("ERR_THREAD_DOWN");
	let ids = new Set<string>();
	while (pool.size < 2) ids.add(await pool.ask.id("c"));
	ids = new Set([await pool.ask.id("a"), await pool.ask.id("b")]);
	expect(ids.size).toBe(2);
	expect([...ids].some((id) => !before.has(id))).toBe(true);
	await pool.stop();
});

test("a stopped pool refuses what comes later", async () => {
	const pool = await system.pool(Work, { size: 2, args: [{}] });
	await pool.stop();
	expect(pool.size).toBe(0);
	expect((await errorOf(pool.ask.id("k"))).code).toBe("ERR_ACTOR_DOWN");
	expect((await errorOf(pool.tell.tag(1))).code).toBe("ERR_ACTOR_DOWN");
	expect(pool.try.tag(1)).toBe("down");
});

/** Looks again and again; what it waits for is on other threads. */
async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("a pool with bounds starts a member while all are at work, up to its bound, and stops those that it does not need", async () => {
	const pool = await system.pool(Work, { size: { min: 1, max: 3, idleMs: 50 }, args: [{}] });
	expect(pool.size).toBe(1);
	const enough = new AbortController();
	const busy = pool.with({ signal: enough.signal });
	const asked: Promise<unknown>[] = [];
	for (const size of [1, 2, 3, 3]) {
		await until(() => pool.size === size);
		asked.push(errorOf(busy.ask.untilCancelled()));
		// It finds all members at work.
		asked.push(errorOf(busy.ask.untilCancelled()));
	}
	expect(pool.size).toBe(3);
	enough.abort();
	await Promise.all(asked);
	await until(() => pool.size === 1);
	expect(await pool.ask.id("k")).toBeTypeOf("string");
	await pool.stop();
	expect(pool.size).toBe(0);
});

test("scatterGatherFirst has the first answer that is no error, and the other members are cancelled", async () => {
	const folder = mkdtempSync(join(tmpdir(), "zloom-pool-"));
	const pool = await system.pool(Work, { size: 3, routing: "scatterGatherFirst", args: [{}] });
	expect(await pool.ask.race(folder, 3)).toBe("first");
	await until(() => readdirSync(folder).filter((name) => name.startsWith("cancelled")).length === 2);
	await pool.stop();
	const failing = await system.pool(Work, { size: 2, routing: "scatterGatherFirst", args: [{ failAt: 1 }] });
	expect((await errorOf(failing.ask.process(1))).message).toBe("no 1");
	await failing.stop();
	rmSync(folder, { recursive: true });
});

test("bad options are refused, and a pool whose members cannot be made leaves none", async () => {
	for (const size of [0, -1, 1.5, 1e9]) expect((await errorOf(system.pool(Work, { size, args: [{}] }))).code).toBe("ERR_BAD_OPTION");
	for (const size of [
		{ min: 2, max: 1 },
		{ min: 0, max: 1 },
		{ min: 1, max: 2, idleMs: 0 },
	])
		expect((await errorOf(system.pool(Work, { size, args: [{}] }))).code).toBe("ERR_BAD_OPTION");
	expect((await errorOf(system.pool(Work, { size: { min: 1, max: 2 }, routing: "broadcast", args: [{}] }))).code).toBe("ERR_BAD_OPTION");
	expect((await errorOf(system.pool(Work, { size: 1, routing: "random" as "roundRobin", args: [{}] }))).code).toBe("ERR_BAD_OPTION");
	expect((await errorOf(system.pool(Work, { size: 1, on: [], args: [{}] }))).code).toBe("ERR_BAD_OPTION");
	expect((await errorOf(system.pool(Work, { size: 2, on: ["inproc://", "tcp://127.0.0.1:1"], args: [{}] }))).code).toBe("ERR_NO_REMOTE");
});
