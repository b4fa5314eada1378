import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message } from "../message.ts";
import { Arena } from "./arena.ts";
import { type ArenaBuffer, dropQueued, lend } from "./arena-buffer.ts";
import { Lane, type LaneHost } from "./lane.ts";
import type { LaneChannel } from "./lane-channel.ts";
import { LaneTable } from "./lane-table.ts";
import { CorruptRing } from "./ring.ts";
import { RECORD_PAYLOAD_MAX, RING, RING_BYTES, RING_HEADER_BYTES, recordBytes } from "./ring-layout.ts";
import { Root } from "./root.ts";
import { ThreadTable } from "./thread-table.ts";

const root = Root.create();
const threads = new ThreadTable(root);
const lanes = new LaneTable(root, threads);

/** A pipe's end that queues what it wants to send and notes what it hears. */
class End implements LaneChannel {
	sharesMemory = false;
	readonly heard: string[] = [];
	readonly #waiting: Message[] = [];
	#outgoing: { message: Message; frame: number; offset: number } | undefined;
	#lane: Lane | undefined;
	number = -1;

	attach(lane: Lane, number: number): this {
		this.#lane = lane;
		this.number = number;
		return this;
	}

	send(message: Message): void {
		this.#waiting.push(message);
		if (this.#waiting.length === 1 && this.#outgoing === undefined) this.onRoom();
	}

	onRoom(): void {
		for (;;) {
			const message = this.#outgoing?.message ?? this.#waiting.shift();
			if (message === undefined) return;
			this.#outgoing ??= { message, frame: 0, offset: 0 };
			if (this.#lane?.write(this.number, this.#outgoing) !== true) return;
			this.#outgoing = undefined;
		}
	}

	onMessages(messages: readonly Message[]): void {
		this.heard.push(...messages.map(print));
	}

	onAccept(payload: Uint8Array): void {
		this.heard.push(`accept ${Buffer.from(payload)}`);
	}

	onRefuse(reason: number, payload: Uint8Array): void {
		this.heard.push(`refuse ${reason} ${Buffer.from(payload)}`);
	}

	onCredit(messages: number): boolean {
		this.heard.push(`credit ${messages}`);
		return messages > 0;
	}

	onClose(): void {
		this.heard.push("close");
	}

	onLaneEnd(): void {
		this.heard.push("end");
	}
}

function print(message: Message): string {
	return message.map((frame) => `${frame.length}:${frame[0]}:${Buffer.from(frame).equals(Buffer.alloc(frame.length, frame[0]))}`).join(" ");
}

/** Both threads of a lane, played by one: `turn` does what their engines do. */
function twoSides(onOpen: (lane: Lane, pipe: number, payload: Uint8Array) => void = () => {}, arenaBytesMax?: number) {
	const [a, b] = [threads.claim(1, -1), threads.claim(2, -1)];
	const slot = lanes.make(a, b);
	const host: LaneHost = { flushSoon: () => {}, turnSoon: () => {}, onOpen };
	const arenas = { near: new Arena(root, threads, a, arenaBytesMax), far: new Arena(root, threads, b) };
	const near = new Lane(root, slot, a, threads.bellOf(b), host, arenas.near);
	const far = new Lane(root, slot, b, threads.bellOf(a), host, arenas.far);
	const one = (lane: Lane) => {
		const worked = lane.drain(0, () => 1);
		lane.flush();
		return lane.resume() || worked;
	};
	const header = (initiator: boolean) =>
		root.words(slot.byteOffset + (initiator ? 0 : RING_HEADER_BYTES + RING_BYTES), RING_HEADER_BYTES / 4);
	const data = root.words(slot.byteOffset + RING_HEADER_BYTES, RING_BYTES / 4);
	const settle = () => {
		near.flush();
		far.flush();
		for (let worked = true; worked; ) worked = [one(near), one(far)].includes(true);
	};
	const retire = () => {
		threads.retire(a);
		threads.retire(b);
		lanes.sweep();
	};
	const nearBell = threads.bellOf(a);
	return { near, far, arenas, settle, header, data, retire, one, nearBell };
}

function openPipe(sides: ReturnType<typeof twoSides>, accepting: { next: End | undefined }): [End, End] {
	const [mine, theirs] = [new End(), new End()];
	accepting.next = theirs;
	mine.attach(sides.near, sides.near.open(mine, Buffer.from("who")));
	sides.settle();
	expect(mine.heard.splice(0)).toEqual(["accept me"]);
	return [mine, theirs];
}

function acceptingSides(arenaBytesMax?: number) {
	const accepting: { next: End | undefined } = { next: undefined };
	const sides = twoSides((lane, pipe, payload) => {
		const end = accepting.next;
		if (end === undefined) lane.refuse(pipe, 3, payload);
		else lane.accept(pipe, end.attach(lane, pipe), Buffer.from("me"));
	}, arenaBytesMax);
	return { sides, accepting };
}

const size = fc.oneof(
	fc.integer({ min: 0, max: 200 }),
	fc.constantFrom(RECORD_PAYLOAD_MAX - 1, RECORD_PAYLOAD_MAX, RECORD_PAYLOAD_MAX + 1, RING_BYTES, RING_BYTES * 3 + 5),
);
const messages = fc.array(
	fc.record({
		pipe: fc.nat({ max: 2 }),
		backwards: fc.boolean(),
		sizes: fc.array(size, { minLength: 1, maxLength: 4 }),
		turn: fc.integer({ min: 0, max: 2 }),
	}),
	{ maxLength: 40 },
);

describe("a lane", () => {
	it("carries whole messages of any size in order per pipe, in both directions, while pipes share its rings", () => {
		fc.assert(
			fc.property(messages, (steps) => {
				const { sides, accepting } = acceptingSides();
				const pipes = [0, 1, 2].map(() => openPipe(sides, accepting));
				const expected = new Map<End, string[]>();
				let fill = 0;
				for (const { pipe, backwards, sizes, turn } of steps) {
					const [mine, theirs] = pipes[pipe] as [End, End];
					const [from, to] = backwards ? [theirs, mine] : [mine, theirs];
					const message = sizes.map((bytes) => Buffer.alloc(bytes, fill++));
					from.send(message);
					expected.set(to, [...(expected.get(to) ?? []), print(message)]);
					if (turn === 1) sides.one(sides.near);
					if (turn === 2) sides.one(sides.far);
				}
				sides.settle();
				for (const end of pipes.flat()) expect(end.heard).toEqual(expected.get(end) ?? []);
				sides.retire();
			}),
			{ numRuns: 60 },
		);
	});

	it("delivers control records past any amount of data, and data of other pipes past one that does not read", () => {
		const { sides, accepting } = acceptingSides();
		const [mine, theirs] = openPipe(sides, accepting);
		for (let i = 0; i < 1000; i++) mine.send([Buffer.alloc(1000, i)]);
		for (let i = 0; i < 5000; i++) sides.near.credit(mine.number, 1);
		sides.settle();
		expect(theirs.heard.filter((each) => each === "credit 1")).toHaveLength(5000);
		expect(theirs.heard.filter((each) => each.startsWith("1000:"))).toHaveLength(1000);
		sides.retire();
	});

	it("stops handing out when its time is up, in the middle of a run too, and goes on later without a gap", () => {
		const { sides, accepting } = acceptingSides();
		const [mine, theirs] = openPipe(sides, accepting);
		for (let i = 0; i < 1000; i++) mine.send([Buffer.alloc(10, i)]);
		sides.near.flush();
		let turns = 0;
		for (; theirs.heard.length < 1000; turns++) {
			expect(sides.far.hasWork()).toBe(true);
			sides.far.drain(0, () => 1);
		}
		expect(turns).toBeGreaterThan(10);
		expect(theirs.heard).toEqual(Array.from({ length: 1000 }, (_, i) => `10:${i & 255}:true`));
		expect(sides.far.hasWork()).toBe(false);
		sides.retire();
	});

	it("wakes a writer that fell asleep after its request for room was answered with too little", () => {
		const { sides, accepting } = acceptingSides();
		const [mine] = openPipe(sides, accepting);
		for (let bytes = 0; bytes < RING_BYTES * 2; bytes += 1000) mine.send([Buffer.alloc(1000, 1)]);
		expect(sides.header(true)[RING.WAITING]).toBe(1);
		// A little room; the writer is awake, so the ring that answers the request wakes nobody.
		sides.far.drain(0, () => 1);
		expect(sides.header(true)[RING.WAITING]).toBe(0);
		const { words, parked } = sides.nearBell;
		words[parked] = 1;
		expect(sides.near.hasWork()).toBe(false);
		while (sides.far.drain(0, () => 1)) expect(sides.far.ended).toBe(false);
		expect(words[parked]).toBe(0);
		sides.settle();
		sides.retire();
	});

	it("refuses a pipe with reason and payload, and forgets it", () => {
		const { sides } = acceptingSides();
		const end = new End();
		sides.near.open(end, Buffer.from("who"));
		sides.settle();
		expect(end.heard).toEqual(["refuse 3 who"]);
		expect(sides.near.pipes + sides.far.pipes).toBe(0);
		sides.retire();
	});

	it("closes after the data, in both directions, and forgets the pipe", () => {
		const { sides, accepting } = acceptingSides();
		const [mine, theirs] = openPipe(sides, accepting);
		mine.send([Buffer.from("x")]);
		sides.near.close(mine.number);
		theirs.send([Buffer.from("dropped")]);
		sides.settle();
		expect([mine.heard, theirs.heard]).toEqual([[], ["1:120:true", "close"]]);
		expect(sides.near.pipes + sides.far.pipes).toBe(0);
		sides.retire();
	});

	it("passes arena memory on to a pipe that shares it, in the order of the message, and as a copy to one that does not", () => {
		for (const sharesMemory of [true, false]) {
			const { sides, accepting } = acceptingSides();
			const [mine, theirs] = openPipe(sides, accepting);
			theirs.sharesMemory = sharesMemory;
			const buffer = sides.arenas.near.allocate(RING_BYTES * 2)?.fill(4) as ArenaBuffer;
			const message = [Buffer.alloc(9, 3), buffer, Buffer.alloc(RECORD_PAYLOAD_MAX + 1, 5)];
			lend(message);
			mine.send(message);
			dropQueued(message);
			const got: boolean[] = [];
			theirs.onMessages = (messages) => {
				for (const frames of messages) {
					theirs.heard.push(print(frames));
					got.push(...frames.map((frame) => frame.buffer === root.buffer));
					dropQueued(frames);
				}
			};
			sides.settle();
			expect([theirs.heard, got]).toEqual([[print(message)], [false, sharesMemory, false]]);
			expect(sides.arenas.near.slotsHeld()).toBe(0);
			sides.retire();
		}
	});

	it("spills what its ring has no room for into the arena, so that a thousand messages of any size are written before one is read", () => {
		for (const bytes of [16, 64, 600, 4096]) {
			const { sides, accepting } = acceptingSides();
			const [mine, theirs] = openPipe(sides, accepting);
			sides.near.spills = true;
			theirs.sharesMemory = true;
			const shared: boolean[] = [];
			theirs.onMessages = (messages) => {
				for (const [frame] of messages) {
					theirs.heard.push(String((frame as Buffer).readUInt32LE()));
					shared.push(frame?.buffer === root.buffer);
					dropQueued([frame as Buffer]);
				}
			};
			const room: boolean[] = [];
			for (let i = 0; i < 1000; i++) {
				const frame = Buffer.alloc(bytes);
				frame.writeUInt32LE(i);
				room.push(sides.near.write(mine.number, { message: [frame], frame: 0, offset: 0 }));
			}
			expect(room).not.toContain(false);
			sides.settle();
			expect(theirs.heard).toEqual(Array.from({ length: 1000 }, (_, i) => String(i)));
			// Small ones do not stay where they take a slot of 4 KiB.
			expect(shared.includes(true)).toBe(bytes >= 4096);
			expect(sides.arenas.near.slotsHeld()).toBe(0);
			sides.retire();
		}
	});

	it("goes on through its ring when the arena has no slot for what it would spill", () => {
		const { sides, accepting } = acceptingSides(3 * 4096);
		const [mine, theirs] = openPipe(sides, accepting);
		sides.near.spills = true;
		const sent = Array.from({ length: 100 }, (_, i) => [Buffer.alloc(i % 20 === 19 ? RING_BYTES : 4096, i), Buffer.alloc(i, i)]);
		for (const message of sent) mine.send(message);
		expect(sides.arenas.near.slotsHeld()).toBeGreaterThan(0);
		sides.settle();
		expect(theirs.heard).toEqual(sent.map(print));
		expect(sides.arenas.near.slotsHeld()).toBe(0);
		sides.retire();
	});

	it("gives arena memory back that came for a pipe which had closed, or in a message that did not come whole", () => {
		const { sides, accepting } = acceptingSides();
		const pipes = [openPipe(sides, accepting), openPipe(sides, accepting)];
		for (const [mine, theirs] of pipes) {
			theirs.sharesMemory = true;
			const message = [sides.arenas.near.allocate(5000) as ArenaBuffer, Buffer.alloc(RING_BYTES * 2, 5)];
			lend(message);
			mine.send(message);
			dropQueued(message);
		}
		sides.near.flush();
		sides.far.close(pipes[0]?.[1].number as number);
		sides.one(sides.far);
		expect(sides.arenas.near.slotsHeld()).toBeGreaterThan(0);
		sides.near.close(pipes[1]?.[0].number as number);
		sides.settle();
		sides.far.end();
		expect(sides.arenas.near.slotsHeld()).toBe(0);
		sides.retire();
	});

	it("tells every pipe once when it ends", () => {
		const { sides, accepting } = acceptingSides();
		const pipes = [openPipe(sides, accepting), openPipe(sides, accepting)];
		sides.near.end();
		sides.near.end();
		expect(pipes.map(([mine]) => mine.heard)).toEqual([["end"], ["end"]]);
		sides.retire();
	});

	it.each(["kind and length", "pipe number", "argument", "not used", "head", "waiting", "tail"])(
		"with any value in the field %s of any record goes on as if nothing was, or ends with CorruptRing, and never leaves its rings",
		(field) => {
			const word = ["kind and length", "pipe number", "argument", "not used"].indexOf(field);
			const headerWord = { head: RING.HEAD, waiting: RING.WAITING, tail: RING.TAIL }[field];
			const value = fc.oneof(
				fc.integer(),
				fc.integer({ min: 0, max: 255 }),
				fc.tuple(fc.nat({ max: RECORD_PAYLOAD_MAX + 9 }), fc.nat({ max: 15 })).map(([length, kind]) => (length << 8) | kind),
				fc.nat({ max: RING_BYTES + 16 }).map((bytes) => bytes & ~7),
			);
			let corrupt = 0;
			fc.assert(
				fc.property(value, fc.nat({ max: 9 }), (spoiled, victim) => {
					const { sides, accepting } = acceptingSides();
					const [mine, theirs] = openPipe(sides, accepting);
					const [other, others] = openPipe(sides, accepting);
					const start = (sides.header(true)[RING.HEAD] as number) >> 2;
					for (let i = 0; i < 10; i++) (i % 2 === 0 ? mine : other).send([Buffer.alloc(48, i)]);
					sides.near.flush();
					const at = start + victim * (recordBytes(48) / 4);
					if (headerWord !== undefined) sides.header(true)[headerWord] = spoiled;
					else sides.data[at + word] = spoiled;
					try {
						for (let turn = 0; turn < 5; turn++) [sides.far, sides.near].map(sides.one);
					} catch (error) {
						expect(error).toBeInstanceOf(CorruptRing);
						corrupt += 1;
						sides.far.end();
						// Both pipes hear of the end, once, and nothing after it.
						for (const end of [theirs, others]) expect(end.heard.filter((each) => /^(end|close|refuse)/.test(each))).toHaveLength(1);
					}
					// What is handed out is what lies in the ring, never memory beside it.
					for (const end of [theirs, others])
						for (const heard of end.heard) if (/^\d+:/.test(heard)) expect(Number.parseInt(heard, 10)).toBeLessThanOrEqual(RING_BYTES);
					sides.retire();
				}),
				{ numRuns: 300 },
			);
			// A check that finds nothing has to prove that it could; the last three fields are not the writer's to say.
			const harmless = ["argument", "not used", "waiting", "tail"].includes(field);
			if (!harmless) expect(corrupt).toBeGreaterThan(50);
		},
	);

	it("ends with CorruptRing, and harms nobody else, on any bytes that the peer could leave there", () => {
		const spoil = fc.record({ at: fc.nat({ max: 63 }), value: fc.integer(), head: fc.option(fc.integer()) });
		fc.assert(
			fc.property(fc.array(spoil, { minLength: 1, maxLength: 4 }), (spoils) => {
				const { sides, accepting } = acceptingSides();
				const [mine] = openPipe(sides, accepting);
				const start = (sides.header(true)[RING.HEAD] as number) >> 2;
				mine.send([Buffer.alloc(40, 1), Buffer.alloc(40, 2)]);
				mine.send([Buffer.alloc(100, 3)]);
				sides.near.flush();
				for (const { at, value, head } of spoils) {
					sides.data[start + at] = value;
					if (head !== null) sides.header(true)[RING.HEAD] = head;
				}
				try {
					for (let turn = 0; turn < 5; turn++) sides.one(sides.far);
				} catch (error) {
					expect(error).toBeInstanceOf(CorruptRing);
				}
				sides.retire();
			}),
			{ numRuns: 500 },
		);
	});
});
