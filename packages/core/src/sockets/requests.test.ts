/**
 * REQ, REP, ROUTER and DEALER as whole sockets show them: whom a request goes to, which reply counts, what becomes of messages
 * for peers that have left, and by which names ROUTERs know each other.
 */
import { connect as connectStream } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { Context } from "../context.ts";
import { anyEndpoint, freeEndpoint, meet, open, PATIENT, TRANSPORTS, texts } from "../fixtures/open-sockets.ts";
import { Dealer, Reply, Request, Router } from "./sockets.ts";

const code = (name: string) => expect.objectContaining({ code: name });

describe.each(TRANSPORTS)("a REQ over %s", (transport) => {
	it("asks the peers of several endpoints in turn", async () => {
		const req = open(new Request());
		const reps = [1, 2, 3].map(() => open(new Reply()));
		for (const rep of reps) {
			await rep.bind(anyEndpoint(transport));
			req.connect(rep.lastEndpoint as string);
		}
		for (let i = 0; i < 6; i++) {
			await req.send(["ABC", String(i)]);
			const rep = reps[i % 3] as Reply;
			expect(texts(await rep.receive())).toEqual(["ABC", String(i)]);
			await rep.send(["DEF", String(i)]);
			expect(texts(await req.receive())).toEqual(["DEF", String(i)]);
		}
	});

	it("waits with a request while nobody is connected, bound or not", async () => {
		const req = open(new Request({ sendTimeout: 1 }));
		expect(req.trySend("x")).toBe("no-peer");
		await expect(req.send("x")).rejects.toEqual(code("EAGAIN"));
		await req.bind(anyEndpoint(transport));
		expect(req.trySend("x")).toBe("no-peer");
	});

	it("skips a reply that is malformed, and takes the good one behind it", async () => {
		const [req, router] = [open(new Request()), open(new Router())];
		await meet(transport, router, req);
		await req.send("ping");
		const [id, delimiter, body] = await router.receive();
		expect([delimiter?.length, String(body)]).toEqual([0, "ping"]);
		await router.send([id, "no delimiter"]);
		await router.send([id, "", "pong"]);
		expect(texts(await req.receive())).toEqual(["pong"]);
	});

	it("with correlate skips replies to other requests, and takes the one that carries its number", async () => {
		const [req, router] = [open(new Request({ correlate: true })), open(new Router())];
		await meet(transport, router, req);
		await req.send("question");
		const [id, number, delimiter, body] = await router.receive();
		expect([number?.length, delimiter?.length, String(body)]).toEqual([4, 0, "question"]);
		for (const wrong of [
			[id, number as Buffer, "no delimiter"],
			[id, "0000", "", "other number"],
			[id, "", "no number"],
		])
			await router.send(wrong);
		await router.send([id, number as Buffer, "", "answer"]);
		expect(texts(await req.receive())).toEqual(["answer"]);
	});
});

describe("a REQ that is relaxed and correlates", () => {
	const asking = async (services: number) => {
		const req = open(new Request({ relaxed: true, correlate: true }));
		await req.bind(anyEndpoint("tcp"));
		const reps: Reply[] = [];
		for (let i = 0; i < services; i++) {
			const rep = open(new Reply());
			const connected = new Promise<void>((resolve) => rep.events.on("handshake", () => resolve()));
			rep.connect(req.lastEndpoint as string);
			await connected;
			await vi.waitFor(() => expect(req.pipeCount).toBe(i + 1), PATIENT);
			reps.push(rep);
		}
		return { req, reps };
	};

	it("drops the reply to a request that was given up for the next one, late or early", async () => {
		const { req, reps } = await asking(5);
		const [a, b, c, d, e] = reps as [Reply, Reply, Reply, Reply, Reply];
		await req.send(["A", "B"]);
		expect(texts(await a.receive())).toEqual(["A", "B"]);
		await req.send(["C", "D"]);
		expect(texts(await b.receive())).toEqual(["C", "D"]);
		await a.send("WRONG");
		await b.send("OK");
		expect(texts(await req.receive())).toEqual(["OK"]);

		await req.send("E");
		expect(texts(await c.receive())).toEqual(["E"]);
		await c.send(["F", "G"]);
		expect(texts(await req.receive())).toEqual(["F", "G"]);

		// A reply that is there already when the next request is made.
		await req.send("H");
		expect(texts(await d.receive())).toEqual(["H"]);
		await d.send("BAD");
		await vi.waitFor(() => expect(req.readable).toBe(true), PATIENT);
		await req.send("I");
		expect(texts(await e.receive())).toEqual(["I"]);
		await e.send("GOOD");
		expect(texts(await req.receive())).toEqual(["GOOD"]);
	});

	it("keeps its connections when several requests are given up", async () => {
		const { req, reps } = await asking(1);
		const rep = reps[0] as Reply;
		for (const text of ["1", "2"]) await req.send(text);
		expect(texts(await rep.receive())).toEqual(["1"]);
		await rep.send("late");
		expect(texts(await rep.receive())).toEqual(["2"]);
		await rep.send("in time");
		expect(texts(await req.receive())).toEqual(["in time"]);
		expect(req.pipeCount).toBe(1);
	});

	it("finds the one reply that counts among many that piled up", async () => {
		const { req, reps } = await asking(1);
		const rep = reps[0] as Reply;
		for (let i = 0; i < 100; i++) await req.send(String(i));
		for (let i = 0; i < 100; i++) await rep.send(await rep.receive());
		expect(texts(await req.receive())).toEqual(["99"]);
		expect(() => req.tryReceive()).toThrowError(code("EFSM"));
	});
});

describe.each(TRANSPORTS)("what is queued over %s", (transport) => {
	it("for a peer that was accepted ends with it: the next one of the same name gets nothing of it", async () => {
		const router = open(new Router({ mandatory: true }));
		await router.bind(anyEndpoint(transport));
		const join = async () => {
			const dealer = open(new Dealer({ routingId: "B", linger: 0, receiveHighWaterMark: 2 }));
			dealer.connect(router.lastEndpoint as string);
			await dealer.send("here");
			expect(texts(await router.receive())).toEqual(["B", "here"]);
			return dealer;
		};
		const gone = await join();
		// More than a connection takes at once: some of it waits in the queue when the peer leaves.
		const heavy = Buffer.alloc(1 << 20);
		for (let i = 0; i < 50; i++) expect(router.trySend(["B", String(i), heavy])).toBe("sent");
		gone.close();
		await vi.waitFor(() => expect(router.trySend(["B", "x"])).toBe("unreachable"), PATIENT);
		const next = await join();
		await router.send(["B", "fresh"]);
		expect(texts(await next.receive())).toEqual(["fresh"]);
		expect(next.tryReceive()).toBeUndefined();
	});

	it("of a peer that was disconnected ends with it, unread", async () => {
		const [router, dealer] = [open(new Router()), open(new Dealer({ routingId: "A" }))];
		await meet(transport, dealer, router);
		// The ROUTER has connected: it ends the conversation, with what it has not read.
		for (let i = 0; i < 3; i++) await dealer.send(String(i));
		expect(texts(await router.receive())).toEqual(["A", "0"]);
		router.disconnect(dealer.lastEndpoint as string);
		expect([router.tryReceive(), router.pipeCount]).toEqual([undefined, 0]);
	});
});

describe("a ROUTER that tells of its peers", () => {
	it("reads and takes its option like any other", () => {
		const router = open(new Router());
		expect(router.routerNotify).toBeNull();
		for (const value of ["connect", "disconnect", "both", null] as const) {
			router.routerNotify = value;
			expect(router.routerNotify).toBe(value);
		}
		expect(() => Object.assign(router, { routerNotify: "sometimes" })).toThrowError(code("EINVAL"));
		expect(router.routerNotify).toBeNull();
		expect(() => new Dealer({ routerNotify: "both" } as never)).toThrowError(code("EINVAL"));
	});

	it("tells nothing of a peer whose handshake fails", async () => {
		const router = open(new Router({ routerNotify: "both" }));
		await router.bind("tcp://127.0.0.1:*");
		const failed = new Promise((resolve) => router.events.on("handshake:error:protocol", resolve));
		const raw = connectStream(Number(router.lastEndpoint?.split(":").pop()), "127.0.0.1");
		raw.end("not a handshake");
		await failed;
		expect(router.tryReceive()).toBeUndefined();
		raw.destroy();
	});

	it("tells of a disconnection in the middle of a message, and nothing of that message", async () => {
		const router = open(new Router({ routerNotify: "disconnect", maxMessageSize: 64 }));
		const dealer = open(new Dealer({ routingId: "X", linger: 0, reconnectInterval: -1 }));
		await meet("tcp", router, dealer);
		await dealer.send(["Hello2", "*".repeat(127)]);
		expect(texts(await router.receive())).toEqual(["X", ""]);
		expect(router.tryReceive()).toBeUndefined();
	});
});

describe.each(TRANSPORTS)("names over %s", (transport) => {
	it("join a DEALER and a ROUTER of two contexts, each connection under the name it was given", async () => {
		const [one, other] = [new Context({ namespace: "names" }), new Context({ namespace: "names" })];
		const router = open(new Router({ context: one, mandatory: true }));
		await router.bind(anyEndpoint(transport));
		for (let cycle = 0; cycle < 20; cycle++) {
			const routingId = `${cycle}:X`;
			const dealer = open(new Dealer({ context: other, routingId }));
			dealer.connect(router.lastEndpoint as string);
			await dealer.send("up");
			await router.receive();
			await router.send([routingId, "HELLO"]);
			expect(texts(await dealer.receive())).toEqual(["HELLO"]);
			dealer.close();
		}
	});

	it.each([undefined, "Y"])("lead from a ROUTER to another that it has named itself, whose own name is %j", async (routingId) => {
		const bound = open(new Router(routingId === undefined ? {} : { routingId: "X" }));
		const connecting = open(new Router(routingId === undefined ? {} : { routingId }));
		await bound.bind(anyEndpoint(transport));
		connecting.connect(bound.lastEndpoint as string, { routingId: "conn1" });
		await connecting.send(["conn1", "hi 1"]);
		const [id, text] = await bound.receive();
		expect(String(text)).toBe("hi 1");
		if (routingId === undefined) expect([id[0], id.length]).toEqual([0, 5]);
		else expect(String(id)).toBe(routingId);
		await bound.send([id, "ok"]);
		expect(texts(await connecting.receive())).toEqual(["conn1", "ok"]);
	});

	it("given while messages come lead where they were given, not where a message came from", async () => {
		const [x, y, z] = ["X", "Y", "Z"].map((routingId) => open(new Router({ routingId }))) as [Router, Router, Router];
		await x.bind(anyEndpoint(transport));
		await z.bind(anyEndpoint(transport));
		y.connect(x.lastEndpoint as string, { routingId: "X" });
		await y.send(["X", "hi"]);
		await vi.waitFor(() => expect(x.readable).toBe(true), PATIENT);
		x.connect(z.lastEndpoint as string, { routingId: "Z" });
		await x.send(["Z", "hi Z"]);
		expect(texts(await z.receive())).toEqual(["X", "hi Z"]);
		expect(y.tryReceive()).toBeUndefined();
	});

	it("that are taken stay with the older connection, and with handover go to the newer one", async () => {
		for (const handover of [false, true]) {
			const router = open(new Router({ mandatory: true, handover }));
			await router.bind(anyEndpoint(transport));
			// Neither comes back: the older one would take its name over again in its turn.
			const first = open(new Dealer({ routingId: "X", reconnectInterval: -1 }));
			first.connect(router.lastEndpoint as string);
			await first.send("first");
			await router.receive();
			const second = open(new Dealer({ routingId: "X", reconnectInterval: -1 }));
			second.connect(router.lastEndpoint as string);
			if (handover) {
				await second.send("second");
				expect(texts(await router.receive())).toEqual(["X", "second"]);
			} else {
				await vi.waitFor(() => expect(second.trySend("nobody")).toBe("no-peer"), PATIENT);
			}
			await router.send(["X", "which"]);
			expect(texts(await (handover ? second : first).receive())).toEqual(["which"]);
		}
	});

	it("of a probe tell a ROUTER of a peer that has not spoken, as a DEALER and as a ROUTER", async () => {
		for (const make of [() => new Dealer({ routingId: "X", probeRouter: true }), () => new Router({ routingId: "X", probeRouter: true })]) {
			const router = open(new Router());
			const peer = open(make());
			await meet(transport, router, peer);
			expect(texts(await router.receive())).toEqual(["X", ""]);
			await router.send(["X", "Hello"]);
			expect(texts(await peer.receive())?.at(-1)).toBe("Hello");
		}
	});
});

describe.each(TRANSPORTS)("a mandatory ROUTER over %s", (transport) => {
	it("tells of each peer whether it can be sent to: unknown, open, full, and open again", async () => {
		const router = open(new Router({ mandatory: true, sendHighWaterMark: 1 }));
		const dealer = open(new Dealer({ routingId: "X", receiveHighWaterMark: 1 }));
		expect(router.trySend(["UNKNOWN", "DATA"])).toBe("unreachable");
		await expect(router.send(["UNKNOWN", "DATA"])).rejects.toEqual(code("EHOSTUNREACH"));
		await meet(transport, router, dealer);
		await dealer.send("Hello");
		await router.receive();
		let sent = 0;
		const big = "x".repeat(65_536);
		while (router.trySend(["X", big]) === "sent") {
			sent += 1;
			await new Promise((resolve) => setImmediate(resolve));
		}
		await expect(router.send(["X", "DATA"], { timeoutMs: 1 })).rejects.toEqual(code("EAGAIN"));
		for (let i = 0; i < sent; i++) expect((await dealer.receive())[0].length).toBe(big.length);
		await router.send(["X", "DATA"]);
		expect(texts(await dealer.receive())).toEqual(["DATA"]);
	});
});

it("a REQ and a REP that both bind and both connect to each other talk over one of the ways at a time", async () => {
	const endpoint = await freeEndpoint("tcp");
	const [req, rep] = [open(new Request()), open(new Reply())];
	req.connect(endpoint);
	await rep.bind(endpoint);
	await req.bind("tcp://127.0.0.1:*");
	rep.connect(req.lastEndpoint as string);
	for (let i = 0; i < 10; i++) {
		await req.send(String(i));
		await rep.send(await rep.receive());
		expect(texts(await req.receive())).toEqual([String(i)]);
	}
});
