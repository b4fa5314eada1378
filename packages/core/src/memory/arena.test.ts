import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { type ArenaBuffer, dropQueued, handedOut, lend } from "./arena-buffer.ts";
import { CLAIMS_MAX, CLASS_MAX, SLOT } from "./arena-layout.ts";
import { ArenaSlots } from "./arena-slots.ts";
import { Root } from "./root.ts";
import { ThreadTable } from "./thread-table.ts";

const KIB = 1024;

/** A root with threads, all played by this one. */
function world(bytesMax?: number) {
	const root = Root.create();
	const threads = new ThreadTable(root);
	let next = 1;
	const thread = () => {
		const token = threads.claim(next++, -1);
		return { token, arena: new Arena(root, threads, token, bytesMax) };
	};
	return { root, threads, thread, slots: new ArenaSlots(root, threads) };
}

type Thread = ReturnType<ReturnType<typeof world>["thread"]>;

/** What a lane does: grants, and the peer takes. Undefined: it would be copied. */
function pass(from: Thread, to: Thread, buffer: ArenaBuffer): ArenaBuffer | undefined {
	if (buffer.queued === 0) lend([buffer]);
	const claim = from.arena.grant(buffer, to.token);
	if (claim === 0) return undefined;
	dropQueued([buffer]);
	const taken = to.arena.take(buffer.base, claim, buffer.length, from.token);
	if (taken === undefined) throw new Error("a grant that cannot be taken");
	return handedOut(taken);
}

function allocated(thread: Thread, bytes: number): ArenaBuffer {
	const buffer = thread.arena.allocate(bytes);
	if (buffer === undefined) throw new Error("no slot");
	return buffer;
}

describe("an arena", () => {
	it("passes a buffer on in place, and has its slot back when the receiver releases it", () => {
		const { thread, slots } = world(64 * KIB);
		const [a, b] = [thread(), thread()];
		const sent = allocated(a, 64 * KIB).fill("x");
		const received = pass(a, b, sent as ArenaBuffer) as ArenaBuffer;
		expect([received.length, received[9], received.byteOffset]).toEqual([64 * KIB, 120, sent.byteOffset]);
		expect((sent as ArenaBuffer).ended).toBe(true);
		expect(a.arena.allocate(64 * KIB)).toBeUndefined();
		received.release();
		expect(slots.count()).toBe(0);
		expect(allocated(a, 64 * KIB).byteOffset).toBe(sent.byteOffset);
	});

	it("never has more slots than its bytes allow, and gives free ones of other sizes away for a size that it lacks", () => {
		const { thread } = world(64 * KIB);
		const a = thread();
		const small = Array.from({ length: 16 }, () => allocated(a, 4 * KIB));
		expect(a.arena.allocate(4 * KIB)).toBeUndefined();
		expect(a.arena.allocate(8 * KIB)).toBeUndefined();
		for (const buffer of small.slice(0, 2)) buffer.release();
		expect(a.arena.allocate(8 * KIB)).toBeDefined();
		expect(a.arena.allocate(4 * KIB)).toBeUndefined();
		expect(a.arena.allocate(2 ** CLASS_MAX + 1)).toBeUndefined();
	});

	it("goes to as many threads as a slot has claims, and is free when the last one has released it", () => {
		const { thread, slots } = world();
		const a = thread();
		const buffer = allocated(a, 4 * KIB).retain();
		const received: (ArenaBuffer | undefined)[] = [];
		for (let i = 0; i < CLAIMS_MAX; i++) {
			lend([buffer]);
			received.push(pass(a, thread(), buffer));
			buffer.retain();
			if (buffer.queued > 0) dropQueued([buffer]);
		}
		expect(received.filter((each) => each !== undefined)).toHaveLength(CLAIMS_MAX - 1);
		while (!buffer.ended) buffer.release();
		for (const each of received.slice(1)) each?.release();
		expect(slots.count()).toBe(1);
		received[0]?.release();
		expect(slots.count()).toBe(0);
	});

	it("gives memory back that a dead thread held, and lets others take over what it owned", () => {
		const { thread, threads, slots } = world(4 * KIB);
		const [a, b, c] = [thread(), thread(), thread()];
		const first = allocated(a, 4 * KIB);
		pass(a, b, first);
		expect(a.arena.allocate(4 * KIB)).toBeUndefined();
		threads.retire(b.token);
		expect(allocated(a, 4 * KIB).base).toBe(first.base);
		threads.retire(a.token);
		expect(slots.count()).toBe(0);
		expect(allocated(c, 4 * KIB).base).toBe(first.base);
	});

	it("does not take over what a living thread still reads, though its owner is dead", () => {
		const { thread, threads } = world(4 * KIB);
		const [a, b, c] = [thread(), thread(), thread()];
		const sent = allocated(a, 4 * KIB);
		const received = pass(a, b, sent) as ArenaBuffer;
		threads.retire(a.token);
		expect(allocated(c, 4 * KIB).base).not.toBe(sent.base);
		received.release();
		expect(allocated(thread(), 4 * KIB).base).toBe(sent.base);
	});

	it("clears at the end of a lane what was granted and never published, and nothing else", () => {
		const { thread, threads, slots } = world();
		const [a, b, c] = [thread(), thread(), thread()];
		const [lost, kept, others] = [allocated(a, 4 * KIB), allocated(a, 4 * KIB), allocated(c, 4 * KIB)];
		pass(a, b, kept);
		lend([lost]);
		a.arena.grant(lost, b.token);
		lend([others]);
		c.arena.grant(others, b.token);
		threads.retire(a.token);
		b.arena.forget(a.token);
		expect(slots.count()).toBe(2);
	});

	it("passes on what it has received without a copy, and the slot goes back to its owner in the end", () => {
		const { thread, slots } = world(4 * KIB);
		const [a, b, c] = [thread(), thread(), thread()];
		const first = allocated(a, 4 * KIB);
		const second = pass(a, b, first) as ArenaBuffer;
		const third = pass(b, c, second) as ArenaBuffer;
		expect([second.ended, third.base]).toEqual([true, first.base]);
		expect(a.arena.allocate(4 * KIB)).toBeUndefined();
		third.release();
		expect(slots.count()).toBe(0);
		expect(a.arena.allocate(4 * KIB)).toBeDefined();
	});

	it("refuses a record that names nothing it was granted", () => {
		const { thread } = world();
		const [a, b, c] = [thread(), thread(), thread()];
		const buffer = allocated(a, 4 * KIB);
		lend([buffer]);
		const claim = a.arena.grant(buffer, b.token);
		const { base } = buffer;
		for (const [at, by, length, from] of [
			[0, claim, 16, a.token],
			[-base, claim, 16, a.token],
			[base + 1, claim, 16, a.token],
			[base, claim + 1, 16, a.token],
			[base, base + SLOT.OWNER, 16, a.token],
			[base, claim, -1, a.token],
			[base, claim, 2 ** 31 - 1, a.token],
			[2 ** 30, 2 ** 30 + SLOT.CLAIMS, 16, a.token],
			[base, claim, 16, c.token],
		] as const)
			expect(b.arena.take(at, by, length, from)).toBeUndefined();
		expect(c.arena.take(base, claim, 16, a.token)).toBeUndefined();
		expect(b.arena.take(base, claim, 16, a.token)).toBeDefined();
		expect(b.arena.take(base, claim, 16, a.token)).toBeUndefined();
	});

	it("tells that a buffer was written to after it was sent", () => {
		const { thread } = world();
		const [a, b] = [thread(), thread()];
		const sent = allocated(a, 100 * KIB).fill(1) as ArenaBuffer;
		const received = pass(a, b, sent) as ArenaBuffer;
		expect(b.arena.intact(received)).toBe(true);
		sent.fill(2);
		expect(b.arena.intact(received)).toBe(false);
	});
});

const step = fc.record({
	what: fc.constantFrom("allocate", "allocate", "pass", "pass", "release", "retain", "kill"),
	who: fc.nat({ max: 3 }),
	to: fc.nat({ max: 3 }),
	which: fc.nat({ max: 20 }),
	size: fc.constantFrom(100, 4096, 5000, 20_000),
});

describe("arenas of several threads", () => {
	it("never give out memory that a living thread can still read, and lose none", () => {
		fc.assert(
			fc.property(fc.array(step, { minLength: 10, maxLength: 120 }), (steps) => {
				const { thread, threads, slots } = world(256 * KIB);
				const crew = [thread(), thread(), thread(), thread()];
				/** What each thread can read, with what must be in it. */
				const held: { by: Thread; buffer: ArenaBuffer; content: number }[] = [];
				let content = 0;
				for (const { what, who, to, which, size } of steps) {
					const self = crew[who] as Thread;
					const mine = held.filter((each) => each.by === self);
					const one = mine[which % Math.max(1, mine.length)];
					if (what === "allocate") {
						const buffer = self.arena.allocate(size);
						content = (content + 1) & 255;
						if (buffer !== undefined) held.push({ by: self, buffer: buffer.fill(content) as ArenaBuffer, content });
					} else if (what === "kill") {
						threads.retire(self.token);
						for (const each of mine) held.splice(held.indexOf(each), 1);
						crew[who] = thread();
						for (const each of crew) each.arena.forget(self.token);
					} else if (one !== undefined) {
						const { buffer } = one;
						if (what === "retain") buffer.retain();
						else if (what === "release") buffer.release();
						else if (to !== who) {
							const passed = pass(self, crew[to] as Thread, buffer);
							if (passed !== undefined) held.push({ by: crew[to] as Thread, buffer: passed, content: one.content });
							else dropQueued([buffer]);
						}
						if (buffer.ended) held.splice(held.indexOf(one), 1);
					}
					for (const each of held) {
						expect(each.buffer.ended).toBe(false);
						expect(each.buffer.equals(Buffer.alloc(each.buffer.length, each.content))).toBe(true);
					}
				}
				for (const { buffer } of held) while (!buffer.ended) buffer.release();
				expect(slots.count()).toBe(0);
			}),
			{ numRuns: 100 },
		);
	});
});
