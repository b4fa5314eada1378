import { describe, expect, it } from "vitest";
import { LaneTable } from "./lane-table.ts";
import { NameTable } from "./name-table.ts";
import { Root } from "./root.ts";
import {
	LANE,
	LANE_LIVE,
	LANE_SLOTS,
	NAME,
	NAME_BOUND,
	NAME_CLAIMED,
	NAME_SLOTS,
	NAME_TENTATIVE,
	stateWord,
	THREAD_SLOTS,
} from "./root-layout.ts";
import { ThreadTable } from "./thread-table.ts";

function tables() {
	const root = Root.create();
	const threads = new ThreadTable(root);
	return { root, threads, names: new NameTable(root, threads), lanes: new LaneTable(root, threads) };
}
const key = (text: string) => Buffer.from(text);

describe("the threads of a root", () => {
	it("reuse slots under new tokens, and an old token never names the new thread", () => {
		const { threads } = tables();
		const first = threads.claim(1, -1);
		expect(threads.alive(first)).toBe(true);
		expect([threads.retire(first), threads.retire(first)]).toEqual([true, false]);
		const second = threads.claim(2, -1);
		expect(second & 1023).toBe(first & 1023);
		expect([threads.alive(first), threads.alive(second)]).toEqual([false, true]);
	});

	it("take the threads they started with them", () => {
		const { threads } = tables();
		const [main, child, grandchild, other] = [threads.claim(0, -1), threads.claim(5, 0), threads.claim(9, 5), threads.claim(6, 0)];
		expect(threads.retireThread(5)).toBe(true);
		expect([main, child, grandchild, other].map((token) => threads.alive(token))).toEqual([true, false, false, true]);
		expect(threads.retireThread(5)).toBe(false);
	});

	it("are refused with ENOBUFS when every slot is taken", () => {
		const { threads } = tables();
		for (let i = 0; i < THREAD_SLOTS; i++) threads.claim(i, -1);
		expect(() => threads.claim(THREAD_SLOTS, -1)).toThrowError(expect.objectContaining({ code: "ENOBUFS" }));
		threads.retireThread(17);
		threads.claim(THREAD_SLOTS, -1);
	});
});

describe("the names of a root", () => {
	it("have one owner each, are found by the others and are free again after free or death", () => {
		const { threads, names } = tables();
		const [a, b] = [threads.claim(1, -1), threads.claim(2, -1)];
		const slot = names.bind(key("x"), a, 7);
		expect(names.bind(key("x"), b, 1)).toBeUndefined();
		expect(names.find(key("x"))).toEqual({ owner: a, binding: 7 });
		expect(names.find(key("xy"))).toBeUndefined();
		names.free(slot as number, a);
		expect(names.bind(key("x"), b, 2)).toBeDefined();
		threads.retire(b);
		expect(names.find(key("x"))).toBeUndefined();
		expect(names.bind(key("x"), a, 3)).toBeDefined();
		expect(names.count()).toBe(1);
	});

	it("are taken over from threads that died at any step of a bind", () => {
		const { root, threads, names } = tables();
		const [a, b] = [threads.claim(1, -1), threads.claim(2, -1)];
		for (const state of [NAME_CLAIMED, NAME_TENTATIVE]) {
			const slot = names.bind(key(`dead-${state}`), a, 1) as number;
			root.names[slot * 72 + NAME.STATE] = stateWord(a, state);
		}
		threads.retire(a);
		for (const state of [NAME_CLAIMED, NAME_TENTATIVE]) expect(names.bind(key(`dead-${state}`), b, 1)).toBeDefined();
		names.sweep();
		expect(names.count()).toBe(2);
	});

	it("strike out a rival that has not decided yet, so that at most one wins", () => {
		const { root, threads, names } = tables();
		const [a, b] = [threads.claim(1, -1), threads.claim(2, -1)];
		const slot = names.bind(key("x"), a, 1) as number;
		root.names[slot * 72 + NAME.STATE] = stateWord(a, NAME_TENTATIVE);
		expect(names.bind(key("x"), b, 2)).toBeDefined();
		expect(names.find(key("x"))?.owner).toBe(b);
		names.free(slot, a);
		expect(names.find(key("x"))?.owner).toBe(b);
	});

	it("are refused with ENOBUFS when the table is full", () => {
		const { root, threads, names } = tables();
		const a = threads.claim(1, -1);
		for (let slot = 0; slot < NAME_SLOTS; slot++) root.names[slot * 72 + NAME.STATE] = stateWord(a, NAME_BOUND);
		expect(() => names.bind(key("more"), a, 0)).toThrowError(expect.objectContaining({ code: "ENOBUFS" }));
		names.free(100, a);
		expect(names.bind(key("more"), a, 0)).toBe(100);
	});
});

describe("the lanes of a root", () => {
	it("are found by their acceptor and reused with their memory after the survivor has left", () => {
		const { root, threads, lanes } = tables();
		const [a, b, c] = [threads.claim(1, -1), threads.claim(2, -1), threads.claim(3, -1)];
		const lane = lanes.make(a, b);
		expect(lanes.acceptedBy(b)).toEqual([lane]);
		expect(lanes.acceptedBy(a)).toEqual([]);
		threads.retire(a);
		expect(lanes.sweep()).toBe(0);
		expect(lanes.leave(lane, b)).toBe(true);
		const size = root.buffer.byteLength;
		const next = lanes.make(c, b);
		expect([next.slot, next.byteOffset]).toEqual([lane.slot, lane.byteOffset]);
		expect(root.buffer.byteLength).toBe(size);
	});

	it("are swept when both threads are dead", () => {
		const { threads, lanes } = tables();
		const [a, b] = [threads.claim(1, -1), threads.claim(2, -1)];
		lanes.make(a, b);
		threads.retire(a);
		threads.retire(b);
		expect([lanes.sweep(), lanes.count()]).toEqual([1, 0]);
	});

	it("that one side gave up are free when the other has left too, or died", () => {
		const { threads, lanes } = tables();
		const [a, b] = [threads.claim(1, -1), threads.claim(2, -1)];
		const lane = lanes.make(a, b);
		expect(lanes.leave(lane, a)).toBe(false);
		expect([lanes.abandoned(lane, b), lanes.abandoned(lane, a), lanes.settled(lane, a)]).toEqual([true, false, false]);
		expect([lanes.leave(lane, b), lanes.settled(lane, a), lanes.count()]).toEqual([true, true, 0]);
		const second = lanes.make(a, b);
		expect(lanes.leave(second, a)).toBe(false);
		threads.retire(b);
		expect([lanes.settled(second, a), lanes.count()]).toEqual([true, 0]);
	});

	it("are refused with ENOBUFS when the table is full", () => {
		const { root, threads, lanes } = tables();
		const [a, b] = [threads.claim(1, -1), threads.claim(2, -1)];
		for (let slot = 0; slot < LANE_SLOTS; slot++) root.lanes[slot * 8 + LANE.STATE] = stateWord(b, LANE_LIVE);
		expect(() => lanes.make(a, b)).toThrowError(expect.objectContaining({ code: "ENOBUFS" }));
	});
});
