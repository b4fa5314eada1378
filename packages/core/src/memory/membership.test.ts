import { EventEmitter, once } from "node:events";
import { describe, expect, it } from "vitest";
import type { Lane, LaneHost } from "./lane.ts";
import type { LaneChannel } from "./lane-channel.ts";
import { Membership } from "./membership.ts";
import { RING } from "./ring-layout.ts";
import { Root } from "./root.ts";

class Ear implements LaneChannel {
	readonly sharesMemory = false;
	readonly heard: string[] = [];
	onAccept(): void {
		this.heard.push("accept");
	}
	onRefuse(): void {
		this.heard.push("refuse");
	}
	onMessages(messages: readonly Uint8Array[][]): void {
		this.heard.push(...messages.map(([frame]) => String(frame)));
	}
	onCredit(): boolean {
		return true;
	}
	onClose(): void {
		this.heard.push("close");
	}
	onRoom(): void {
		this.heard.push("room");
	}
	onLaneEnd(): void {
		this.heard.push("end");
	}
}

/** Two threads of one root, played by one thread, with a pipe from the first to the second. */
function pair() {
	const root = Root.create();
	const far = new Ear();
	let farLane: Lane | undefined;
	const host: LaneHost = {
		flushSoon: (lane) => lane.flush(),
		turnSoon: () => {},
		onOpen: (lane, pipe) => {
			farLane = lane;
			lane.accept(pipe, far, Buffer.alloc(0));
		},
	};
	const options = { parentThreadId: -1, host, onRing: () => {} };
	const [a, b] = [new Membership(root, { ...options, threadId: 1 }), new Membership(root, { ...options, threadId: 2 })];
	const turn = (member: Membership) => member.work(0, () => 1);
	const open = () => {
		const near = new Ear();
		const lane = a.laneTo(b.token) as Lane;
		const pipe = lane.open(near, Buffer.alloc(0));
		turn(b);
		turn(a);
		expect(near.heard.splice(0)).toEqual(["accept"]);
		return { near, lane, pipe };
	};
	return { root, a, b, far, turn, open, farLane: () => farLane as Lane };
}

describe("a member of a root", () => {
	it("reads what a thread wrote before it died, then ends its pipes and frees the lane", () => {
		const { a, b, far, turn, open } = pair();
		const { lane, pipe } = open();
		for (const text of ["one", "two"]) lane.write(pipe, { message: [Buffer.from(text)], frame: 0, offset: 0 });
		lane.flush();
		b.bury(1);
		expect(a.threads.alive(a.token)).toBe(false);
		while (b.hasWork()) turn(b);
		expect(far.heard).toEqual(["one", "two", "end"]);
		expect([b.laneTable.count(), b.lanes.length, b.threads.count()]).toEqual([0, 0, 1]);
		expect(b.laneTo(a.token)).toBeUndefined();
	});

	it("hears of a thread that was ended while it was leaving, with its slot given back and nobody told", () => {
		const { a, b, far, turn, open } = pair();
		open();
		a.threads.retire(a.token);
		while (b.hasWork()) turn(b);
		expect(far.heard).toEqual([]);
		b.bury(1);
		while (b.hasWork()) turn(b);
		expect(far.heard).toEqual(["end"]);
		expect([b.laneTable.count(), b.threads.count()]).toEqual([0, 1]);
	});

	it("wakes a sleeper whose flag was taken by a thread that was ended before it rang", async () => {
		const { a, b } = pair();
		const host: LaneHost = { flushSoon: () => {}, turnSoon: () => {}, onOpen: () => {} };
		const awake = new EventEmitter();
		const woken = once(awake, "ring");
		const sleeper = new Membership(a.root, { threadId: 3, parentThreadId: -1, host, onRing: () => awake.emit("ring") });
		sleeper.bell.park();
		const { words, parked } = a.threads.bellOf(sleeper.token);
		words[parked] = 0;
		b.bury(1);
		await woken;
		expect(sleeper.hasWork()).toBe(true);
	});

	it("ends a corrupt lane on both sides with a warning, frees its slot, and makes a new one for the next pipe", async () => {
		const { root, a, b, far, turn, open } = pair();
		const { near, lane } = open();
		const warned = once(process, "warning");
		root.words(lane.slot.byteOffset, 32)[RING.HEAD] = 12;
		turn(b);
		turn(a);
		expect([near.heard, far.heard]).toEqual([["end"], ["end"]]);
		expect(await warned).toMatchObject([{ code: "ZLOOM_LANE" }]);
		expect(a.laneTable.count()).toBe(0);
		expect(open().lane).not.toBe(lane);
		expect(a.laneTable.count()).toBe(1);
		expect([a.lanes.length, b.lanes.length]).toEqual([1, 1]);
	});

	it("uses one lane for all pipes of two threads, whoever asked first", () => {
		const { a, b, open, farLane } = pair();
		const { lane } = open();
		expect(open().lane).toBe(lane);
		expect(b.laneTo(a.token)).toBe(farLane());
		expect(a.laneTable.count()).toBe(1);
	});
});
