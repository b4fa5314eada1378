/** Frames, commands and messages of ZMTP 3.0 and 3.1. */
import { Dealer, Publisher, Pull, Push, Subscriber } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { next, verdict } from "./events.ts";
import { meet, open, texts } from "./open-sockets.ts";
import { COMMAND, command, commandBody, dial, frame, greeting, LONG, listen, MORE, message, properties, ready, WIRE } from "./wire.ts";
import { dialWs } from "./ws-peer.ts";
import { zmtp } from "./zmtp-ids.ts";

const OVER = { transports: WIRE };
const ALL = { transports: ["tcp", "ipc", "inproc", "ws"] } as const;
const HEAD = [greeting(), ready("PUSH")];

covers(zmtp("grammar-1"), OVER, "a message before the handshake ends the connection, whoever bound", async (transport) => {
	const [bound, connecting] = [open(new Pull()), open(new Pull())];
	const [ofBound, ofConnecting] = [verdict(bound), verdict(connecting)];
	const listener = await listen(transport);
	connecting.connect(listener.endpoint);
	for (const [raw, verdictOfIt] of [
		[await dial(await meet(transport, bound)), ofBound],
		[await listener.next(), ofConnecting],
	] as const) {
		raw.write(greeting(), message("too early"), ready("PUSH"));
		expect(await verdictOfIt).toBe("ERR_ZMTP_UNEXPECTED_COMMAND");
		await raw.ended();
	}
	expect([bound.tryReceive(), connecting.tryReceive()]).toEqual([undefined, undefined]);
});

covers(
	zmtp("grammar-7", "mechanism-4", "mechanism-5", "frame-5", "command-1"),
	OVER,
	"commands go out as one frame, flags 4 and a short size up to 255 octets, flags 6 and a long one above",
	async (transport) => {
		// READY, Socket-Type, Identity and X-Pad without its value take 51 octets.
		for (const [pad, header] of [
			[0, [4, 51]],
			[204, [4, 255]],
			[205, [6, 0, 0, 0, 0, 0, 0, 1, 0]],
		] as const) {
			const dealer = open(new Dealer({ metadata: { "X-Pad": Buffer.alloc(pad, "p") } }));
			const raw = await dial(await meet(transport, dealer));
			raw.write(greeting());
			await raw.read(64);
			expect([...(await raw.read(header.length))]).toEqual(header);
			expect(String((await raw.read(6)).subarray(1))).toBe("READY");
		}
	},
);

covers(
	zmtp("grammar-7", "mechanism-4", "mechanism-5", "frame-5", "command-1"),
	OVER,
	"commands after the handshake go out so too, and a command is read whether its size is short, long, or long without need",
	async (transport) => {
		// SUBSCRIBE takes 10 octets.
		for (const [topic, header] of [
			[0, [4, 10]],
			[245, [4, 255]],
			[246, [6, 0, 0, 0, 0, 0, 0, 1, 0]],
		] as const) {
			const subscriber = open(new Subscriber());
			const raw = await dial(await meet(transport, subscriber));
			raw.write(greeting(), frame(COMMAND | LONG, commandBody("READY", properties([["Socket-Type", "PUB"]]))));
			await raw.read(64);
			expect((await raw.command()).name).toBe("READY");
			subscriber.subscribe("t".repeat(topic));
			expect([...(await raw.read(header.length))]).toEqual(header);
			expect(String(await raw.read(10 + topic))).toBe(`\x09SUBSCRIBE${"t".repeat(topic)}`);
			raw.write(command("PING", "\0\0short"), frame(COMMAND | LONG, "\x04PING\0\0long"));
			expect([await raw.command(), await raw.command()]).toEqual(
				["short", "long"].map((text) => ({ name: "PONG", data: Buffer.from(text) })),
			);
			expect(raw.unread.length).toBe(0);
		}
	},
);

covers(
	zmtp("grammar-8", "command-1"),
	OVER,
	"our commands have names of letters, and one without a name ends the connection",
	async (transport) => {
		const names = new Set<string>();
		const subscriber = open(new Subscriber({ heartbeatInterval: 1, heartbeatTimeout: 60_000 }));
		subscriber.subscribe("a");
		const raw = await dial(await meet(transport, subscriber));
		raw.write(greeting(), ready("PUB"));
		await raw.read(64);
		raw.write(command("PING", "\0\0x"));
		while (names.size < 4) names.add((await raw.command()).name);
		for (const name of names) expect(name).toMatch(/^[A-Za-z]{1,255}$/);
		for (const nameless of [Buffer.of(0), Buffer.from("\0PING"), Buffer.alloc(0), Buffer.from("\x05PING")]) {
			const socket = open(new Pull());
			const other = await dial(await meet(transport, socket));
			const gone = next(socket, "disconnect");
			other.write(...HEAD, command("N".repeat(255)), message("a name of 255 is one"));
			expect(texts(await socket.receive())).toEqual(["a name of 255 is one"]);
			other.write(frame(COMMAND, nameless));
			await other.ended();
			expect((await gone).error).toMatchObject({ reason: "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED" });
		}
	},
);

covers(zmtp("grammar-9", "frame-5"), OVER, "commands between messages, known and unknown, disturb nothing", async (transport) => {
	const pull = open(new Pull());
	const raw = await dial(await meet(transport, pull));
	raw.write(
		...HEAD,
		message("one"),
		command("PING", "\0\0"),
		command("NOVELTY", "x"),
		frame(COMMAND | LONG, "\x03ABC"),
		// What it says does not make it a command.
		message("\x04PING\0\0x"),
		message("two", "three"),
	);
	expect(texts(await pull.receive())).toEqual(["one"]);
	expect(texts(await pull.receive())).toEqual(["\x04PING\0\0x"]);
	expect(texts(await pull.receive())).toEqual(["two", "three"]);
	await raw.read(64);
	expect([(await raw.command()).name, await raw.command()]).toEqual(["READY", { name: "PONG", data: Buffer.alloc(0) }]);
	expect(raw.unread.length).toBe(0);
});

covers(
	[
		...zmtp("grammar-10", "grammar-11", "frame-1", "frame-2", "frame-3", "frame-4", "frame-5", "frame-6", "frame-7"),
		...zmtp("analysis-1", "analysis-2"),
	],
	OVER,
	"the frames of a message go out with the flags and sizes they must have, empty ones and long ones too",
	async (transport) => {
		const listener = await listen(transport);
		const push = open(new Push());
		push.connect(listener.endpoint);
		const raw = await listener.next();
		await raw.shake("PULL");
		const messages = [[0, 1, 255, 256, 70_000, 0], [256], [255], [70_000, 70_000], [0]];
		for (const sizes of messages) await push.send(sizes.map((size) => Buffer.alloc(size, "b")));
		for (const sizes of messages) {
			for (const [index, size] of sizes.entries()) {
				const more = index < sizes.length - 1 ? MORE : 0;
				const [flags] = await raw.read(1);
				expect(flags).toBe(size > 255 ? more | LONG : more);
				const read = size > 255 ? Number((await raw.read(8)).readBigUInt64BE()) : (await raw.read(1))[0];
				expect(read).toBe(size);
				expect((await raw.read(size)).equals(Buffer.alloc(size, "b"))).toBe(true);
			}
		}
		expect(raw.unread.length).toBe(0);
	},
);

covers(
	zmtp("grammar-10", "grammar-11", "frame-1", "frame-2", "frame-3", "frame-6", "frame-7"),
	OVER,
	"frames are read whatever their form: short, long, long without need, empty, and cut anywhere",
	async (transport) => {
		const pull = open(new Pull());
		const raw = await dial(await meet(transport, pull));
		const bytes = Buffer.concat([
			...HEAD,
			message("", Buffer.alloc(255, "s"), Buffer.alloc(256, "l"), ""),
			frame(LONG | MORE, "x"),
			frame(LONG, ""),
		]);
		for (let at = 0; at < bytes.length; at += 13) {
			raw.write(bytes.subarray(at, at + 13));
			await new Promise((turn) => setImmediate(turn));
		}
		expect((await pull.receive()).map(({ length }) => length)).toEqual([0, 255, 256, 0]);
		expect(texts(await pull.receive())).toEqual(["x", ""]);
	},
);

const FORBIDDEN: readonly (readonly [clause: string, bytes: Buffer, reason: string])[] = [
	["frame-3", Buffer.from("028000000000000000", "hex"), "ERR_ZMTP_MESSAGE_TOO_LARGE"],
	["frame-3", Buffer.from("02ffffffffffffffff", "hex"), "ERR_ZMTP_MESSAGE_TOO_LARGE"],
	...[8, 16, 32, 64, 128, 0xff].map((flags) => ["frame-4", Buffer.of(flags, 0), "ERR_ZMTP_MALFORMED_FRAME"] as const),
	["frame-8", frame(COMMAND | MORE, "\x04PING\0\0"), "ERR_ZMTP_MALFORMED_FRAME"],
];

covers(
	zmtp("frame-3", "frame-4", "frame-8"),
	OVER,
	"a size of 2^63, a reserved bit and a command that continues end the connection, in the handshake and after",
	async (transport) => {
		const pull = open(new Pull());
		const endpoint = await meet(transport, pull);
		for (const [, bytes, reason] of FORBIDDEN) {
			const gone = next(pull, "disconnect");
			const raw = await dial(endpoint);
			raw.write(...HEAD, message("before"), bytes);
			expect(texts(await pull.receive())).toEqual(["before"]);
			expect((await gone).error).toMatchObject({ reason });
			await raw.ended();
			const verdictOfIt = verdict(pull);
			const early = await dial(endpoint);
			early.write(greeting(), bytes);
			expect(await verdictOfIt).toBe(reason);
		}
	},
);

covers(zmtp("frame-8", "command-1"), OVER, "no command of ours says that more follows", async (transport) => {
	const publisher = open(new Publisher({ heartbeatInterval: 1, heartbeatTimeout: 60_000 }));
	const raw = await dial(await meet(transport, publisher));
	raw.write(greeting(), ready("SUB"));
	await raw.read(64);
	for (let i = 0; i < 3; i++) expect((await raw.frame()).flags & (MORE | COMMAND)).toBe(COMMAND);
});

covers(zmtp("message-1"), ALL, "a message comes with all its frames", async (transport) => {
	const pull = open(new Pull());
	const push = open(new Push());
	await meet(transport, pull, push);
	const parts = Array.from({ length: 100 }, (_, index) => String(index));
	await push.send(parts);
	expect(texts(await pull.receive())).toEqual(parts);
});

covers(zmtp("message-1"), { transports: ["ws"] }, "of a message that a WebSocket cuts in the middle nothing comes", async (transport) => {
	const pull = open(new Pull());
	const endpoint = await meet(transport, pull);
	for (const text of ["first", "second"]) {
		const ws = await dialWs(endpoint, "ZWS2.0/NULL");
		ws.write(Buffer.concat([Buffer.of(2), commandBody("READY", properties([["Socket-Type", "PUSH"]]))]));
		const gone = next(pull, "disconnect");
		ws.send(text, "whole");
		expect(texts(await pull.receive())).toEqual([text, "whole"]);
		ws.write("\x01half");
		ws.raw.stream.end();
		await gone;
	}
});

covers(
	zmtp("message-1", "socket-5"),
	OVER,
	"what goes out after a message that the connection cut begins with the next message",
	async (transport) => {
		const listener = await listen(transport);
		const push = open(new Push({ reconnectInterval: 1 }));
		push.connect(listener.endpoint);
		const first = await listener.next();
		await first.shake("PULL");
		// More than operating systems buffer.
		await push.send(Array.from({ length: 64 }, () => Buffer.alloc(1 << 18, "x")));
		expect((await first.frame()).flags).toBe(MORE | LONG);
		first.stream.destroy();
		const second = await listener.next();
		await second.shake("PULL");
		await push.send(["next", "message"]);
		expect(await second.message()).toEqual(["next", "message"]);
	},
);

covers(zmtp("message-1"), OVER, "of a message that the connection cuts in the middle nothing comes", async (transport) => {
	const pull = open(new Pull());
	const endpoint = await meet(transport, pull);
	for (const half of [frame(MORE, "half"), Buffer.concat([frame(MORE, "half"), Buffer.from("000568656c", "hex")])]) {
		const gone = next(pull, "disconnect");
		const raw = await dial(endpoint);
		raw.write(...HEAD, message("whole"), half);
		expect(texts(await pull.receive())).toEqual(["whole"]);
		raw.stream.end();
		await gone;
	}
	const raw = await dial(endpoint);
	raw.write(...HEAD, message("next"));
	expect(texts(await pull.receive())).toEqual(["next"]);
});
