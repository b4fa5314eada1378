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
import { atEnd, meanwhile, meet, open, texts, until } from "./open-sockets.ts";
import { type Kind, make, PARTNERS } from "./socket-kinds.ts";
import { commandBody, properties, readProperties } from "./wire.ts";
import { BINARY, dialWs, listenWs, type RawWs, TEXT } from "./ws-peer.ts";

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
async function client(socket: Socket, type: string, endpoint?: string): Promise<RawWs> {
	const ws = await dialWs(endpoint ?? (await meet("ws", socket)), NULL);
	ws.write(ready(type));
	expect((await ws.command()).name).toBe("READY");
	return ws;
}

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

covers(["45/plain-zws-1", "45/plain-zws-2"], WS, "sockets of every type do without a mechanism", async () => {
	for (const kind of Object.keys(PARTNERS) as Kind[]) {
		const socket = make(kind);
		const accepted = next(socket, "handshake");
		const ws = await dialWs(await meet("ws", socket), "ZWS2.0");
		expect([kind, ws.protocol]).toEqual([kind, "ZWS2.0"]);
		expect(await ws.frame()).toEqual({ flags: 0, body: Buffer.alloc(0) });
		ws.write("\x00");
		await accepted;
	}
});

covers(
	["45/plain-zws-2", "45/plain-zws-3", "45/frame-2"],
	WS,
	"there anything but a routing id in one last frame is no beginning",
	async () => {
		const pull = open(new Pull());
		const endpoint = await meet("ws", pull);
		for (const [first, reason] of [
			["\x01more", "ERR_ZMTP_UNEXPECTED_COMMAND"],
			["\x02\x05READY", "ERR_ZMTP_UNEXPECTED_COMMAND"],
			["\x03", "ERR_ZMTP_MALFORMED_FRAME"],
			[`\0${"i".repeat(256)}`, "ERR_ZMTP_INVALID_METADATA"],
		] as const) {
			const refused = verdict(pull);
			const ws = await dialWs(endpoint, "ZWS2.0");
			ws.write(Buffer.from(first, "latin1"));
			expect([first, await refused]).toEqual([first, reason]);
			await ws.closed();
		}
	},
);

covers(["45/mechanism-3", "45/mechanism-4"], WS, "commands may come before, between and behind messages and their frames", async () => {
	const dealer = open(new Dealer());
	const ws = await client(dealer, "DEALER");
	const commands = [commandFrame("UNKNOWN", "data"), commandFrame("X"), commandFrame("L".repeat(255), Buffer.alloc(300))];
	for (const text of ["one", "two"]) {
		for (const command of commands) ws.write(command);
		ws.write(`\x01${text}`);
		for (const command of commands) ws.write(command);
		ws.write("\x00end");
	}
	for (const text of ["one", "two"]) expect(texts(await dealer.receive())).toEqual([text, "end"]);
	await dealer.send("answer");
	expect(await ws.message()).toEqual(["answer"]);
});

covers(["45/mechanism-3", "45/mechanism-4"], WS, "the handshake is commands, whose names have a length and are there", async () => {
	const pull = open(new Pull());
	const endpoint = await meet("ws", pull);
	for (const [first, reason] of [
		["\0message", "ERR_ZMTP_UNEXPECTED_COMMAND"],
		["\x01message", "ERR_ZMTP_UNEXPECTED_COMMAND"],
		["\x02\x05HELLO", "ERR_ZMTP_UNEXPECTED_COMMAND"],
		["\x02", "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED"],
		["\x02\0", "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED"],
		["\x02\x06READY", "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED"],
	] as const) {
		const refused = verdict(pull);
		const ws = await dialWs(endpoint, NULL);
		ws.write(first);
		expect([first, await refused]).toEqual([first, reason]);
		await ws.closed();
	}
	for (const nameless of ["\x02", "\x02\0", "\x02\x05PING"]) {
		const gone = next(pull, "disconnect");
		(await client(pull, "PUSH", endpoint)).write(nameless);
		expect((await gone).error).toMatchObject({ reason: "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED" });
	}
});

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
		expect([handshake.final, handshake.opcode, handshake.masked]).toEqual([true, BINARY, true]);
		expect(handshake.payload.toString("latin1")).toBe("\x02\x05READY\x0bSocket-Type\0\0\0\x04PUSH");
		await push.send("masked");
		await meanwhile("ws");
		expect(accepted.raw.unread.length).toBe(0);
		accepted.write(ready("PULL"));
		const { final, opcode, masked, payload } = await accepted.next();
		expect([final, opcode, masked, String(payload)]).toEqual([true, BINARY, true, "\x00masked"]);
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
		const push = open(new Push(LOGIN));
		push.connect(listener.endpoint);
		await push.send("at last");
		const accepted = await listener.next("ZWS2.0/PLAIN");
		expect(await accepted.command()).toEqual({ name: "HELLO", data: Buffer.from("\x03joe\x06secret") });
		accepted.write(commandFrame("WELCOME"));
		const initiate = await accepted.command();
		expect([initiate.name, String(readProperties(initiate.data).get("Socket-Type"))]).toEqual(["INITIATE", "PUSH"]);
		await meanwhile("ws");
		expect(accepted.raw.unread.length).toBe(0);
		accepted.write(ready("PULL"));
		expect(await accepted.message()).toEqual(["at last"]);
	},
);

covers(["45/frame-2", "45/websocket-2", "45/frame-1"], WS, "other flags, text and empty messages end the connection", async () => {
	const wrong: readonly (readonly [write: (ws: RawWs) => void, reason: string])[] = [
		...[3, 4, 5, 128, 255].map((flags) => [(ws: RawWs) => ws.write(Buffer.of(flags, 1)), "ERR_ZMTP_MALFORMED_FRAME"] as const),
		[(ws) => ws.write("\x00text", { opcode: TEXT }), "ERR_ZWS_TEXT_MESSAGE"],
		[(ws) => ws.write(""), "ERR_ZMTP_MALFORMED_FRAME"],
		[(ws) => ws.write("\x00unmasked", { masked: false }), "ERR_WS_UNSPECIFIED"],
		[(ws) => ws.write("\x00x", { opcode: 3 }), "ERR_WS_UNSPECIFIED"],
	];
	for (const [write, reason] of wrong) {
		const pull = open(new Pull());
		const ws = await client(pull, "PUSH");
		ws.send("before");
		expect(texts(await pull.receive())).toEqual(["before"]);
		const gone = next(pull, "disconnect");
		write(ws);
		expect((await gone).error).toMatchObject({ reason });
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

/** A scripted client of our socket, which says of itself no more than that it is a PUB or a SUB. */
async function pubSub(socket: Socket, name: "PUB" | "SUB", other: string): Promise<RawWs> {
	const ws = await dialWs(await meet("ws", socket), NULL);
	expect(await ws.command()).toEqual({ name: "READY", data: properties([["Socket-Type", name]]) });
	ws.write(ready(other));
	return ws;
}

covers(["45/pubsub-1"], WS, "XPUB and XSUB that connect call themselves PUB and SUB, too", async () => {
	for (const [socket, name] of [
		[open(new XPublisher()), "PUB"],
		[open(new XSubscriber()), "SUB"],
	] as const) {
		const listener = await listenWs();
		socket.connect(listener.endpoint);
		const ws = await listener.next(NULL);
		expect(await ws.command()).toEqual({ name: "READY", data: properties([["Socket-Type", name]]) });
	}
});

covers(["45/pubsub-1", "45/pubsub-2"], WS, "SUB and XSUB send messages of 1 and 0, and PUB and XPUB go by them", async () => {
	const [subscriber, xsub] = [open(new Subscriber()), open(new XSubscriber())];
	for (const socket of [subscriber, xsub]) {
		const ws = await pubSub(socket, "SUB", "PUB");
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
			const ws = await pubSub(publisher, "PUB", kind);
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
