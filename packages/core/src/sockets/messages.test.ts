/**
 * Messages between sockets, over every transport: order, wholeness, distribution, back-pressure.
 */
import { describe, expect, it, vi } from "vitest";
import { anyEndpoint, freeEndpoint, meet, open, PATIENT, TRANSPORTS, texts } from "../fixtures/open-sockets.ts";
import type { SocketEvent } from "../monitor.ts";
import { Dealer, Pair, Pull, Push, Router } from "./sockets.ts";

describe.each(TRANSPORTS)("messages over %s", (transport) => {
	it("joins a connect to an earlier bind", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		await meet(transport, pull, push);
		await push.send(["a", Buffer.from([0, 255]), null, 7]);
		const message = await pull.receive();
		expect(message).toEqual([Buffer.from("a"), Buffer.from([0, 255]), Buffer.alloc(0), Buffer.from("7")]);
		expect(message.every(Buffer.isBuffer)).toBe(true);
	});

	it("joins a connect to a later bind, and delivers what was sent before", async () => {
		const endpoint = await freeEndpoint(transport);
		const [push, pull] = [open(new Push()), open(new Pull())];
		push.connect(endpoint);
		for (let i = 0; i < 10; i++) await push.send(String(i));
		await pull.bind(endpoint);
		for (let i = 0; i < 10; i++) expect(texts(await pull.receive())).toEqual([String(i)]);
	});

	it("carries frames of every size whole", async () => {
		const [a, b] = [open(new Pair()), open(new Pair())];
		await meet(transport, a, b);
		const sizes = [0, 1, 255, 256, 65_535, 65_536, 3_000_000];
		const frames = sizes.map((size) => Buffer.alloc(size, size % 251));
		await a.send(frames);
		const received = await b.receive();
		expect(received.map((frame) => frame.length)).toEqual(sizes);
		expect(received.every((frame, index) => frame.equals(frames[index] as Buffer))).toBe(true);
	});

	it("keeps the order of thousands of sends that nobody awaited", async () => {
		const [push, pull] = [open(new Push({ sendHighWaterMark: 7 })), open(new Pull({ receiveHighWaterMark: 3 }))];
		await meet(transport, pull, push);
		const sends = Array.from({ length: 5000 }, (_, index) => push.send(String(index)));
		for (let i = 0; i < 5000; i++) expect(texts(await pull.receive())).toEqual([String(i)]);
		await Promise.all(sends);
	});

	it("gives concurrent receives their messages in the order of the calls", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		await meet(transport, pull, push);
		const receives = Array.from({ length: 2000 }, () => pull.receive());
		for (let i = 0; i < 2000; i++) await push.send(String(i));
		const received = await Promise.all(receives);
		expect(received.map((message) => Number(message[0]))).toEqual(Array.from({ length: 2000 }, (_, index) => index));
	});

	it("holds a sender back when its receiver does not read", async () => {
		const [push, pull] = [open(new Push({ sendHighWaterMark: 2 })), open(new Pull({ receiveHighWaterMark: 2 }))];
		await meet(transport, pull, push);
		const total = 100;
		// 1 MiB each: the kernel's buffers hold only a few.
		const body = Buffer.alloc(transport === "inproc" ? 1 : 1 << 20);
		let accepted = 0;
		const sends = Array.from({ length: total }, () => push.send(body).then(() => accepted++));
		let lead = 0;
		for (let i = 0; i < total; i++) {
			await pull.receive();
			lead = Math.max(lead, accepted - i);
		}
		await Promise.all(sends);
		expect(lead).toBeLessThan(50);
		if (transport === "inproc") expect(lead).toBeLessThanOrEqual(6);
	});

	it("sends round robin to all receivers", async () => {
		const push = open(new Push());
		const pulls = [open(new Pull()), open(new Pull()), open(new Pull())];
		for (const pull of pulls) await meet(transport, pull, push);
		for (let i = 0; i < 9; i++) await push.send(String(i));
		const got = await Promise.all(pulls.map(async (pull) => [await pull.receive(), await pull.receive(), await pull.receive()]));
		expect(got.map((messages) => messages.map((message) => Number(message[0])))).toEqual([
			[0, 3, 6],
			[1, 4, 7],
			[2, 5, 8],
		]);
	});

	it("lets nobody be kept out by a peer that floods", async () => {
		const pull = open(new Pull());
		const [flooder, quiet] = [open(new Push()), open(new Push())];
		await meet(transport, pull, flooder, quiet);
		await flooder.sendMany(Array.from({ length: 500 }, () => "flood"));
		await quiet.send("quiet");
		const received: (string | undefined)[] = [];
		while (!received.includes("quiet")) received.push(texts(await pull.receive())?.[0]);
		// It arrives at some time, and is the next but one then at the latest: the flood does not pass first.
		if (transport === "inproc") expect(received.length).toBeLessThanOrEqual(2);
		for (let i = received.length; i < 501; i++) await pull.receive();
	});

	it("answers each DEALER through a ROUTER, whatever bytes their ids have", async () => {
		const router = open(new Router());
		const ids = [Buffer.from([0, 0, 0]), Buffer.from("a\0b"), Buffer.from("a\0c"), Buffer.alloc(255, 0xff), Buffer.alloc(0)];
		const dealers = ids.map((routingId) => open(new Dealer({ routingId })));
		await meet(transport, router, ...dealers);
		await Promise.all(dealers.map((dealer, index) => dealer.send(["hello", String(index)])));
		for (const _ of dealers) {
			const [id, , index] = await router.receive();
			const announced = ids[Number(index)] as Buffer;
			if (announced.length > 0) expect(id).toEqual(announced);
			else expect([id?.length, id?.[0]]).toEqual([5, 0]);
			await router.send([id as Buffer, "you are", index as Buffer]);
		}
		for (const [index, dealer] of dealers.entries()) expect(texts(await dealer.receive())).toEqual(["you are", String(index)]);
	});

	it("rejects a send to nobody with EHOSTUNREACH when mandatory, and drops it otherwise", async () => {
		const router = open(new Router({ mandatory: true }));
		await router.bind(anyEndpoint(transport));
		await expect(router.send([Buffer.from("n\0"), "x"])).rejects.toMatchObject({ code: "EHOSTUNREACH", message: /6e00/ });
		expect(router.trySend(["nobody", "x"])).toBe("unreachable");
		router.mandatory = false;
		await router.send(["nobody", "x"]);
		expect(router.trySend(["nobody", "x"])).toBe("dropped");
	});

	it("joins two ROUTERs that name each other", async () => {
		const [a, b] = [open(new Router({ routingId: "a", mandatory: true })), open(new Router({ routingId: "b", mandatory: true }))];
		await meet(transport, a, b);
		// Neither can be sent to before the handshake, and nothing tells when that is done but trying.
		const say = async (from: Router, to: string) => {
			for (;;) {
				const sent = await from.send([to, "hi"]).then(
					() => true,
					(error) => error.code,
				);
				if (sent === true) return;
				expect(sent).toBe("EHOSTUNREACH");
				await new Promise(setImmediate);
			}
		};
		await Promise.all([say(a, "b"), say(b, "a")]);
		expect([texts(await a.receive()), texts(await b.receive())]).toEqual([
			["b", "hi"],
			["a", "hi"],
		]);
	});

	it("lets a new peer take over a routing id with handover", async () => {
		const router = open(new Router({ handover: true }));
		// The older one must not come back and take the id over in its turn.
		const older = open(new Dealer({ routingId: "same", reconnectInterval: -1 }));
		const newer = open(new Dealer({ routingId: "same" }));
		const endpoint = await meet(transport, router, older);
		await older.send("older");
		expect(texts(await router.receive())).toEqual(["same", "older"]);
		newer.connect(endpoint);
		await newer.send("newer");
		expect(texts(await router.receive())).toEqual(["same", "newer"]);
		await router.send(["same", "answer"]);
		expect(texts(await newer.receive())).toEqual(["answer"]);
	});

	it("sends and receives many with one promise each", async () => {
		const [push, pull] = [open(new Push({ sendHighWaterMark: 10 })), open(new Pull({ receiveHighWaterMark: 10 }))];
		await meet(transport, pull, push);
		const sent = push.sendMany(Array.from({ length: 1000 }, (_, index) => [String(index), "x"]));
		const received: number[] = [];
		while (received.length < 1000) {
			const messages = await pull.receiveMany(64);
			expect(messages.length).toBeGreaterThan(0);
			expect(messages.length).toBeLessThanOrEqual(64);
			for (const message of messages) received.push(Number(message[0]));
		}
		await sent;
		expect(received).toEqual(Array.from({ length: 1000 }, (_, index) => index));
	});

	it("iterates until the socket is closed", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		await meet(transport, pull, push);
		for (let i = 0; i < 1000; i++) await push.send(String(i));
		let next = 0;
		for await (const [frame] of pull) {
			expect(Number(frame)).toBe(next++);
			if (next === 1000) setImmediate(() => pull.close());
		}
		expect(next).toBe(1000);
	});

	it("goes on iterating where an earlier loop was left", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		await meet(transport, pull, push);
		await push.sendMany(["1", "2", "3"]);
		for await (const message of pull) {
			expect(texts(message)).toEqual(["1"]);
			break;
		}
		for await (const message of pull) {
			expect(texts(message)).toEqual(["2"]);
			break;
		}
		expect(texts(await pull.receive())).toEqual(["3"]);
	});

	it("refuses a second PAIR while one is connected", async () => {
		const [bound, first, second] = [open(new Pair()), open(new Pair()), open(new Pair({ reconnectInterval: -1, linger: 0 }))];
		const endpoint = await meet(transport, bound, first);
		await first.send("first");
		expect(texts(await bound.receive())).toEqual(["first"]);
		const turnedAway = new Promise<SocketEvent>((resolve) => bound.events.on("disconnect", resolve as never));
		second.connect(endpoint);
		second.trySend("second");
		await vi.waitFor(() => expect(second.pipeCount).toBe(0), PATIENT);
		expect(await turnedAway).toMatchObject({ address: endpoint, error: { code: "ENOBUFS" } });
		expect(bound.tryReceive()).toBeUndefined();
		await bound.send("to the first");
		expect(texts(await first.receive())).toEqual(["to the first"]);
		second.close();
		await first.send("still here");
		expect(texts(await bound.receive())).toEqual(["still here"]);
	});
});
