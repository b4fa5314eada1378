/**
 * Endpoints as whole sockets show them: wildcards, names that resolve or not, sockets that meet in any order and in any number,
 * and ends of connections.
 */
import { connect as connectStream } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it, vi } from "vitest";
import { Context } from "../context.ts";
import { anyEndpoint, freeEndpoint, meet, open, PATIENT, TRANSPORTS, texts } from "../fixtures/open-sockets.ts";
import { Publisher, Subscriber } from "./publish-sockets.ts";
import { Dealer, Pair, Pull, Push, Reply, Request, Router } from "./sockets.ts";
import { Stream } from "./stream-socket.ts";

const code = (name: string) => expect.objectContaining({ code: name });
const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some((one) => one.address === "::1"));

async function bounce(rep: Reply, req: Request): Promise<void> {
	await req.send(["question", "part"]);
	expect(texts(await rep.receive())).toEqual(["question", "part"]);
	await rep.send(["answer", "part"]);
	expect(texts(await req.receive())).toEqual(["answer", "part"]);
}

describe("a tcp endpoint", () => {
	const cases: [endpoint: string, ipv6: boolean][] = [
		["tcp://*:*", false],
		["tcp://*:*", true],
		["tcp://127.0.0.1:*", false],
		["tcp://127.0.0.1:*", true],
		["tcp://[::1]:*", true],
		["tcp://127.0.0.1:0", false],
		["tcp://localhost:*", false],
	];

	it.each(cases.filter(([endpoint]) => hasIpv6 || !endpoint.includes("::")))(
		"bound as %s, with ipv6 %s, is shown resolved, carries requests, and is unbound by what was shown only",
		async (endpoint, ipv6) => {
			const [rep, req] = [open(new Reply({ ipv6: ipv6 && hasIpv6 })), open(new Request({ ipv6: ipv6 && hasIpv6 }))];
			await rep.bind(endpoint);
			const shown = rep.lastEndpoint as string;
			expect(shown).toMatch(/:[1-9]\d*$/);
			// A wildcard address is shown as the address of all interfaces, to which nobody can connect everywhere.
			req.connect(shown.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]"));
			await bounce(rep, req);
			await expect(rep.unbind(endpoint)).rejects.toEqual(code("ENOENT"));
			req.disconnect(req.lastEndpoint as string);
			await rep.unbind(shown);
			await expect(rep.unbind(shown)).rejects.toEqual(code("ENOENT"));
			await open(new Reply({ ipv6: ipv6 && hasIpv6 })).bind(shown);
		},
	);

	it.each([
		["tcp://127.0.0.1:1234", undefined],
		["tcp://localhost:1234", undefined],
		["tcp://no-such-host.invalid:1234", undefined],
		["tcp://localhost:foobar", "EINVAL"],
		["tcp://127.0.0.1:65536", "EINVAL"],
		["tcp://in val id:1234", "EINVAL"],
		["tcp://:1234", "EINVAL"],
		["tcp://", "EINVAL"],
		["invalid://localhost:1234", "EPROTONOSUPPORT"],
	])("connects to %s, or says %s at once", (endpoint, refused) => {
		const pub = open(new Publisher());
		if (refused === undefined) pub.connect(endpoint);
		else expect(() => pub.connect(endpoint)).toThrowError(code(refused));
	});

	it("carries a connection that was made before it was bound, for every message sent meanwhile", async () => {
		const endpoint = await freeEndpoint("tcp");
		const dealer = open(new Dealer());
		dealer.connect(endpoint);
		for (const text of ["foobar", "baz", "buzz"]) await dealer.send(text);
		const router = open(new Router());
		await router.bind(endpoint);
		for (const text of ["foobar", "baz", "buzz"]) expect(texts(await router.receive())?.at(-1)).toBe(text);
	});

	it("is one port for one socket, whatever its type, and ports are independent of each other", async () => {
		const [rep, pub] = [open(new Reply()), open(new Publisher())];
		await rep.bind("tcp://127.0.0.1:*");
		await expect(pub.bind(rep.lastEndpoint as string)).rejects.toEqual(code("EADDRINUSE"));
		await pub.bind("tcp://127.0.0.1:*");
		expect(pub.lastEndpoint).not.toBe(rep.lastEndpoint);
	});
});

describe.each(TRANSPORTS)("the last endpoint over %s", (transport) => {
	it("is the newest one, of several binds and connects", async () => {
		const router = open(new Router());
		const [a, b] = [await freeEndpoint(transport), await freeEndpoint(transport)];
		await router.bind(a);
		expect(router.lastEndpoint).toBe(a);
		await router.bind(b);
		expect(router.lastEndpoint).toBe(b);
		const dealer = open(new Dealer());
		for (const endpoint of [a, b]) {
			dealer.connect(endpoint);
			expect(dealer.lastEndpoint).toBe(endpoint);
		}
	});

	it("is bound again right after its unbind, over and over", async () => {
		const endpoint = await freeEndpoint(transport);
		const [push, pull] = [open(new Push({ immediate: true, reconnectInterval: 1 })), open(new Pull())];
		if (transport !== "inproc") push.connect(endpoint);
		for (let round = 0; round < 5; round++) {
			await pull.bind(endpoint);
			if (transport === "inproc") push.connect(endpoint);
			await push.send(String(round));
			expect(texts(await pull.receive())).toEqual([String(round)]);
			await pull.unbind(endpoint);
			await vi.waitFor(() => expect(push.writable).toBe(false), PATIENT);
		}
	});
});

describe("inproc names", () => {
	it("join many connects to a later bind, each with what it had sent", async () => {
		const endpoint = anyEndpoint("inproc");
		for (let i = 0; i < 10; i++) {
			const push = open(new Push());
			push.connect(endpoint);
			await push.send(String(i));
		}
		const pull = open(new Pull());
		await pull.bind(endpoint);
		const got = [];
		for (let i = 0; i < 10; i++) got.push(Number(await pull.receive()));
		expect(got.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
	});

	it("join a publisher that connected before its subscriber was bound: what it had sent until then is lost", async () => {
		const endpoint = anyEndpoint("inproc");
		const [pub, sub] = [open(new Publisher()), open(new Subscriber())];
		pub.connect(endpoint);
		expect(pub.trySend("before")).toBe("dropped");
		sub.subscribe();
		await sub.bind(endpoint);
		await pub.send("after");
		expect(texts(await sub.receive())).toEqual(["after"]);
	});

	it("join a ROUTER to a DEALER that came first, whose id stands in front", async () => {
		const endpoint = anyEndpoint("inproc");
		const [dealer, router] = [open(new Dealer()), open(new Router())];
		dealer.connect(endpoint);
		await router.bind(endpoint);
		await dealer.send(["A", "B"]);
		const [id, ...rest] = await router.receive();
		expect([id.length, ...rest.map(String)]).toEqual([5, "A", "B"]);
	});

	it("that nobody binds hold up nobody's end", async () => {
		await using context = new Context();
		const push = open(new Push({ context }));
		push.connect("inproc://never");
		await context.terminate();
	});

	it("lead to whoever has bound them last, after an unbind", async () => {
		const endpoint = anyEndpoint("inproc");
		const [first, second, pair] = [open(new Pair()), open(new Pair()), open(new Pair())];
		await first.bind(endpoint);
		await first.unbind(endpoint);
		await second.bind(endpoint);
		pair.connect(endpoint);
		await pair.send("foobar");
		expect(texts(await second.receive())).toEqual(["foobar"]);
	});

	it("are disconnected in the middle of a conversation, and connected again", async () => {
		const [pub, sub] = [open(new Publisher()), open(new Subscriber())];
		sub.subscribe();
		const endpoint = await meet("inproc", sub, pub);
		for (let round = 0; round < 5; round++) {
			await pub.send(["", String(round)]);
			expect(texts(await sub.receive())).toEqual(["", String(round)]);
			pub.disconnect(endpoint);
			expect(pub.trySend("nobody")).toBe("dropped");
			expect(() => pub.disconnect(endpoint)).toThrowError(code("ENOENT"));
			pub.connect(endpoint);
		}
		expect(sub.tryReceive()).toBeUndefined();
	});

	it("are bound and connected at the same time by fifty pairs of sockets", async () => {
		const pairs = Array.from({ length: 50 }, () => ({
			endpoint: anyEndpoint("inproc"),
			pub: open(new Publisher()),
			sub: open(new Subscriber()),
		}));
		await Promise.all(
			pairs.map(async ({ endpoint, pub, sub }, at) => {
				sub.subscribe();
				if (at % 2 === 0) sub.connect(endpoint);
				await pub.bind(endpoint);
				if (at % 2 === 1) sub.connect(endpoint);
				await pub.send(String(at));
				expect(texts(await sub.receive())).toEqual([String(at)]);
			}),
		);
	});
});

describe.each(TRANSPORTS)("PUSH and PULL over %s", (transport) => {
	it("share out in turn", async () => {
		const push = open(new Push());
		const pulls = [1, 2, 3].map(() => open(new Pull()));
		for (const pull of pulls) {
			await pull.bind(anyEndpoint(transport));
			push.connect(pull.lastEndpoint as string);
		}
		for (let i = 0; i < 6; i++) await push.send(String(i));
		for (const [at, pull] of pulls.entries())
			expect([await pull.receive(), await pull.receive()].map(String)).toEqual([String(at), String(at + 3)]);
	});

	it("lose with a connection that was accepted what was queued for it, and nothing else", async () => {
		const push = open(new Push({ sendHighWaterMark: 5 }));
		await push.bind(anyEndpoint(transport));
		const [gone, stays] = [open(new Pull({ receiveHighWaterMark: 1, linger: 0 })), open(new Pull())];
		gone.connect(push.lastEndpoint as string);
		await push.send("it is there");
		expect(texts(await gone.receive())).toEqual(["it is there"]);
		// More than a connection takes at once: some of it waits in the queue when the peer leaves.
		const heavy = Buffer.alloc(1 << 20);
		while (push.trySend(["for the one that goes", heavy]) === "sent") await new Promise(setImmediate);
		gone.close();
		await vi.waitFor(() => expect(push.pipeCount).toBe(0), PATIENT);
		stays.connect(push.lastEndpoint as string);
		await push.send("for the one that stays");
		expect(texts(await stays.receive())).toEqual(["for the one that stays"]);
		expect(stays.tryReceive()).toBeUndefined();
	});

	it("wait with a message while nobody is there", async () => {
		const push = open(new Push({ sendTimeout: 1 }));
		await expect(push.send("x")).rejects.toEqual(code("EAGAIN"));
		await push.bind(anyEndpoint(transport));
		expect(push.trySend("x")).toBe("no-peer");
		const pull = open(new Pull());
		await pull.bind(anyEndpoint(transport));
		expect(pull.tryReceive()).toBeUndefined();
	});
});

describe("a message of several frames", () => {
	it("whose receiver goes away in the middle is never continued to another one", async () => {
		const push = open(new Push({ sendHighWaterMark: 1 }));
		await push.bind("tcp://127.0.0.1:*");
		const first = open(new Pull({ receiveHighWaterMark: 1, maxMessageSize: 1000 }));
		first.connect(push.lastEndpoint as string);
		// The second frame is above what the receiver allows: it ends the connection there.
		await push.send(["a", "b".repeat(2000), "c"]);
		const lost = new Promise((resolve) => first.events.on("disconnect", resolve));
		await lost;
		first.close();
		await vi.waitFor(() => expect(push.pipeCount).toBe(0), PATIENT);
		const second = open(new Pull());
		second.connect(push.lastEndpoint as string);
		await push.send(["whole", "message"]);
		expect(texts(await second.receive())).toEqual(["whole", "message"]);
		expect([first.closed, second.tryReceive()]).toEqual([true, undefined]);
	});
});

describe("many sockets", () => {
	it("are open at once: a thousand, with no table to be full", async () => {
		const endpoint = anyEndpoint("inproc");
		const sockets = Array.from({ length: 1000 }, () => open(new Push()));
		const pull = open(new Pull());
		await pull.bind(endpoint);
		for (const socket of sockets) socket.connect(endpoint);
		await Promise.all(sockets.map((socket, at) => socket.send(String(at))));
		const got = new Set<string>();
		for (let i = 0; i < 1000; i++) got.add(String(await pull.receive()));
		expect(got.size).toBe(1000);
	});

	it("end in the middle of connecting, with their context, round after round", async () => {
		for (let round = 0; round < 10; round++) {
			const context = new Context({ socketOptions: { linger: 0 } });
			const pub = open(new Publisher({ context }));
			await pub.bind("tcp://127.0.0.1:*");
			for (let i = 0; i < 30; i++) {
				const sub = open(new Subscriber({ context }));
				sub.subscribe();
				sub.connect(pub.lastEndpoint as string);
			}
			await context.terminate();
			expect([pub.closed, pub.pipeCount]).toEqual([true, 0]);
		}
	});
});

describe("reconnecting, as the monitor tells it", () => {
	const watched = async (endpoint: string, options: object) => {
		const sub = open(new Subscriber(options));
		const events = sub.events[Symbol.asyncIterator]();
		const next = async (): Promise<string> => {
			const { value } = await events.next();
			return value?.type ?? "none";
		};
		sub.subscribe();
		sub.connect(endpoint);
		return { sub, next };
	};

	it("is tried once after the interval, and comes back with the listener", async () => {
		const endpoint = await freeEndpoint("tcp");
		const pub = open(new Publisher());
		await pub.bind(endpoint);
		const { sub, next } = await watched(endpoint, { reconnectInterval: 20 });
		expect([await next(), await next(), await next()]).toEqual(["connect:delay", "connect", "handshake"]);
		await pub[Symbol.asyncDispose]();
		expect([await next(), await next()]).toEqual(["disconnect", "connect:retry"]);
		const again = open(new Publisher());
		await again.bind(endpoint);
		const told: string[] = [];
		while (told.at(-1) !== "handshake") told.push(await next());
		expect(told.slice(-3)).toEqual(["connect:delay", "connect", "handshake"]);
		await vi.waitFor(() => expect(again.topicsCount).toBe(1), PATIENT);
		await again.send("x");
		expect(texts(await sub.receive())).toEqual(["x"]);
	});

	it("waits as long as the interval says, and does nothing meanwhile", async () => {
		const endpoint = await freeEndpoint("tcp");
		const { sub, next } = await watched(endpoint, { reconnectInterval: 60_000 });
		expect([await next(), await next(), await next()]).toEqual(["connect:delay", "close", "connect:retry"]);
		await expect(sub.events.receive({ timeoutMs: 5 })).rejects.toEqual(code("EAGAIN"));
	});

	it("is not tried after a handshake that nobody answers, when told so", async () => {
		const silent = open(new Stream());
		await silent.bind("tcp://127.0.0.1:*");
		const { next, sub } = await watched(silent.lastEndpoint as string, { handshakeInterval: 20, reconnectStop: ["handshake"] });
		expect([await next(), await next(), await next(), await next()]).toEqual([
			"connect:delay",
			"connect",
			"handshake:error:other",
			"disconnect",
		]);
		await expect(sub.events.receive({ timeoutMs: 5 })).rejects.toEqual(code("EAGAIN"));
	});
});

it("a peer that never greets is dropped after the handshake interval, and the listener serves the next one", async () => {
	const pull = open(new Pull({ handshakeInterval: 20 }));
	await pull.bind("tcp://127.0.0.1:*");
	const dropped = new Promise((resolve) => pull.events.on("handshake:error:other", resolve));
	const raw = connectStream(Number(pull.lastEndpoint?.split(":").pop()), "127.0.0.1");
	raw.resume();
	const ended = new Promise((resolve) => raw.once("close", resolve));
	await Promise.all([dropped, ended]);
	const push = open(new Push());
	push.connect(pull.lastEndpoint as string);
	await push.send("x");
	expect(texts(await pull.receive())).toEqual(["x"]);
});
