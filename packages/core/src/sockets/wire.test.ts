/**
 * Whole sockets facing peers that are a few lines of raw tcp: subscriptions in both forms, frames that a type does not have, and
 * STREAM at its edges.
 */
import { connect as connectStream, createServer, type Socket as TcpSocket } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { meet, open, PATIENT, texts } from "../fixtures/open-sockets.ts";
import { encodeCommand, encodeReady } from "../wire/command.ts";
import { encodeFrame, FLAG_COMMAND, FLAG_MORE, FrameDecoder } from "../wire/frame.ts";
import { encodeGreeting, GREETING_BYTES } from "../wire/greeting.ts";
import { Client, Gather, Server } from "./draft-sockets.ts";
import { Publisher, Subscriber, XPublisher, XSubscriber } from "./publish-sockets.ts";
import { Dealer } from "./sockets.ts";
import { Stream } from "./stream-socket.ts";

/** A raw peer: greets as `type` with the version 3.minor, then keeps what comes as frames. */
class RawPeer {
	readonly frames: { command: boolean; text: string }[] = [];
	readonly stream: TcpSocket;

	constructor(stream: TcpSocket, type: string, minor: number) {
		this.stream = stream;
		const greeting = encodeGreeting("NULL");
		greeting[11] = minor;
		const decoder = new FrameDecoder(100_000);
		let greetingLeft = GREETING_BYTES;
		stream.on("error", () => {});
		stream.on("data", (chunk: Buffer) => {
			const skip = Math.min(greetingLeft, chunk.length);
			greetingLeft -= skip;
			decoder.push(chunk.subarray(skip));
			while (decoder.next()) this.frames.push({ command: (decoder.flags & FLAG_COMMAND) !== 0, text: decoder.body.toString("latin1") });
		});
		this.write(greeting, encodeFrame(FLAG_COMMAND, encodeReady([["Socket-Type", Buffer.from(type)]])));
	}

	static connect(endpoint: string | null, type: string, minor = 1): RawPeer {
		return new RawPeer(connectStream(Number(endpoint?.split(":").pop()), "127.0.0.1"), type, minor);
	}

	write(...bytes: Uint8Array[]): void {
		this.stream.write(Buffer.concat(bytes));
	}

	/** Waits for a frame. */
	async got(frame: { command: boolean; text: string }): Promise<void> {
		await vi.waitFor(() => expect(this.frames).toContainEqual(frame), PATIENT);
	}
}

const FORMS: [form: string, bytes: Buffer][] = [
	["command", encodeFrame(FLAG_COMMAND, encodeCommand("SUBSCRIBE", Buffer.from("A")))],
	["message", encodeFrame(0, Buffer.from("\x01A"))],
];

describe.each([
	["PUB", () => new Publisher()],
	["XPUB", () => new XPublisher()],
] as const)("a %s", (type, make) => {
	it.each(FORMS)("takes a subscription as a %s, and a cancellation in the other form", async (form, bytes) => {
		const pub = open(make());
		await pub.bind("tcp://127.0.0.1:*");
		const peer = RawPeer.connect(pub.lastEndpoint, "SUB");
		peer.write(bytes);
		await vi.waitFor(() => expect(pub.topicsCount).toBe(1), PATIENT);
		if (pub instanceof XPublisher) expect(texts(await pub.receive())).toEqual(["\x01A"]);
		for (const topic of ["B", "ABC"]) await pub.send(topic);
		await peer.got({ command: false, text: "ABC" });
		expect(peer.frames).not.toContainEqual({ command: false, text: "B" });
		peer.write(
			form === "message" ? encodeFrame(FLAG_COMMAND, encodeCommand("CANCEL", Buffer.from("A"))) : encodeFrame(0, Buffer.from("\0A")),
		);
		await vi.waitFor(() => expect(pub.topicsCount).toBe(0), PATIENT);
		peer.stream.destroy();
		expect(type).toBe(pub.typeName);
	});
});

describe.each([
	["SUB", (): Subscriber | XSubscriber => new Subscriber(), (sub: Subscriber | XSubscriber): void => (sub as Subscriber).subscribe("A")],
	[
		"XSUB",
		(): Subscriber | XSubscriber => new XSubscriber(),
		(sub: Subscriber | XSubscriber): void => void (sub as XSubscriber).send("\x01A"),
	],
] as const)("a %s", (_type, make, subscribe) => {
	it.each([
		[1, { command: true, text: "\x09SUBSCRIBEA" }],
		[0, { command: false, text: "\x01A" }],
	] as const)("subscribes at a publisher of ZMTP 3.%i in the form that it knows", async (minor, frame) => {
		const sub = open(make());
		await sub.bind("tcp://127.0.0.1:*");
		subscribe(sub);
		const peer = RawPeer.connect(sub.lastEndpoint, "PUB", minor);
		await peer.got(frame);
		peer.write(encodeFrame(0, Buffer.from("ALOL")));
		expect(texts(await sub.receive())).toEqual(["ALOL"]);
		peer.stream.destroy();
	});
});

describe("an XSUB", () => {
	it.each([
		[false, ["\x09SUBSCRIBEA", "\x09SUBSCRIBEA", "\x06CANCELA"]],
		[true, ["\x09SUBSCRIBEA", "\x09SUBSCRIBEA", "\x06CANCELA", "\x06CANCELA"]],
	] as const)("with verboseUnsubscribe %s passes on the last unsubscribe of a topic, or each", async (verboseUnsubscribe, commands) => {
		const xsub = open(new XSubscriber({ verboseUnsubscribe }));
		await xsub.bind("tcp://127.0.0.1:*");
		const peer = RawPeer.connect(xsub.lastEndpoint, "PUB");
		await vi.waitFor(() => expect(xsub.pipeCount).toBe(1), PATIENT);
		for (const message of ["\x01A", "\x01A", "\0A", "\0A", "\0A", "\x02all"]) await xsub.send(message);
		await peer.got({ command: false, text: "\x02all" });
		expect(peer.frames.filter(({ text }) => /SUBSCRIBE|CANCEL/.test(text)).map(({ text }) => text)).toEqual(commands);
		peer.stream.destroy();
	});
});

describe("a type whose messages have one frame", () => {
	it.each([
		["CLIENT", "SERVER", () => new Client()],
		["SERVER", "CLIENT", () => new Server()],
		["GATHER", "SCATTER", () => new Gather()],
	] as const)("%s drops a message of several frames, and takes the next one", async (_type, peerType, make) => {
		const socket = open(make() as Gather);
		await socket.bind("tcp://127.0.0.1:*");
		const peer = RawPeer.connect(socket.lastEndpoint, peerType);
		peer.write(encodeFrame(FLAG_MORE, Buffer.from("A")), encodeFrame(FLAG_MORE, Buffer.from("B")), encodeFrame(0, Buffer.from("C")));
		peer.write(encodeFrame(0, Buffer.from("D")));
		expect(String((await socket.receive())[0])).toBe("D");
		expect(socket.tryReceive()).toBeUndefined();
		peer.stream.destroy();
	});
});

describe("a STREAM", () => {
	it("takes empty messages of a peer for what they are, bytes of its protocol, and an empty frame of its owner for the end", async () => {
		const [stream, dealer] = [open(new Stream()), open(new Dealer({ handshakeInterval: 0, reconnectInterval: -1, linger: 0 }))];
		await meet("tcp", stream, dealer);
		await dealer.send("");
		const [id, notice] = await stream.receive();
		expect([id.length, notice?.length]).toEqual([5, 0]);
		const [same, greeting] = await stream.receive();
		expect([same.equals(id), greeting?.[0]]).toEqual([true, 0xff]);
		const ended = new Promise((resolve) => dealer.events.on("disconnect", resolve));
		await stream.send([id, ""]);
		await ended;
		await expect(stream.send([id, "too late"])).rejects.toMatchObject({ code: "EHOSTUNREACH" });
	});

	it.each(["binds", "connects"])("that %s has any bytes of its peer for messages, and sends any to it, unchanged", async (verb) => {
		const bytes = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 167 + (at >> 8)) & 0xff));
		const stream = open(new Stream());
		const accepted = new Promise<TcpSocket>((resolve) => {
			const server = createServer(resolve).listen(0, "127.0.0.1", () => {
				if (verb === "connects") stream.connect(`tcp://127.0.0.1:${(server.address() as { port: number }).port}`);
				server.unref();
			});
		});
		if (verb === "binds") await stream.bind("tcp://127.0.0.1:*");
		const peer = verb === "connects" ? await accepted : connectStream(Number(stream.lastEndpoint?.split(":").pop()), "127.0.0.1");
		const echoed: Buffer[] = [];
		peer.on("data", (chunk: Buffer) => echoed.push(chunk));
		peer.write(bytes);
		const [id] = await stream.receive();
		const got: Buffer[] = [];
		while (Buffer.concat(got).length < bytes.length) {
			const [from, piece] = (await stream.receive()) as [Buffer, Buffer];
			expect(from.equals(id)).toBe(true);
			got.push(piece);
		}
		expect(Buffer.concat(got).equals(bytes)).toBe(true);
		for (const piece of got) await stream.send([id, piece]);
		await stream.send([id, ""]);
		await new Promise((resolve) => peer.once("end", resolve));
		expect(Buffer.concat(echoed).equals(bytes)).toBe(true);
		peer.destroy();
	});

	it("tells of the connection, then of all that comes in pieces, then of the end, for each of many connections", async () => {
		const stream = open(new Stream());
		await stream.bind("tcp://127.0.0.1:*");
		const clients = Array.from({ length: 10 }, () => connectStream(Number(stream.lastEndpoint?.split(":").pop()), "127.0.0.1"));
		const sizes = new Map<string, number>();
		for (const client of clients) client.end(Buffer.alloc(20_000, "x"));
		for (let ends = 0; ends < 10; ) {
			const [id, bytes] = await stream.receive();
			const key = id.toString("hex");
			if (bytes?.length === 0 && sizes.has(key)) ends += 1;
			sizes.set(key, (sizes.get(key) ?? 0) + (bytes?.length ?? 0));
		}
		expect([...sizes.values()]).toEqual(Array(10).fill(20_000));
	});

	it("that a ZeroMQ socket connects to does not answer, and the handshake interval ends that", async () => {
		const stream = open(new Stream());
		await stream.bind("tcp://127.0.0.1:*");
		const dealer = open(new Dealer({ handshakeInterval: 20, reconnectInterval: -1 }));
		const [failed, ended] = ["handshake:error:other", "disconnect"].map(
			(type) => new Promise((resolve) => dealer.events.on(type as "disconnect", resolve)),
		);
		dealer.connect(stream.lastEndpoint as string);
		await Promise.all([failed, ended]);
	});

	it("has no handshake of its own: a peer that says nothing stays connected", async () => {
		const accepted: TcpSocket[] = [];
		const server = createServer((socket) => accepted.push(socket.resume()));
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const { port } = server.address() as { port: number };
		const stream = open(new Stream({ handshakeInterval: 1 }));
		// The clock: a socket that does have a handshake gives up meanwhile.
		const clock = open(new Dealer({ handshakeInterval: 20, reconnectInterval: -1 }));
		const gaveUp = new Promise((resolve) => clock.events.on("handshake:error:other", resolve));
		stream.connect(`tcp://127.0.0.1:${port}`);
		clock.connect(`tcp://127.0.0.1:${port}`);
		const [id] = await stream.receive();
		await gaveUp;
		await stream.send([id, "still there"]);
		expect(stream.tryReceive()).toBeUndefined();
		stream.close();
		for (const socket of accepted) socket.destroy();
		await new Promise((resolve) => server.close(resolve));
	});
});
