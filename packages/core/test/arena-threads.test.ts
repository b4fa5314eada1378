import { setImmediate as nextTurn } from "node:timers/promises";
import { type ArenaBuffer, alloc, Dealer, Proxy as MessageProxy, Pull, Push, Subscriber, XPublisher } from "@zloom/core";
import { sharedMemoryUse } from "@zloom/core/internal";
import * as zeromq from "@zloom/core/zeromq";
import { afterEach, describe, expect, it } from "vitest";
import { ArenaPeer } from "./fixtures/arena-peer.ts";

const MIB = 1 << 20;
let names = 0;

function fresh(): string {
	names += 1;
	return `inproc://arena-${names}`;
}

function filled(bytes: number, value: number): ArenaBuffer {
	return alloc(bytes).fill(value) as ArenaBuffer;
}

async function nothingHeld(): Promise<void> {
	while (sharedMemoryUse().arenaSlots !== 0) await nextTurn();
}

async function boundPush(options?: ConstructorParameters<typeof Push>[0]): Promise<[Push, string]> {
	const [push, address] = [new Push(options), fresh()];
	await push.bind(address);
	return [push, address];
}

afterEach(async () => {
	await Promise.all(ArenaPeer.all.splice(0).map((peer) => peer.terminate()));
	await nothingHeld();
});

describe("a buffer of alloc, sent to another thread", () => {
	it("is received where it lies by who asks for that, and as a copy in plain memory by all others", async () => {
		for (const inPlace of [true, false]) {
			const [push, address] = await boundPush();
			const peer = new ArenaPeer(address, `const pull = new Pull(); pull.connect(workerData); report(pull${inPlace ? ".inPlace" : ""})`);
			await push.send([filled(MIB, 7), "small", filled(5000, 8), Buffer.alloc(MIB, 9)]);
			expect(await peer.tells()).toEqual([
				[MIB, 7, 7, inPlace],
				[5, 115, 108, false],
				[5000, 8, 8, inPlace],
				[MIB, 9, 9, false],
			]);
			push.close();
		}
	});

	it("belongs to the receiver: another send of it rejects with EFAULT, unless it was retained", async () => {
		const [push, address] = await boundPush();
		const peer = new ArenaPeer(address, "const pull = new Pull(); pull.connect(workerData); report(pull.inPlace)");
		const buffer = filled(MIB, 1);
		await push.send(buffer);
		expect(buffer.ended).toBe(true);
		await expect(push.send(buffer)).rejects.toMatchObject({ code: "EFAULT" });
		await expect(push.sendMany(["x", buffer])).rejects.toMatchObject({ code: "EFAULT", message: expect.stringContaining("1 of 2") });
		expect(() => push.trySend(buffer)).toThrow("has ended");
		expect(() => buffer.retain()).toThrow("has ended");
		const kept = filled(MIB, 2).retain();
		await push.send(kept);
		expect([kept.ended, kept[0]]).toEqual([false, 2]);
		kept.release();
		expect([await peer.tells(), await peer.tells(), await peer.tells()]).toEqual([
			[[MIB, 1, 1, true]],
			[[1, 120, 120, false]],
			[[MIB, 2, 2, true]],
		]);
		push.close();
	});

	it("stays the caller's when a send is refused, given up or aborted; one that has ended meanwhile is not sent", async () => {
		const push = new Push({ sendTimeout: 0 });
		const buffer = filled(MIB, 1);
		await expect(push.send(buffer)).rejects.toMatchObject({ code: "EAGAIN" });
		expect(push.trySend(buffer)).toBe("no-peer");
		const abort = new AbortController();
		const aborted = push.send(buffer, { timeoutMs: -1, signal: abort.signal });
		abort.abort();
		await expect(aborted).rejects.toMatchObject({ code: "ABORT_ERR" });
		expect(buffer.ended).toBe(false);
		const late = push.send(buffer, { timeoutMs: -1 });
		late.catch(() => {
			// Looked at below.
		});
		buffer.release();
		const pull = new Pull();
		await pull.bind(fresh());
		push.connect(pull.lastEndpoint as string);
		await expect(late).rejects.toMatchObject({ code: "EFAULT" });
		push.close();
		pull.close();
	});

	it("ends for the receiver at the next receive, unless it is retained, and at once when it is disposed of", async () => {
		const [push, address] = await boundPush();
		const peer = new ArenaPeer(
			address,
			`const pull = new Pull(); pull.connect(workerData);
			const [first] = await pull.inPlace.receive();
			const [second] = await pull.inPlace.receive();
			second.retain();
			const [third] = await pull.inPlace.receive();
			tell([first.ended, second.ended, third.ended, second[0], third[0]]);
			third[Symbol.dispose]();
			tell([second.ended, third.ended]);
			await goneOn();
			second.release();
			tell(second.ended);`,
		);
		for (const value of [1, 2, 3]) await push.send(filled(MIB, value));
		expect(await peer.tells()).toEqual([true, false, false, 2, 3]);
		expect(await peer.tells()).toEqual([false, true]);
		expect(sharedMemoryUse().arenaSlots).toBe(1);
		peer.goOn();
		expect(await peer.tells()).toBe(true);
		expect(sharedMemoryUse().arenaSlots).toBe(0);
		push.close();
	});

	it("goes to all subscribers: in other threads, in this one, and over tcp, ipc and ws", async () => {
		const [publisher, address] = [new XPublisher({ verbosity: "allSubs" }), fresh()];
		const addresses = [address, address];
		await publisher.bind(address);
		for (const endpoint of ["tcp://127.0.0.1:*", "ipc://*", "ws://127.0.0.1:*"]) {
			await publisher.bind(endpoint);
			addresses.push(publisher.lastEndpoint as string);
		}
		const peers = addresses.map(
			(each) => new ArenaPeer(each, "const sub = new Subscriber(); sub.connect(workerData); sub.subscribe(); report(sub.inPlace)"),
		);
		const [plain, inPlace] = [new Subscriber(), new Subscriber()];
		for (const near of [plain, inPlace]) {
			near.connect(address);
			near.subscribe();
		}
		for (let i = 0; i < addresses.length + 2; i++) await publisher.receive();
		await publisher.send(filled(MIB, 5));
		const seen = await Promise.all(peers.map((peer) => peer.tells()));
		expect(seen).toEqual(addresses.map((each) => [[MIB, 5, 5, each === address]]));
		const [copy] = await plain.receive();
		const [shared] = await inPlace.inPlace.receive();
		expect([copy.buffer instanceof SharedArrayBuffer, copy[9], shared.shared, shared[9]]).toEqual([false, 5, true, 5]);
		shared.release();
		for (const socket of [publisher, plain, inPlace]) socket.close();
	});

	it("is passed on in place by who has received it, and by a proxy", async () => {
		const [[source, first], [out, second], last] = [await boundPush(), await boundPush(), fresh()];
		const into = new Pull();
		into.connect(first);
		const middle = new ArenaPeer(
			second,
			`const [from, to] = [new Pull(), new Push()];
			from.connect(workerData); await to.bind(${JSON.stringify(last)});
			for await (const [frame] of from.inPlace) { const at = frame.byteOffset; frame[0] += 1; await to.send(frame); tell([at, frame.ended]); }`,
		);
		const end = new ArenaPeer(
			last,
			"const pull = new Pull(); pull.connect(workerData); const [frame] = await pull.inPlace.receive(); tell([frame.byteOffset, frame[0], frame[1]])",
		);
		const proxy = new MessageProxy(into, out);
		const running = proxy.run();
		const buffer = filled(MIB, 4);
		await source.send(buffer);
		expect(await middle.tells()).toEqual([buffer.byteOffset, true]);
		expect(await end.tells()).toEqual([buffer.byteOffset, 5, 4]);
		proxy.terminate();
		await running;
		for (const socket of [source, into, out]) socket.close();
	});

	it("is copied by a proxy with a capture: who receives the one must not write to the other", async () => {
		const [[source, first], out, capture] = [await boundPush(), new Push(), new Push()];
		const [into, ends] = [new Pull(), [new Pull(), new Pull()]];
		into.connect(first);
		for (const [i, socket] of [out, capture].entries()) {
			await socket.bind(fresh());
			ends[i]?.connect(socket.lastEndpoint as string);
		}
		const proxy = new MessageProxy(into, out, { capture });
		const running = proxy.run();
		await source.send(filled(MIB, 4));
		for (const end of ends) {
			const [frame] = await end.inPlace.receive();
			expect([frame.shared, frame[0]]).toEqual([false, 4]);
		}
		proxy.terminate();
		await running;
		for (const socket of [source, into, out, capture, ...ends]) socket.close();
	});

	it("is received as plain memory through the drop-in door, which sends it, too", async () => {
		const [push, pull, address] = [new zeromq.Push(), new zeromq.Pull(), fresh()];
		await push.bind(address);
		const peer = new ArenaPeer(address, "const push = new Pull(); push.connect(workerData); report(push.inPlace)");
		await push.send(filled(MIB, 3));
		expect(await peer.tells()).toEqual([[MIB, 3, 3, true]]);
		const [back, there] = await boundPush();
		pull.connect(there);
		await back.send(filled(MIB, 6));
		const [frame] = await pull.receive();
		expect([frame?.buffer instanceof SharedArrayBuffer, frame?.[7]]).toEqual([false, 6]);
		for (const socket of [push, pull, back]) socket.close();
	});

	it("is given back when a socket closes with messages that nobody has read or sent", async () => {
		const [push, address] = await boundPush({ linger: 0, sendHighWaterMark: 50 });
		const peer = new ArenaPeer(
			address,
			`const pull = new Pull({ receiveHighWaterMark: 2 }); pull.connect(workerData);
			while (!pull.readable) await new Promise(setImmediate);
			tell("there"); await goneOn(); pull.close(); tell("closed"); await goneOn();`,
		);
		for (let i = 0; i < 20; i++) await push.send(filled(MIB, i));
		await peer.tells();
		expect(sharedMemoryUse().arenaSlots).toBe(20);
		peer.goOn();
		await peer.tells();
		push.close();
		await nothingHeld();
	});
});

describe("the death of a thread", () => {
	it("gives back what a terminated receiver held, had in its queue, and had not read", async () => {
		const [push, address] = await boundPush({ linger: 0 });
		const peer = new ArenaPeer(
			address,
			`const pull = new Pull({ receiveHighWaterMark: 3 }); pull.connect(workerData);
			const [frame] = await pull.inPlace.receive();
			frame.retain();
			tell(frame[0]); await goneOn();`,
		);
		for (let i = 0; i < 20; i++) await push.send(filled(MIB, 7));
		expect(await peer.tells()).toBe(7);
		expect(sharedMemoryUse().arenaSlots).toBe(20);
		await peer.terminate();
		push.close();
		await nothingHeld();
	});

	it("leaves what its sender had sent readable, and its memory to others once it was read", async () => {
		const [pull, address] = [new Pull(), fresh()];
		await pull.bind(address);
		const peer = new ArenaPeer(
			address,
			`const push = new Push(); push.connect(workerData);
			for (let i = 1; i <= 5; i++) await push.send(alloc(1 << 20).fill(i));
			globalThis.forgotten = alloc(1 << 20);
			// What a thread has sent is in the lane when the running code has ended, not before.
			setImmediate(() => tell("sent")); await goneOn();`,
		);
		await peer.tells();
		const [first] = await pull.inPlace.receive();
		first.retain();
		await peer.terminate();
		for (let i = 2; i <= 5; i++) {
			const [frame] = await pull.inPlace.receive();
			expect(frame.equals(Buffer.alloc(MIB, i))).toBe(true);
			frame.release();
		}
		const taken = Array.from({ length: 8 }, () => filled(MIB, 9));
		expect(first.equals(Buffer.alloc(MIB, 1))).toBe(true);
		expect(taken.some((buffer) => buffer.byteOffset === first.byteOffset)).toBe(false);
		for (const buffer of [first, ...taken]) buffer.release();
		pull.close();
	});
});

describe("an arena that is full", () => {
	it("gives plain memory, which is sent like any other, in order and whole", async () => {
		const [near, address] = [new Dealer({ sendHighWaterMark: 0 }), fresh()];
		await near.bind(address);
		const peer = new ArenaPeer(
			address,
			`const dealer = new Dealer({ receiveHighWaterMark: 0 }); dealer.connect(workerData);
			await goneOn();
			for await (const [frame] of dealer.inPlace) tell([frame[0], frame.at(-1), frame.shared]);`,
		);
		const shared: boolean[] = [];
		for (let i = 1; i <= 20; i++) {
			const buffer = filled(16 * MIB, i);
			shared.push(buffer.shared);
			await near.send(buffer);
		}
		peer.goOn();
		const told: unknown[] = [];
		while (told.length < 20) told.push(await peer.tells());
		expect(shared.filter(Boolean)).toHaveLength(16);
		expect(told).toEqual(shared.map((inArena, i) => [i + 1, i + 1, inArena]));
		near.close();
	});
});

describe("a sender that writes to a buffer after it has sent it", () => {
	it("is told of in the events of the receiver, who gets the message all the same", async () => {
		const [pull, address] = [new Pull(), fresh()];
		await pull.bind(address);
		const { events } = pull;
		const peer = new ArenaPeer(
			address,
			`const push = new Push(); push.connect(workerData);
			const frame = alloc(1 << 20).fill(1).retain();
			await push.send(frame); frame.fill(2); tell("written"); await goneOn();`,
		);
		await peer.tells();
		expect((await pull.receive())[0][0]).toBe(2);
		for (;;) {
			const event = await events.receive();
			if (event.type !== "frame:changed") continue;
			expect(event).toMatchObject({ address, error: { code: "EFAULT" } });
			break;
		}
		pull.close();
	});
});
