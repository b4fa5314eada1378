/**
 * The life of a socket: endpoints that come and go, what linger does, and the end.
 */
import { describe, expect, it } from "vitest";
import { freeEndpoint, meet, open, TRANSPORTS, texts } from "../fixtures/open-sockets.ts";
import type { SocketEvent } from "../monitor.ts";
import { Dealer, Pair, Pull, Push, Router } from "./sockets.ts";

describe.each(TRANSPORTS)("endpoints over %s", (transport) => {
	it("are shown by lastEndpoint, wildcards resolved", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		expect(pull.lastEndpoint).toBeNull();
		const endpoint = await meet(transport, pull, push);
		expect(endpoint).toMatch(new RegExp(`^${transport}://[^*]+$`));
		expect(push.lastEndpoint).toBe(endpoint);
	});

	it("are taken by one socket at a time, and free again after unbind", async () => {
		const [a, b] = [open(new Pull()), open(new Pull())];
		const endpoint = await freeEndpoint(transport);
		await a.bind(endpoint);
		await expect(b.bind(endpoint)).rejects.toMatchObject({ code: "EADDRINUSE", address: endpoint });
		await a.unbind(endpoint);
		await b.bind(endpoint);
	});

	it("are free again once the socket is disposed of", async () => {
		const [a, b] = [open(new Pull()), open(new Pull())];
		const endpoint = await freeEndpoint(transport);
		await a.bind(endpoint);
		await a[Symbol.asyncDispose]();
		await b.bind(endpoint);
	});

	it("that are not there cannot be unbound or disconnected", async () => {
		const pair = open(new Pair());
		const endpoint = await freeEndpoint(transport);
		await expect(pair.unbind(endpoint)).rejects.toMatchObject({ code: "ENOENT", address: endpoint });
		expect(() => pair.disconnect(endpoint)).toThrowError(expect.objectContaining({ code: "ENOENT", address: endpoint }));
		pair.connect(endpoint);
		pair.disconnect(endpoint);
		expect(() => pair.disconnect(endpoint)).toThrowError(expect.objectContaining({ code: "ENOENT" }));
	});

	it("end their connections at unbind: later sends wait", async () => {
		const [push, pull] = [open(new Push({ immediate: true })), open(new Pull())];
		const endpoint = await meet(transport, pull, push);
		await push.send("x");
		expect(texts(await pull.receive())).toEqual(["x"]);
		await pull.unbind(endpoint);
		// The connecting side hears of it in its own time.
		while (push.trySend("into the void") === "sent") await new Promise(setImmediate);
		await expect(push.send("y", { timeoutMs: 1 })).rejects.toMatchObject({ code: "EAGAIN" });
		expect(pull.pipeCount).toBe(0);
	});

	it("end exactly their own connections at disconnect", async () => {
		const push = open(new Push());
		const [a, b] = [open(new Pull()), open(new Pull())];
		const endpoint = await meet(transport, a, push);
		await meet(transport, b, push);
		push.disconnect(endpoint);
		expect(push.pipeCount).toBe(1);
		for (let i = 0; i < 4; i++) await push.send(String(i));
		for (let i = 0; i < 4; i++) expect(texts(await b.receive())).toEqual([String(i)]);
	});

	it("connected twice are two connections, and one disconnect ends both", async () => {
		const push = open(new Push());
		const pull = open(new Pull());
		const endpoint = await meet(transport, pull, push, push);
		expect(push.pipeCount).toBe(2);
		push.disconnect(endpoint);
		expect(push.pipeCount).toBe(0);
	});

	it("deliver what was sent before disconnect", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		const endpoint = await meet(transport, pull, push);
		for (let i = 0; i < 100; i++) await push.send(String(i));
		push.disconnect(endpoint);
		for (let i = 0; i < 100; i++) expect(texts(await pull.receive())).toEqual([String(i)]);
	});
});

describe.each(TRANSPORTS)("linger over %s", (transport) => {
	it("of -1 delivers all that was accepted before close", async () => {
		const [push, pull] = [open(new Push({ linger: -1 })), open(new Pull())];
		await meet(transport, pull, push);
		for (let i = 0; i < 1000; i++) await push.send(String(i));
		push.close();
		for (let i = 0; i < 1000; i++) expect(texts(await pull.receive())).toEqual([String(i)]);
	});

	it("of -1 delivers to a peer that binds after close", async () => {
		const endpoint = await freeEndpoint(transport);
		const [push, pull] = [open(new Push({ linger: -1 })), open(new Pull())];
		push.connect(endpoint);
		for (let i = 0; i < 10; i++) await push.send(String(i));
		push.close();
		await pull.bind(endpoint);
		for (let i = 0; i < 10; i++) expect(texts(await pull.receive())).toEqual([String(i)]);
	});

	it("of -1 delivers what a bound socket sent before close", async () => {
		const [push, pull] = [open(new Push({ linger: -1 })), open(new Pull())];
		await meet(transport, push, pull);
		for (let i = 0; i < 1000; i++) await push.send(String(i));
		push.close();
		for (let i = 0; i < 1000; i++) expect(texts(await pull.receive())).toEqual([String(i)]);
	});

	it("of 0 drops what no peer has taken", async () => {
		const endpoint = await freeEndpoint(transport);
		const [push, pull] = [open(new Push({ linger: 0 })), open(new Pull())];
		push.connect(endpoint);
		await push.send("dropped");
		await push[Symbol.asyncDispose]();
		await pull.bind(endpoint);
		const next = open(new Push());
		next.connect(endpoint);
		await next.send("delivered");
		expect(texts(await pull.receive())).toEqual(["delivered"]);
		expect(pull.readable).toBe(false);
	});

	it("of some time gives up after it", async () => {
		const push = open(new Push({ linger: 5 }));
		push.connect(await freeEndpoint(transport));
		await push.send("nobody comes");
		await push[Symbol.asyncDispose]();
	});
});

describe("close", () => {
	it("rejects what waits with EBADF and ends iterators", async () => {
		const pair = open(new Pair());
		const waits = [pair.receive(), pair.send("x"), pair.sendMany(["x", "y"]), pair.receiveMany(3)];
		const iterator = pair[Symbol.asyncIterator]();
		const step = iterator.next();
		pair.close();
		for (const wait of waits) await expect(wait).rejects.toMatchObject({ code: "EBADF" });
		expect(await step).toEqual({ value: undefined, done: true });
		expect(await iterator.next()).toEqual({ value: undefined, done: true });
	});

	it("makes every call after it fail with EBADF, and is harmless the second time", async () => {
		const pair = open(new Pair());
		expect(pair.closed).toBe(false);
		pair.close();
		pair.close();
		expect(pair.closed).toBe(true);
		expect([pair.readable, pair.writable]).toEqual([false, false]);
		const closed = { code: "EBADF", message: "Socket is closed" };
		for (const call of [
			() => pair.send("x"),
			() => pair.receive(),
			() => pair.sendMany(["x"]),
			() => pair.receiveMany(1),
			() => pair.bind("inproc://x"),
			() => pair.unbind("inproc://x"),
		])
			await expect(call()).rejects.toMatchObject(closed);
		for (const call of [
			() => pair.trySend("x"),
			() => pair.tryReceive(),
			() => pair.connect("inproc://x"),
			() => pair.disconnect("inproc://x"),
		])
			expect(call).toThrowError(expect.objectContaining(closed));
		for await (const _ of pair) expect.fail("a closed socket has no messages");
	});

	it.each(TRANSPORTS)("during a bind over %s undoes the bind", async (transport) => {
		const endpoint = await freeEndpoint(transport);
		const [early, later] = [open(new Pull()), open(new Pull())];
		const bind = early.bind(endpoint);
		const disposed = early[Symbol.asyncDispose]();
		await expect(bind).rejects.toMatchObject({ code: "EBADF" });
		await disposed;
		await later.bind(endpoint);
	});

	it("by `await using` happens at the end of the block", async () => {
		let seen: Push;
		{
			await using push = new Push();
			seen = push;
			expect(push.closed).toBe(false);
		}
		expect(seen.closed).toBe(true);
	});

	it("reports the end as an event", async () => {
		const pair = open(new Pair());
		const ended = new Promise<SocketEvent>((resolve) => pair.events.on("end", resolve));
		pair.close();
		expect(await ended).toEqual({ type: "end" });
	});
});

describe("events", () => {
	it.each(["tcp", "ipc"] as const)("of a connection over %s come with its address", async (transport) => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		const seen: string[] = [];
		const handshake = new Promise<string>((resolve) => pull.events.on("handshake", ({ address }) => resolve(address)));
		pull.events.on("bind", ({ type, address }) => seen.push(`${type} ${address}`));
		const never = () => seen.push("off");
		pull.events.on("accept", never);
		pull.events.off("accept", never);
		const endpoint = await meet(transport, pull, push);
		expect(await handshake).toBe(endpoint);
		expect(seen).toEqual([`bind ${endpoint}`]);
	});
});

describe("what a socket cannot do", () => {
	it("is not there at all: PUSH has no receive, PULL no send", () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		// @ts-expect-error PUSH does not receive
		expect(push.receive).toBeUndefined();
		// @ts-expect-error PULL does not send
		expect(pull.send).toBeUndefined();
	});

	it.each(["", "tcp", "tcp://", "nonsense://x", "tcp://127.0.0.1", "ws://127.0.0.1:x/"])("bind and connect refuse %j", async (endpoint) => {
		const dealer = open(new Dealer());
		const refused = expect.objectContaining({ code: expect.stringMatching(/^(EINVAL|EPROTONOSUPPORT)$/) });
		await expect(dealer.bind(endpoint)).rejects.toEqual(refused);
		expect(() => dealer.connect(endpoint)).toThrowError(refused);
	});

	it.each([[[]], [undefined], [{}], [["x", undefined]], [Symbol("x")], [true]])("send refuses %o", async (content) => {
		const router = open(new Router());
		await expect(router.send(content as never)).rejects.toMatchObject({ code: "EINVAL" });
		expect(() => router.trySend(content as never)).toThrowError(expect.objectContaining({ code: "EINVAL" }));
		await expect(router.sendMany(["fine", content as never])).rejects.toMatchObject({
			code: "EINVAL",
			message: /1 of 2 messages were sent/,
		});
	});
});

describe.each(["tcp", "ipc"] as const)("reconnecting over %s", (transport) => {
	it("goes on with a receiver that came back, in order", async () => {
		const endpoint = await freeEndpoint(transport);
		const push = open(new Push({ reconnectInterval: 1 }));
		push.connect(endpoint);
		for (let life = 0; life < 3; life++) {
			const pull = open(new Pull());
			await pull.bind(endpoint);
			// Sent before, in or after the handshake of this life; what comes must come in order.
			const sent = push.sendMany(Array.from({ length: 20 }, (_, index) => `${life} ${index}`));
			let last = -1;
			while (last < 19) {
				const [at, index] = String((await pull.receive())[0])
					.split(" ")
					.map(Number) as [number, number];
				expect(at).toBe(life);
				expect(index).toBe(last + 1);
				last = index;
			}
			await sent;
			await pull[Symbol.asyncDispose]();
		}
	});

	it("with immediate sends nothing to a peer that is not there", async () => {
		const endpoint = await freeEndpoint(transport);
		const push = open(new Push({ immediate: true, reconnectInterval: 1 }));
		push.connect(endpoint);
		expect(push.writable).toBe(false);
		expect(push.trySend("x")).toBe("no-peer");
		const waiting = push.send("x");
		const pull = open(new Pull());
		await pull.bind(endpoint);
		await waiting;
		expect(texts(await pull.receive())).toEqual(["x"]);
	});
});
