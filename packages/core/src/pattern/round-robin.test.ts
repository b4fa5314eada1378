/**
 * Round robin over the peers with room, as PUSH and DEALER use it.
 */
import { describe, expect, it } from "vitest";
import type { Message } from "../message.ts";
import { type Pipe, pipePair } from "../pipe/pipe.ts";
import { PairPattern } from "./pair.ts";
import { PushPattern } from "./push.ts";

const QUIET = { onReadable() {}, onWritable() {}, onDetached() {} };
const bytes = (text: string): Message => [Buffer.from(text)];

function push(...limits: number[]) {
	const pattern = new PushPattern(QUIET);
	const peers = limits.map((limit) => {
		const [near, far] = pipePair({ forward: limit, backward: 0 });
		pattern.attach(near);
		return far;
	});
	const take = (far: Pipe | undefined) => far?.tryRead()?.map(String).join();
	return { pattern, peers, take };
}

describe("round robin", () => {
	it("gives each peer one whole message in turn", () => {
		const { pattern, peers, take } = push(0, 0, 0);
		for (let i = 0; i < 6; i++) pattern.trySend(bytes(String(i)));
		expect(peers.map((peer) => [take(peer), take(peer), take(peer)])).toEqual([
			["0", "3", undefined],
			["1", "4", undefined],
			["2", "5", undefined],
		]);
	});

	it("skips peers that are full, and lets them join the end when they have room", () => {
		const { pattern, peers, take } = push(1, 0, 0);
		for (let i = 0; i < 5; i++) expect(pattern.trySend(bytes(String(i)))).toBe("sent");
		const [full, b, c] = peers;
		expect([take(b), take(c), take(b), take(c)]).toEqual(["1", "2", "3", "4"]);
		expect(take(full)).toBe("0");
		for (const text of ["x", "y", "z"]) pattern.trySend(bytes(text));
		expect([take(b), take(c), take(full)]).toEqual(["x", "y", "z"]);
	});

	it("stays in turn when the peer whose turn it is leaves", () => {
		const { pattern, peers, take } = push(0, 0, 0);
		pattern.trySend(bytes("0"));
		peers[1]?.close();
		for (const text of ["1", "2", "3"]) pattern.trySend(bytes(text));
		expect([take(peers[2]), take(peers[0]), take(peers[0]), take(peers[2])]).toEqual(["1", "0", "2", "3"]);
	});

	it("is full only when every peer is", () => {
		const { pattern } = push(1, 2);
		expect([1, 2, 3, 4].map(() => pattern.trySend(bytes("x")))).toEqual(["sent", "sent", "sent", "full"]);
	});

	it("drops at once what a PUSH is sent", () => {
		const { peers } = push(0);
		for (let i = 0; i < 5000; i++) expect(peers[0]?.tryWrite(bytes("noise"))).toBe(true);
		expect(peers[0]?.outboundLength).toBe(0);
	});
});

describe("PAIR", () => {
	it("refuses a second peer while one is there, and while what the last one sent is unread", () => {
		const pattern = new PairPattern(QUIET);
		const attach = () => {
			const [near, far] = pipePair({ forward: 0, backward: 0 });
			return { far, admitted: pattern.attach(near) };
		};
		const first = attach();
		const second = attach();
		expect([first.admitted, second.admitted]).toEqual([true, false]);
		expect(second.far.closed).toBe(true);
		first.far.tryWrite(bytes("last words"));
		first.far.close();
		expect(attach().admitted).toBe(false);
		expect(pattern.tryReceive()?.map(String)).toEqual(["last words"]);
		expect(attach().admitted).toBe(true);
	});
});
