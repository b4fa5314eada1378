/**
 * Several sockets at one tcp port, told apart by the resource that a peer names (RFC 37).
 */
import { describe, expect, it, vi } from "vitest";
import { Authenticator } from "../authenticator.ts";
import { freeEndpoint, open, PATIENT } from "../fixtures/open-sockets.ts";
import type { SocketEventOf, SocketEventType } from "../monitor.ts";
import { curveKeyPair } from "../security/curve-keys.ts";
import type { Socket } from "../socket/socket.ts";
import { greeted, rawClient, ready } from "../transport/fixtures/tcp-ends.ts";
import { encodeReady } from "../wire/command.ts";
import { encodeFrame, FLAG_COMMAND } from "../wire/frame.ts";
import { Dish, Radio } from "./draft-sockets.ts";
import { Publisher, Subscriber } from "./publish-sockets.ts";
import { Dealer, Pull, Push, Reply, Request, Router } from "./sockets.ts";
import { Stream } from "./stream-socket.ts";

const code = (name: string) => expect.objectContaining({ code: name });
const soon = { reconnectInterval: 1 };

function heard<T extends SocketEventType>(socket: Socket, type: T): Promise<SocketEventOf<T>> {
	return new Promise((resolve) => socket.events.on(type, resolve));
}

/** Binds the sockets at one port, each with its resource; returns the endpoint without one. */
async function shared(sockets: Readonly<Record<string, Socket>>): Promise<string> {
	let port = "tcp://127.0.0.1:*";
	for (const [resource, socket] of Object.entries(sockets)) {
		await socket.bind(`${port}/${resource}`);
		port = (socket.lastEndpoint as string).slice(0, -resource.length - 1);
	}
	return port;
}

describe("sockets that share a port", () => {
	it("of different types each get their own peers", async () => {
		const [reply, publisher, pull] = [open(new Reply()), open(new Publisher()), open(new Pull())];
		const port = await shared({ "system/echo": reply, news: publisher, "in.1": pull });
		expect(reply.lastEndpoint).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+\/system\/echo$/);
		const [request, subscriber, push] = [open(new Request()), open(new Subscriber()), open(new Push())];
		subscriber.subscribe("");
		const joined = heard(publisher, "handshake");
		request.connect(`${port}/system/echo`);
		subscriber.connect(`${port}/news`);
		push.connect(`${port}/in.1`);
		await request.send("ping");
		await reply.send(await reply.receive());
		expect(String(await request.receive())).toBe("ping");
		await push.send("x");
		expect(String(await pull.receive())).toBe("x");
		expect((await joined).peer.get("resource")).toEqual(Buffer.from("news"));
		const sending = setInterval(() => publisher.trySend("extra"), 1);
		expect(String(await subscriber.receive())).toBe("extra");
		clearInterval(sending);
	});

	it("say what they want where they bind: SUB and DISH", async () => {
		const [subscriber, dish] = [open(new Subscriber()), open(new Dish())];
		subscriber.subscribe("a");
		dish.join("g");
		const port = await shared({ sub: subscriber, dish });
		const [publisher, radio] = [open(new Publisher()), open(new Radio())];
		publisher.connect(`${port}/sub`);
		radio.connect(`${port}/dish`);
		const sending = setInterval(() => {
			publisher.trySend("b");
			publisher.trySend("a");
			radio.trySend("x", { group: "g" });
		}, 1);
		expect(String(await subscriber.receive())).toBe("a");
		expect(String((await dish.receive())[0])).toBe("x");
		clearInterval(sending);
	});

	it("may be bound after their peers have connected, which wait in their handshake", async () => {
		const first = open(new Pull());
		const port = await shared({ first });
		const push = open(new Push({ reconnectInterval: -1 }));
		const there = heard(first, "accept");
		push.connect(`${port}/late`);
		await push.send("kept");
		await there;
		const late = open(new Pull());
		await late.bind(`${port}/late`);
		expect(String(await late.receive())).toBe("kept");
	});

	it("may come late for peers of every mechanism, and still be of the wrong type", async () => {
		const [server, client] = [curveKeyPair(), curveKeyPair()];
		await using authenticator = new Authenticator({ plain: { ada: "pw" }, curve: "any" });
		await authenticator.start();
		const mechanisms = [
			[{}, {}],
			[{ plainServer: true }, { plainUsername: "ada", plainPassword: "pw" }],
			[
				{ curveServer: true, curveSecretKey: server.secretKey },
				{ curveServerKey: server.publicKey, curvePublicKey: client.publicKey, curveSecretKey: client.secretKey },
			],
		];
		for (const [theirs, ours] of mechanisms) {
			const first = open(new Pull(theirs));
			const port = await shared({ first });
			let accepted = 0;
			first.events.on("accept", () => {
				accepted += 1;
			});
			const [push, wrong] = [open(new Push({ ...ours, reconnectInterval: -1 })), open(new Push({ ...ours, linger: 0 }))];
			push.connect(`${port}/late`);
			wrong.connect(`${port}/wrong`);
			await push.send("kept");
			await vi.waitFor(() => expect(accepted).toBe(2), PATIENT);
			const [late, reply] = [open(new Pull(theirs)), open(new Reply(theirs))];
			const mismatch = heard(reply, "handshake:error:protocol");
			await late.bind(`${port}/late`);
			await reply.bind(`${port}/wrong`);
			expect(String(await late.receive())).toBe("kept");
			expect((await mismatch).error).toMatchObject({ reason: "ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE" });
			wrong.close();
		}
	});

	it("have nothing for a peer that names no resource, or is too old to name one", async () => {
		const pull = open(new Pull());
		const port = await shared({ only: pull });
		const nameless = open(new Push({ linger: 0, ...soon }));
		const unknown = heard(pull, "handshake:error:protocol");
		nameless.connect(port);
		expect((await unknown).error).toMatchObject({ reason: "ERR_ZMTP_UNKNOWN_RESOURCE" });
		nameless.close();
		const old = await rawClient(port);
		const refused = new Promise<SocketEventOf<"handshake:error:protocol">>((resolve) =>
			pull.events.on("handshake:error:protocol", (event) => {
				if ((event.error as Error & { reason?: string }).reason === "ERR_ZMTP_VERSION") resolve(event);
			}),
		);
		old.write(Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, 8, 0, 0]));
		await refused;
	});

	it("are told of a peer of the wrong type, and tell it", async () => {
		const [pull, reply] = [open(new Pull()), open(new Reply())];
		const port = await shared({ pull, reply });
		const wrong = heard(reply, "handshake:error:protocol");
		const push = open(new Push({ linger: 0 }));
		const told = heard(push, "handshake:error:protocol");
		push.connect(`${port}/reply`);
		expect((await wrong).error).toMatchObject({ reason: "ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE" });
		expect((await told).error).toMatchObject({ reason: "ERR_ZMTP_REFUSED_BY_PEER" });
	});

	it("leave one by one: the others stay, and the last one frees the port", async () => {
		const [a, b] = [open(new Pull()), open(new Pull())];
		const port = await shared({ a, b });
		const [pushA, pushB] = [open(new Push({ linger: 0, ...soon })), open(new Push())];
		const lost = heard(pushA, "disconnect");
		pushA.connect(`${port}/a`);
		pushB.connect(`${port}/b`);
		await pushA.send("1");
		await a.receive();
		await a.unbind(a.lastEndpoint as string);
		await lost;
		pushA.close();
		await pushB.send("2");
		expect(String(await b.receive())).toBe("2");
		await expect(open(new Pull()).bind(port)).rejects.toThrow(code("EADDRINUSE"));
		await b.unbind(b.lastEndpoint as string);
		const alone = open(new Pull());
		await alone.bind(port);
		await alone.unbind(port);
		await a.bind(`${port}/again`);
	});

	it("cannot have the same resource, nor a port that somebody has alone", async () => {
		const pull = open(new Pull());
		const port = await shared({ a: pull });
		await expect(open(new Pull()).bind(`${port}/a`)).rejects.toThrow(code("EADDRINUSE"));
		const alone = open(new Pull());
		await alone.bind("tcp://127.0.0.1:*");
		await expect(open(new Pull()).bind(`${alone.lastEndpoint}/a`)).rejects.toThrow(code("EADDRINUSE"));
		await alone.unbind(alone.lastEndpoint as string);
		await open(new Pull()).bind(`${alone.lastEndpoint}/a`);
	});

	it("may be bound at the same moment", async () => {
		const endpoint = await freeEndpoint("tcp");
		const pulls = ["a", "b", "c"].map((resource) => ({ resource, pull: open(new Pull()) }));
		await Promise.all(pulls.map(({ resource, pull }) => pull.bind(`${endpoint}/${resource}`)));
		for (const { resource, pull } of pulls) {
			const push = open(new Push());
			push.connect(`${endpoint}/${resource}`);
			await push.send(resource);
			expect(String(await pull.receive())).toBe(resource);
		}
	});

	it("share their security, CURVE and PLAIN alike, and refuse who differs", async () => {
		const [server, client] = await Promise.all([curveKeyPair(), curveKeyPair()]);
		const secure = { curveServer: true, curveSecretKey: server.secretKey };
		const [pull, router] = [open(new Pull(secure)), open(new Router(secure))];
		const port = await shared({ pull, router });
		await expect(open(new Pull()).bind(`${port}/open`)).rejects.toThrow(/securityMechanism/);
		await expect(open(new Pull({ ...secure, curveSecretKey: client.secretKey })).bind(`${port}/other`)).rejects.toThrow(/curveSecretKey/);
		const keys = { curveServerKey: server.publicKey, curvePublicKey: client.publicKey, curveSecretKey: client.secretKey };
		await expect(open(new Pull(keys)).bind("tcp://127.0.0.1:*/a")).rejects.toThrow(code("EINVAL"));
		const [push, dealer] = [open(new Push(keys)), open(new Dealer(keys))];
		push.connect(`${port}/pull`);
		dealer.connect(`${port}/router`);
		await push.send("secret");
		expect(String(await pull.receive())).toBe("secret");
		await dealer.send("hello");
		const [id] = await router.receive();
		await router.send([id as Buffer, "you"]);
		expect(String(await dealer.receive())).toBe("you");
	});

	it("let PLAIN clients in by their name", async () => {
		await using authenticator = new Authenticator({ plain: { ada: "pw" } });
		await authenticator.start();
		const pull = open(new Pull({ plainServer: true }));
		const port = await shared({ pull });
		const push = open(new Push({ plainUsername: "ada", plainPassword: "pw" }));
		push.connect(`${port}/pull`);
		await push.send("x");
		expect(String(await pull.receive())).toBe("x");
	});

	it("are no STREAM, which has no handshake", async () => {
		await expect(open(new Stream()).bind("tcp://127.0.0.1:*/a")).rejects.toThrow(code("EINVAL"));
		expect(() => open(new Stream()).connect("tcp://127.0.0.1:5555/a")).toThrow(code("EINVAL"));
	});

	it("end in the middle of handshakes and leave nothing behind", async () => {
		for (let round = 0; round < 20; round++) {
			const [a, b, push] = [new Pull({ linger: 0 }), new Pull({ linger: 0 }), new Push({ linger: 0, ...soon })];
			const endpoint = await freeEndpoint("tcp");
			const binds = [a.bind(`${endpoint}/a`), b.bind(`${endpoint}/b`)].map((bind) =>
				bind.catch((error: unknown) => expect(error).toEqual(code("EBADF"))),
			);
			push.connect(`${endpoint}/b`);
			// The socket may be closed before this one is let in.
			const silent = round % 2 === 0 ? undefined : rawClient(endpoint).catch(() => undefined);
			for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve));
			await Promise.all([a, b, push].map((socket) => socket[Symbol.asyncDispose]()));
			await Promise.all([...binds, silent]);
			const next = open(new Pull());
			await next.bind(endpoint);
		}
	});

	it("do not wait for a judge as long as a peer may wait for them", async () => {
		// It never answers.
		await open(new Router()).bind("inproc://zeromq.zap.01");
		const first = open(new Pull({ zapDomain: "home", handshakeInterval: 20 }));
		const port = await shared({ first });
		const late = heard(first, "handshake:error:other");
		const raw = await rawClient(port);
		const asking = encodeReady(
			Object.entries({ "Socket-Type": "PUSH", Resource: "later" }).map(([name, text]) => [name, Buffer.from(text)]),
		);
		raw.write(greeted(encodeFrame(FLAG_COMMAND, asking)));
		expect((await late).error).toEqual(code("EAGAIN"));
	});

	it("do not take what comes before the handshake of a peer that never chooses", async () => {
		const pull = open(new Pull());
		const port = await shared({ pull });
		const rejected = heard(pull, "handshake:error:protocol");
		const raw = await rawClient(port);
		raw.write(greeted(ready("PUSH")));
		expect((await rejected).error).toMatchObject({ reason: "ERR_ZMTP_UNKNOWN_RESOURCE" });
	});
});
