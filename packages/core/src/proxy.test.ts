/**
 * The proxy: both ways, nothing lost when it is paused, slowed down or terminated.
 */
import { describe, expect, it, vi } from "vitest";
import { meet, open, PATIENT, TRANSPORTS, texts } from "./fixtures/open-sockets.ts";
import { SocketProxy } from "./proxy.ts";
import { Client, Server } from "./sockets/draft-sockets.ts";
import { Publisher, Subscriber, XPublisher, XSubscriber } from "./sockets/publish-sockets.ts";
import { Dealer, Pair, Pull, Push, Reply, Request, Router } from "./sockets/sockets.ts";

const code = (name: string) => expect.objectContaining({ code: name });

describe.each(TRANSPORTS)("a proxy over %s", (transport) => {
	it("queues requests between many REQs and REPs, and counts", async () => {
		const [front, back] = [open(new Router()), open(new Dealer())];
		const reqs = [1, 2, 3].map(() => open(new Request()));
		const reps = [1, 2].map(() => open(new Reply()));
		await meet(transport, front, ...reqs);
		await meet(transport, back, ...reps);
		const proxy = new SocketProxy(front, back);
		const running = proxy.run();
		const serving = reps.map(async (rep) => {
			for await (const [text] of rep) await rep.send(`re ${text}`);
		});
		await Promise.all(
			reqs.map(async (req, at) => {
				for (let i = 0; i < 20; i++) {
					await req.send(`${at}-${i}`);
					expect(texts(await req.receive())).toEqual([`re ${at}-${i}`]);
				}
			}),
		);
		const { frontEnd, backEnd } = proxy.statistics;
		expect([frontEnd.receivedMessages, frontEnd.sentMessages, backEnd.receivedMessages, backEnd.sentMessages]).toEqual([60, 60, 60, 60]);
		expect(frontEnd.receivedBytes).toBeGreaterThan(60 * 5);
		proxy.terminate();
		await running;
		for (const rep of reps) rep.close();
		await Promise.all(serving);
		await expect(proxy.run()).rejects.toEqual(code("EFSM"));
	});

	it("forwards subscriptions one way and messages the other", async () => {
		const [pub, xsub, xpub, sub] = [open(new Publisher()), open(new XSubscriber()), open(new XPublisher()), open(new Subscriber())];
		await meet(transport, pub, xsub);
		await meet(transport, xpub, sub);
		const proxy = new SocketProxy(xsub, xpub);
		const running = proxy.run();
		sub.subscribe("t");
		await vi.waitFor(() => expect(pub.topicsCount).toBe(1), PATIENT);
		await pub.send(["t", "through"]);
		expect(texts(await sub.receive())).toEqual(["t", "through"]);
		proxy.terminate();
		await running;
	});

	it("slows its input down to a slow output, and loses nothing", async () => {
		const [push, front, back, pull] = [
			open(new Push({ sendHighWaterMark: 1 })),
			open(new Pull({ receiveHighWaterMark: 1 })),
			open(new Push({ sendHighWaterMark: 1 })),
			open(new Pull({ receiveHighWaterMark: 1 })),
		];
		await meet(transport, front, push);
		await meet(transport, back, pull);
		const proxy = new SocketProxy(front, back);
		const running = proxy.run();
		const body = Buffer.alloc(100_000);
		const count = 100;
		let accepted = 0;
		const sending = (async () => {
			for (; accepted < count; accepted++) await push.send([String(accepted), body]);
		})();
		for (let i = 0; i < count; i++) expect(String((await pull.receive())[0])).toBe(String(i));
		await sending;
		proxy.terminate();
		await running;
	});

	it("moves nothing while it is paused, and everything afterwards", async () => {
		const [push, front, back, pull] = [open(new Push()), open(new Pull()), open(new Push()), open(new Pull())];
		await meet(transport, front, push);
		await meet(transport, back, pull);
		const proxy = new SocketProxy(front, back);
		const running = proxy.run();
		await push.send("1");
		expect(texts(await pull.receive())).toEqual(["1"]);
		proxy.pause();
		proxy.pause();
		for (const text of ["2", "3"]) await push.send(text);
		await vi.waitFor(() => expect(front.readable).toBe(true), PATIENT);
		await expect(pull.receive({ timeoutMs: 20 })).rejects.toEqual(code("EAGAIN"));
		proxy.resume();
		expect(texts(await pull.receive())).toEqual(["2"]);
		expect(texts(await pull.receive())).toEqual(["3"]);
		proxy.pause();
		// Both directions are at rest by then.
		await new Promise(setImmediate);
		proxy.terminate();
		await running;
		await push.send("kept");
		expect(texts(await front.receive())).toEqual(["kept"]);
	});
});

describe("a proxy", () => {
	it("gives its capture a copy of both ways, and counts what had no room", async () => {
		const [left, front, back, right] = [open(new Pair()), open(new Pair()), open(new Pair()), open(new Pair())];
		const [capture, watcher] = [open(new Push({ sendHighWaterMark: 1 })), open(new Pull({ receiveHighWaterMark: 1 }))];
		await meet("inproc", front, left);
		await meet("inproc", back, right);
		await meet("inproc", capture, watcher);
		const proxy = new SocketProxy(front, back, { capture });
		const running = proxy.run();
		await left.send(["to the", "right"]);
		expect(texts(await right.receive())).toEqual(["to the", "right"]);
		await right.send("to the left");
		expect(texts(await left.receive())).toEqual(["to the left"]);
		for (let i = 0; i < 3; i++) await left.send("more");
		for (let i = 0; i < 3; i++) await right.receive();
		expect(texts(await watcher.receive())).toEqual(["to the", "right"]);
		expect(texts(await watcher.receive())).toEqual(["to the left"]);
		expect(proxy.statistics.notCaptured).toBe(3);
		expect(proxy.statistics.frontEnd).toEqual({
			receivedMessages: 4,
			receivedFrames: 5,
			receivedBytes: 23,
			sentMessages: 1,
			sentFrames: 1,
			sentBytes: 11,
		});
		proxy.terminate();
		await running;
	});

	it("needs sockets that can do their part", () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		expect(() => new SocketProxy(push, open(new Push()))).toThrowError(code("EINVAL"));
		expect(() => new SocketProxy({} as never, pull)).toThrowError(code("EINVAL"));
		expect(() => new SocketProxy(pull, push, { capture: open(new Pull()) })).toThrowError(code("EINVAL"));
	});

	it("ends with EBADF when one of its sockets is closed", async () => {
		const [pull, push] = [open(new Pull()), open(new Push())];
		const running = expect(new SocketProxy(pull, push).run()).rejects.toEqual(code("EBADF"));
		push.close();
		await running;
		await expect(new SocketProxy(pull, push).run()).rejects.toEqual(code("EBADF"));
		expect(pull.closed).toBe(false);
	});

	it("ends while it waits for a full peer that its output insists on", async () => {
		const [pull, router, dealer] = [
			open(new Pull()),
			open(new Router({ mandatory: true, sendHighWaterMark: 1 })),
			open(new Dealer({ routingId: "d", receiveHighWaterMark: 1 })),
		];
		const other = open(new Dealer({ routingId: "e" }));
		const push = open(new Push());
		await meet("inproc", pull, push);
		await meet("inproc", router, dealer, other);
		const proxy = new SocketProxy(pull, router);
		const running = proxy.run();
		for (let i = 0; i < 4; i++) await push.send(["d", String(i)]);
		await vi.waitFor(() => expect(proxy.statistics.frontEnd.receivedMessages).toBe(3), PATIENT);
		proxy.terminate();
		await running;
	});

	it("takes no more messages once it was paused or terminated while one waited for a full peer", async () => {
		for (const end of [false, true]) {
			const [pull, push] = [open(new Pull()), open(new Push())];
			const router = open(new Router({ mandatory: true, sendHighWaterMark: 1 }));
			const [full, other] = [open(new Dealer({ routingId: "d", receiveHighWaterMark: 1 })), open(new Dealer({ routingId: "e" }))];
			await meet("inproc", pull, push);
			await meet("inproc", router, full, other);
			const proxy = new SocketProxy(pull, router);
			const running = proxy.run();
			for (const text of ["1", "2", "waits"]) await push.send(["d", text]);
			await push.send(["e", "stays"]);
			await vi.waitFor(() => expect(proxy.statistics.frontEnd.receivedMessages).toBe(3), PATIENT);
			if (end) proxy.terminate();
			else proxy.pause();
			for (const text of end ? ["1", "2"] : ["1", "2", "waits"]) expect(texts(await full.receive())).toEqual([text]);
			await new Promise(setImmediate);
			expect([proxy.statistics.frontEnd.receivedMessages, other.tryReceive()]).toEqual([3, undefined]);
			proxy.terminate();
			await running;
			expect(texts(await pull.receive())).toEqual(["e", "stays"]);
		}
	});

	it("goes on when a peer sends what the output cannot take", async () => {
		const [pull, push] = [open(new Pull()), open(new Push())];
		const server = open(new Server());
		await meet("inproc", pull, push);
		const proxy = new SocketProxy(pull, server);
		const [client] = [open(new Client())];
		await meet("inproc", server, client);
		await client.send("here I am");
		const [, { routingId }] = await server.receive();
		const running = proxy.run();
		const id = Buffer.alloc(4);
		id.writeUInt32BE(routingId);
		for (const bad of [["x"], ["too long", "x"], [id]]) await push.send(bad);
		await push.send([id, "good"]);
		expect(texts(await client.receive())).toEqual(["good"]);
		proxy.terminate();
		await running;
	});

	it("hears of room in an output that it has filled to the last message, by any number of peers", async () => {
		for (const peers of [1, 3]) {
			const [source, front] = [open(new Push()), open(new Pull({ receiveHighWaterMark: 5 }))];
			const back = open(new XPublisher({ noDrop: true, sendHighWaterMark: 2 }));
			const subs = Array.from({ length: peers }, () => open(new Subscriber({ receiveHighWaterMark: 1 })));
			await meet("inproc", front, source);
			await meet("inproc", back, ...subs);
			for (const sub of subs) sub.subscribe();
			const proxy = new SocketProxy(front, back);
			const running = proxy.run();
			await vi.waitFor(() => expect(back.topicsCount).toBe(1), PATIENT);
			const sent = source.sendMany(Array.from({ length: 60 }, (_, i) => String(i)));
			// Each reads at its own pace; the slowest one is waited for.
			await Promise.all(
				subs.map(async (sub, at) => {
					for (let i = 0; i < 60; i++) {
						for (let turn = 0; turn < at; turn++) await new Promise((resolve) => setImmediate(resolve));
						expect(texts(await sub.receive())).toEqual([String(i)]);
					}
				}),
			);
			await sent;
			proxy.terminate();
			await running;
		}
	});

	it("carries requests to a REQ, one at a time", async () => {
		const [asker, front, back, rep] = [open(new Dealer()), open(new Router()), open(new Request()), open(new Reply())];
		await meet("inproc", front, asker);
		await meet("inproc", rep, back);
		const proxy = new SocketProxy(front, back);
		const running = proxy.run();
		for (let i = 0; i < 5; i++) {
			await asker.send(["", String(i)]);
			const request = await rep.receive();
			expect(texts(request)?.at(-1)).toBe(String(i));
			await rep.send(request);
			expect(texts(await asker.receive())?.at(-1)).toBe(String(i));
		}
		proxy.terminate();
		await running;
	});

	it("goes round one socket that is on both sides", async () => {
		const [pair, peer] = [open(new Pair()), open(new Pair())];
		await meet("inproc", pair, peer);
		const proxy = new SocketProxy(pair, pair);
		const running = proxy.run();
		await peer.send("echo");
		expect(texts(await peer.receive())).toEqual(["echo"]);
		proxy.terminate();
		await running;
	});
});
