/**
 * Options that change what a socket does with messages, over every transport: named connections, probes, notices, greetings,
 * conflation, high-water marks that change under way.
 */
import { describe, expect, it, vi } from "vitest";
import { freeEndpoint, meet, open, PATIENT, TRANSPORTS, texts } from "../fixtures/open-sockets.ts";
import { Publisher, Subscriber } from "./publish-sockets.ts";
import { Dealer, Pull, Push, Request, Router } from "./sockets.ts";

const code = (name: string) => expect.objectContaining({ code: name });

describe.each(TRANSPORTS)("a ROUTER over %s", (transport) => {
	it("names a peer when it connects, and can write to it before it is there", async () => {
		const endpoint = await freeEndpoint(transport);
		const [router, dealer] = [open(new Router({ mandatory: true })), open(new Dealer({ routingId: "its own" }))];
		router.connect(endpoint, { routingId: "given" });
		await router.send(["given", "early"]);
		expect(() => router.connect(endpoint, { routingId: "given" })).toThrowError(code("EINVAL"));
		expect(() => router.connect(endpoint, { routingId: "" })).toThrowError(code("EINVAL"));
		expect(() => router.connect(endpoint, { routingId: 5 as never })).toThrowError(code("EINVAL"));
		await dealer.bind(endpoint);
		expect(texts(await dealer.receive())).toEqual(["early"]);
		await dealer.send("back");
		expect(texts(await router.receive())).toEqual(["given", "back"]);
		await expect(router.send(["its own", "x"])).rejects.toEqual(code("EHOSTUNREACH"));
	});

	it("tells who comes and who goes, as far as it is asked to", async () => {
		for (const [routerNotify, expected] of [
			["connect", ["d,", "d,hi"]],
			["disconnect", ["d,hi", "d,"]],
			["both", ["d,", "d,hi", "d,"]],
			[null, ["d,hi"]],
		] as const) {
			const [router, dealer] = [open(new Router({ routerNotify })), open(new Dealer({ routingId: "d" }))];
			const end = open(new Dealer({ routingId: "end" }));
			await meet(transport, router, dealer);
			await dealer.send("hi");
			const got = [texts(await router.receive())?.join()];
			while (got.length < expected.length && got.at(-1) !== "d,hi") got.push(texts(await router.receive())?.join());
			dealer.close();
			while (got.length < expected.length) got.push(texts(await router.receive())?.join());
			expect(got).toEqual(expected);
			end.connect(router.lastEndpoint as string);
			await end.send("last");
			if (routerNotify === "connect" || routerNotify === "both") await router.receive();
			expect(texts(await router.receive())).toEqual(["end", "last"]);
		}
	});

	it("learns of a peer by its probe", async () => {
		for (const peer of [
			open(new Dealer({ probeRouter: true, routingId: "p" })),
			open(new Request({ probeRouter: true, routingId: "p" })),
		]) {
			const router = open(new Router());
			await meet(transport, router, peer);
			expect(texts(await router.receive())).toEqual(["p", ""]);
		}
		const [bound, connecting] = [open(new Router({ routingId: "b" })), open(new Router({ probeRouter: true, routingId: "c" }))];
		await meet(transport, bound, connecting);
		expect(texts(await bound.receive())).toEqual(["c", ""]);
	});

	it("greets, is greeted, and receives the last message that it has chosen for those who leave", async () => {
		const router = open(new Router({ helloMessage: "welcome", disconnectMessage: "it left" }));
		const dealer = open(new Dealer({ helloMessage: "good day", routingId: "d" }));
		await meet(transport, router, dealer);
		expect(texts(await dealer.receive())).toEqual(["welcome"]);
		expect(texts(await router.receive())).toEqual(["d", "good day"]);
		await dealer.send("unread");
		dealer.close();
		expect(texts(await router.receive())).toEqual(["d", "unread"]);
		expect(texts(await router.receive())).toEqual(["d", "it left"]);
	});
});

describe.each(["tcp", "ipc"] as const)("a DEALER whose connection of %s breaks", (transport) => {
	it("receives its hiccup message and greets again", async () => {
		const endpoint = await freeEndpoint(transport);
		const dealer = open(new Dealer({ reconnectInterval: 1, helloMessage: "hello", hiccupMessage: "hiccup", routingId: "d" }));
		dealer.connect(endpoint);
		for (let round = 0; round < 3; round++) {
			const router = open(new Router());
			await router.bind(endpoint);
			expect(texts(await router.receive())).toEqual(["d", "hello"]);
			await router[Symbol.asyncDispose]();
			expect(texts(await dealer.receive())).toEqual(["hiccup"]);
		}
	});
});

describe.each(TRANSPORTS)("conflation over %s", (transport) => {
	it("keeps the newest message of a PUSH that nobody takes, and of a PULL that nobody reads", async () => {
		const endpoint = await freeEndpoint(transport);
		const push = open(new Push({ conflate: true }));
		push.connect(endpoint);
		for (let i = 0; i < 100; i++) await push.send(String(i));
		const pull = open(new Pull());
		await pull.bind(endpoint);
		expect(texts(await pull.receive())).toEqual(["99"]);

		const [sender, reader] = [open(new Push()), open(new Pull({ conflate: true }))];
		await meet(transport, reader, sender);
		// All has come once the connection has ended; within a thread, at once.
		const ended = transport === "inproc" ? undefined : new Promise((resolve) => reader.events.on("disconnect", resolve));
		for (let i = 0; i < 100; i++) await sender.send(String(i));
		sender.close();
		await ended;
		expect([texts(reader.tryReceive()), reader.tryReceive()]).toEqual([["99"], undefined]);
	});

	it("leaves subscriptions alone", async () => {
		const [pub, sub] = [open(new Publisher({ conflate: true })), open(new Subscriber({ conflate: true }))];
		sub.subscribe("a", "b", "c");
		await meet(transport, pub, sub);
		await vi.waitFor(() => expect(pub.topicsCount).toBe(3), PATIENT);
	});
});

describe("high-water marks that are changed", () => {
	it.each(TRANSPORTS)("upward let a waiting send over %s go on, and downward bound the next ones", async (transport) => {
		const push = open(new Push({ sendHighWaterMark: 1 }));
		push.connect(await freeEndpoint(transport));
		expect([push.trySend("1"), push.trySend("2")]).toEqual(["sent", "full"]);
		const waiting = push.send("2");
		push.sendHighWaterMark = 3;
		await waiting;
		expect([push.trySend("3"), push.trySend("4")]).toEqual(["sent", "full"]);
		push.sendHighWaterMark = 0;
		for (let i = 0; i < 10; i++) expect(push.trySend("more")).toBe("sent");
		push.sendHighWaterMark = 2;
		expect(push.trySend("too many")).toBe("full");
	});

	it("add up with the other side's within a thread, whichever side changes", async () => {
		const [push, pull] = [open(new Push({ sendHighWaterMark: 1 })), open(new Pull({ receiveHighWaterMark: 1 }))];
		await meet("inproc", pull, push);
		const fill = () => {
			let sent = 0;
			while (push.trySend("x") === "sent") sent += 1;
			return sent;
		};
		expect(fill()).toBe(2);
		pull.receiveHighWaterMark = 3;
		expect(fill()).toBe(2);
		push.sendHighWaterMark = 2;
		expect(fill()).toBe(1);
		const waiting = push.send("last");
		pull.receiveHighWaterMark = 4;
		await waiting;
		pull.receiveHighWaterMark = 0;
		for (let i = 0; i < 100; i++) expect(push.trySend("x")).toBe("sent");
	});
});
