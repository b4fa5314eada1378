/** ZWS 2.0: our sockets against scripted peers over WebSocket, and against each other. */
import {
	Authenticator,
	Dealer,
	Publisher,
	Pull,
	Push,
	Router,
	type Socket,
	type SocketOptionsInput,
	Subscriber,
	XPublisher,
	XSubscriber,
} from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { next, verdict } from "./events.ts";
import { atEnd, meet, open, texts, until } from "./open-sockets.ts";
import { type Kind, make, PARTNERS } from "./socket-kinds.ts";
import { commandBody, properties, readProperties } from "./wire.ts";
import { BINARY, CLOSE, dialWs, headerOf, listenWs, type RawWs, TEXT } from "./ws-peer.ts";

const WS = { transports: ["ws"] } as const;
const NULL = "ZWS2.0/NULL";
const LOGIN: SocketOptionsInput = { plainUsername: "joe", plainPassword: "secret" };

function commandFrame(name: string, data: Uint8Array | string = ""): Buffer {
	return Buffer.concat([Buffer.of(2), commandBody(name, data)]);
}

function ready(type: string): Buffer {
	return commandFrame("READY", properties([["Socket-Type", type]]));
}

/** A scripted client of our socket, after the handshake of NULL. */
async function client(socket: Socket, type: string): Promise<RawWs> {
	const ws = await dialWs(await meet("ws", socket), NULL);
	ws.write(ready(type));
	expect((await ws.command()).name).toBe("READY");
	return ws;
}

covers(
	["45/websocket-1", "45/handshake-1", "45/handshake-2", "45/handshake-3"],
	WS,
	"our client asks for the host, the path and the protocols that it has to",
	async () => {
		for (const [options, protocols] of [
			[{}, [NULL, "ZWS2.0"]],
			[LOGIN, ["ZWS2.0/PLAIN"]],
		] as const) {
			const listener = await listenWs("/some/path");
			open(new Push(options)).connect(listener.endpoint);
			const { head, protocol } = await listener.next(protocols[0]);
			expect(head).toMatch(/^GET \/some\/path HTTP\/1\.1\r\n/);
			expect(headerOf(head, "host")).toBe(new URL(listener.endpoint).host);
			expect(headerOf(head, "upgrade")?.toLowerCase()).toBe("websocket");
			const offered = (protocol ?? "").split(",").map((one) => one.trim());
			expect(offered.length).toBeGreaterThan(0);
			for (const one of offered) expect(protocols).toContain(one);
		}
	},
);

covers(["45/handshake-4", "45/handshake-2"], WS, "our server chooses one of the client's protocols and says which", async () => {
	const endpoint = await meet("ws", open(new Pull()));
	for (const [offered, chosen] of [
		[NULL, NULL],
		["ZWS2.0", "ZWS2.0"],
		["chat, ZWS2.0", "ZWS2.0"],
		[`chat,${NULL}, other`, NULL],
	] as const) {
		const { head, protocol } = await dialWs(endpoint, offered);
		expect(head).toMatch(/^HTTP\/1\.1 101 /);
		expect(protocol).toBe(chosen);
	}
	const plain = await dialWs(await meet("ws", open(new Pull({ plainServer: true }))), `${NULL}, ZWS2.0, ZWS2.0/PLAIN`);
	expect(plain.protocol).toBe("ZWS2.0/PLAIN");
});

covers(["45/handshake-5"], WS, "a client without a protocol that we know is turned away", async () => {
	const endpoint = await meet("ws", open(new Pull()));
	for (const offered of ["chat", "zws2.0", "ZWS1.0", "ZWS2.0/PLAIN"]) {
		const answer = await dialWs(endpoint, offered).then(
			async (ws) => {
				await ws.raw.ended();
				return ws.head;
			},
			() => "",
		);
		expect(answer).not.toMatch(/^HTTP\/1\.1 101 /);
	}
});

covers(
	["45/plain-zws-1", "45/plain-zws-2", "45/plain-zws-3", "45/frame-1", "45/frame-2"],
	WS,
	"without a mechanism each side's first message is its routing id, and messages follow, binding or connecting",
	async () => {
		const router = open(new Router({ routingId: "router" }));
		const ws = await dialWs(await meet("ws", router), "ZWS2.0");
		expect(await ws.frame()).toEqual({ flags: 0, body: Buffer.from("router") });
		ws.write("\x00them");
		ws.send("two", "", "frames");
		expect(texts(await router.receive())).toEqual(["them", "two", "", "frames"]);
		await router.send(["them", "an", "answer"]);
		expect([await ws.frame(), await ws.frame()]).toEqual([
			{ flags: 1, body: Buffer.from("an") },
			{ flags: 0, body: Buffer.from("answer") },
		]);
		const listener = await listenWs();
		const dealer = open(new Dealer({ routingId: "us" }));
		dealer.connect(listener.endpoint);
		const accepted = await listener.next("ZWS2.0");
		expect(await accepted.frame()).toEqual({ flags: 0, body: Buffer.from("us") });
		accepted.write("\x00");
		await dealer.send("hello");
		expect(await accepted.message()).toEqual(["hello"]);
		accepted.send("hello", "too");
		expect(texts(await dealer.receive())).toEqual(["hello", "too"]);
	},
);

covers(
	["45/mechanism-1", "45/mechanism-3", "45/mechanism-4", "45/frame-1", "45/frame-2", "45/websocket-2"],
	WS,
	"with NULL both sides send READY as a command, and everything goes in whole binary messages of WebSocket",
	async () => {
		const dealer = open(new Dealer({ routingId: "us" }));
		const ws = await dialWs(await meet("ws", dealer), NULL);
		ws.write(ready("DEALER"));
		const first = await ws.next();
		expect([first.final, first.opcode, first.masked, first.payload[0]]).toEqual([true, BINARY, false, 2]);
		expect(first.payload.toString("latin1", 1)).toBe("\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\x02us");
		const sizes = [0, 1, 124, 125, 126, 65_534, 65_535, 70_000];
		await dealer.send(sizes.map((size) => Buffer.alloc(size, "x")));
		for (const [index, size] of sizes.entries()) {
			const { final, opcode, masked, payload } = await ws.next();
			expect([final, opcode, masked, payload[0], payload.length]).toEqual([
				true,
				BINARY,
				false,
				index < sizes.length - 1 ? 1 : 0,
				size + 1,
			]);
		}
		ws.send(...sizes.map((size) => Buffer.alloc(size, "y")));
		expect((await dealer.receive()).map(({ length }) => length)).toEqual(sizes);
		const listener = await listenWs();
		const push = open(new Push());
		push.connect(listener.endpoint);
		const accepted = await listener.next(NULL);
		const handshake = await accepted.next();
		expect([handshake.opcode, handshake.masked, handshake.payload[0]]).toEqual([BINARY, true, 2]);
		accepted.write(ready("PULL"));
		await push.send("masked");
		const { masked, payload } = await accepted.next();
		expect([masked, String(payload)]).toEqual([true, "\x00masked"]);
	},
);

covers(
	["45/mechanism-2", "45/mechanism-3", "45/security-1"],
	WS,
	"with PLAIN the client proves itself, in clear, and a wrong password is refused",
	async () => {
		const judge = new Authenticator({ plain: { joe: "secret" } });
		atEnd(() => judge.close());
		await judge.start();
		const pull = open(new Pull({ plainServer: true }));
		const endpoint = await meet("ws", pull);
		const ws = await dialWs(endpoint, "ZWS2.0/PLAIN");
		ws.write(commandFrame("HELLO", "\x03joe\x06secret"));
		expect(await ws.command()).toEqual({ name: "WELCOME", data: Buffer.alloc(0) });
		ws.write(commandFrame("INITIATE", properties([["Socket-Type", "PUSH"]])));
		const { name, data } = await ws.command();
		expect([name, String(readProperties(data).get("Socket-Type"))]).toEqual(["READY", "PULL"]);
		ws.send("let in");
		expect(texts(await pull.receive())).toEqual(["let in"]);
		const refused = next(pull, "handshake:error:auth");
		const stranger = await dialWs(endpoint, "ZWS2.0/PLAIN");
		stranger.write(commandFrame("HELLO", "\x03joe\x05wrong"));
		expect((await refused).error.status).toBe(400);
		await stranger.raw.ended();
		const listener = await listenWs();
		open(new Push(LOGIN)).connect(listener.endpoint);
		const accepted = await listener.next("ZWS2.0/PLAIN");
		expect(await accepted.command()).toEqual({ name: "HELLO", data: Buffer.from("\x03joe\x06secret") });
	},
);

covers(["45/frame-2", "45/websocket-2", "45/frame-1"], WS, "other flags, text and empty messages end the connection", async () => {
	const wrong: readonly ((ws: RawWs) => void)[] = [
		...[3, 4, 5, 128, 255].map((flags) => (ws: RawWs) => ws.write(Buffer.of(flags, 1))),
		(ws) => ws.write("\x00text", { opcode: TEXT }),
		(ws) => ws.write(""),
		(ws) => ws.write("\x00unmasked", { masked: false }),
		(ws) => ws.write("\x00x", { opcode: 3 }),
	];
	for (const make of wrong) {
		const pull = open(new Pull());
		const ws = await client(pull, "PUSH");
		ws.send("before");
		expect(texts(await pull.receive())).toEqual(["before"]);
		const gone = next(pull, "disconnect");
		make(ws);
		await gone;
		expect(await ws.closed()).toEqual([]);
	}
});

covers(["45/frame-1"], WS, "a message of WebSocket that comes in pieces is still one frame", async () => {
	const pull = open(new Pull());
	const ws = await client(pull, "PUSH");
	ws.write("\x00pi", { final: false });
	ws.write("ec", { opcode: 0, final: false });
	ws.write("es", { opcode: 0 });
	expect(texts(await pull.receive())).toEqual(["pieces"]);
});

covers(["45/types-1"], WS, "each of the pairs of types is let in or disconnected, as the list says", async () => {
	const kinds = Object.keys(PARTNERS).filter((kind) => !["XPUB", "XSUB", "PEER", "CHANNEL"].includes(kind)) as Kind[];
	for (const kind of kinds) {
		const socket = make(kind);
		const endpoint = await meet("ws", socket);
		for (const other of kinds) {
			const verdictOfIt = verdict(socket);
			const ws = await dialWs(endpoint, NULL);
			ws.write(ready(other));
			const fits = PARTNERS[kind].includes(other);
			expect([kind, other, await verdictOfIt]).toEqual([kind, other, fits ? "handshake" : "ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE"]);
			if (!fits) await ws.closed();
		}
	}
});

covers(["45/pubsub-1", "45/pubsub-2"], WS, "SUB and XSUB send messages of 1 and 0, and PUB and XPUB go by them", async () => {
	const [subscriber, xsub] = [open(new Subscriber()), open(new XSubscriber())];
	for (const socket of [subscriber, xsub]) {
		const ws = await client(socket, "PUB");
		if (socket === subscriber) subscriber.subscribe("ab");
		else await xsub.send("\x01ab");
		expect(await ws.message()).toEqual(["\x01ab"]);
		ws.send("abc");
		expect(texts(await socket.receive())).toEqual(["abc"]);
		if (socket === subscriber) subscriber.unsubscribe("ab");
		else await xsub.send("\x00ab");
		expect(await ws.message()).toEqual(["\x00ab"]);
	}
	for (const publisher of [open(new Publisher()), open(new XPublisher())])
		for (const kind of ["SUB", "XSUB"]) {
			const ws = await client(publisher, kind);
			ws.send("\x01ab");
			await until(() => publisher.topicsCount === 1);
			for (const text of ["a", "abc"]) await publisher.send(text);
			expect(await ws.message()).toEqual(["abc"]);
			ws.send("\x00ab");
			await until(() => publisher.topicsCount === 0);
			if (publisher instanceof XPublisher)
				expect([await publisher.receive(), await publisher.receive()].map(String)).toEqual(["\x01ab", "\x00ab"]);
			await publisher.unbind(publisher.lastEndpoint as string);
		}
});

covers(["45/websocket-1"], WS, "nothing but a request for WebSocket begins a connection, and a close of WebSocket ends it", async () => {
	const pull = open(new Pull());
	const ws = await client(pull, "PUSH");
	const gone = next(pull, "disconnect");
	ws.write(Buffer.of(3, 0xe8), { opcode: CLOSE });
	await gone;
	await ws.raw.ended();
});
