/** PLAIN: our client against a scripted server, our server against scripted clients. */
import { Authenticator, Dealer, Push } from "@zloom/core";
import { afterAll, beforeAll, expect } from "vitest";
import type { SpecTransport } from "./clause.ts";
import { covers } from "./covers.ts";
import { next, verdict } from "./events.ts";
import { meanwhile, meet, open, texts } from "./open-sockets.ts";
import { COMMAND, command, dial, greeting, listen, message, properties, type RawPeer, readProperties, WIRE } from "./wire.ts";
import { zmtp } from "./zmtp-ids.ts";

const OVER = { transports: WIRE };
const LOGIN = { plainUsername: "joe", plainPassword: "secret" };
const HELLO = command("HELLO", "\x03joe\x06secret");
const OURS = properties([
	["Socket-Type", "DEALER"],
	["X-Side", "raw"],
]);

const longName = "n".repeat(255);
const judge = new Authenticator({ plain: { joe: "secret", "": "", [longName]: longName } });
beforeAll(() => judge.start());
afterAll(() => judge.close());

/** A scripted client that has greeted our server. */
async function client(endpoint: string): Promise<RawPeer> {
	const raw = await dial(endpoint);
	raw.write(greeting({ mechanism: "PLAIN" }));
	await raw.read(64);
	return raw;
}

/** A scripted server that our client has connected to, after both greetings. */
async function server(transport: SpecTransport, socket: Dealer | Push): Promise<RawPeer> {
	const listener = await listen(transport);
	socket.connect(listener.endpoint);
	const raw = await listener.next();
	raw.write(greeting({ mechanism: "PLAIN", asServer: 1 }));
	await raw.read(64);
	return raw;
}

covers(
	[...zmtp("analysis-1", "analysis-2"), ...["24/flow-1", "24/hello-1", "24/flow-4", "24/initiate-1", "24/flow-7", "24/message-1"]],
	OVER,
	"our client sends HELLO, after WELCOME INITIATE, and after READY its messages, in clear",
	async (transport) => {
		const dealer = open(new Dealer({ ...LOGIN, routingId: "us" }));
		const sending = dealer.send(["a", "message"]);
		const raw = await server(transport, dealer);
		expect(await raw.frame()).toEqual({ flags: COMMAND, body: Buffer.from("\x05HELLO\x03joe\x06secret") });
		await meanwhile(transport);
		expect(raw.unread.length).toBe(0);
		raw.write(command("WELCOME"));
		const { name, data } = await raw.command();
		expect(name).toBe("INITIATE");
		expect([...readProperties(data)].map(([key, value]) => `${key}=${value}`)).toEqual(["Socket-Type=DEALER", "Identity=us"]);
		await meanwhile(transport);
		expect(raw.unread.length).toBe(0);
		raw.write(command("READY", OURS), message("from", "server"));
		await sending;
		expect(await raw.read(12)).toEqual(message("a", "message"));
		expect(texts(await dealer.receive())).toEqual(["from", "server"]);
	},
);

covers(["24/hello-1"], OVER, "name and password may be empty, and may have 255 octets", async (transport) => {
	for (const text of ["", longName]) {
		const raw = await server(transport, open(new Dealer({ plainUsername: text, plainPassword: text })));
		const length = String.fromCharCode(text.length);
		expect((await raw.command()).data.toString("latin1")).toBe(`${length}${text}${length}${text}`);
		const dealer = open(new Dealer({ plainServer: true }));
		const peer = await client(await meet(transport, dealer));
		peer.write(command("HELLO", Buffer.concat([Buffer.of(text.length), Buffer.from(text), Buffer.of(text.length), Buffer.from(text)])));
		expect((await peer.command()).name).toBe("WELCOME");
	}
	expect(() => open(new Dealer({ plainUsername: `${longName}n` }))).toThrowError(expect.objectContaining({ code: "EINVAL" }));
});

covers(
	[...zmtp("analysis-1", "analysis-2"), ...["24/flow-2", "24/welcome-1", "24/flow-6", "24/ready-1", "24/flow-8", "24/message-1"]],
	OVER,
	"our server answers HELLO by a bare WELCOME, INITIATE by READY, and sends messages only then",
	async (transport) => {
		const push = open(new Push({ plainServer: true, metadata: { "X-Side": "us" } }));
		const endpoint = await meet(transport, push);
		const sending = push.send("waiting");
		const raw = await client(endpoint);
		raw.write(HELLO);
		expect(await raw.frame()).toEqual({ flags: COMMAND, body: Buffer.from("\x07WELCOME") });
		await meanwhile(transport);
		expect(raw.unread.length).toBe(0);
		raw.write(command("INITIATE", properties([["Socket-Type", "PULL"]])));
		const { name, data } = await raw.command();
		expect(name).toBe("READY");
		expect([...readProperties(data)].map(([key, value]) => `${key}=${value}`)).toEqual(["Socket-Type=PUSH", "X-Side=us"]);
		await sending;
		expect(await raw.message()).toEqual(["waiting"]);
	},
);

covers(
	[...zmtp("analysis-1", "analysis-2", "metadata-2"), "24/role-1", "24/initiate-1", "24/ready-1", "24/message-1"],
	OVER,
	"the server may be the one that connects, and the client the one that binds",
	async (transport) => {
		const [binding, connecting] = [open(new Dealer(LOGIN)), open(new Dealer({ plainServer: true }))];
		const both = Promise.all([next(binding, "handshake"), next(connecting, "handshake")]);
		await meet(transport, binding, connecting);
		await both;
		await binding.send("to the server");
		expect(texts(await connecting.receive())).toEqual(["to the server"]);
		const listener = await listen(transport);
		const dealer = open(new Dealer({ plainServer: true }));
		dealer.connect(listener.endpoint);
		const raw = await listener.next();
		raw.write(greeting({ mechanism: "PLAIN" }), HELLO);
		await raw.read(64);
		expect((await raw.command()).name).toBe("WELCOME");
		const accepted = next(dealer, "handshake");
		raw.write(
			command(
				"INITIATE",
				properties([
					["SOCKET-TYPE", "DEALER"],
					["x-SIDE", "raw"],
				]),
			),
		);
		expect((await raw.command()).name).toBe("READY");
		expect(String((await accepted).peer.get("x-side"))).toBe("raw");
		raw.write(message("in", "clear"));
		expect(texts(await dealer.receive())).toEqual(["in", "clear"]);
	},
);

covers(
	[...zmtp("error-1", "error-2"), "24/error-1"],
	OVER,
	"an ERROR instead of WELCOME or of READY ends the connection, and our client does not come with that password again",
	async (transport) => {
		const listeners = await Promise.all(["WELCOME", "READY"].map(() => listen(transport)));
		for (const [index, listener] of listeners.entries()) {
			const dealer = open(new Dealer({ ...LOGIN, reconnectInterval: 1 }));
			const refused = verdict(dealer);
			dealer.connect(listener.endpoint);
			const raw = await listener.next();
			raw.write(greeting({ mechanism: "PLAIN", asServer: 1 }));
			await raw.read(64);
			expect((await raw.command()).name).toBe("HELLO");
			if (index === 1) {
				raw.write(command("WELCOME"));
				expect((await raw.command()).name).toBe("INITIATE");
			}
			raw.write(command("ERROR", "\x03400"));
			expect(await refused).toBe("ERR_ZAP_REFUSED");
			await raw.ended();
			expect(raw.unread.length).toBe(0);
		}
		// One that is merely closed comes over and over in the meantime.
		const other = await listen(transport);
		open(new Dealer({ ...LOGIN, reconnectInterval: 1 })).connect(other.endpoint);
		for (let i = 0; i < 20; i++) (await other.next()).stream.destroy();
		expect(listeners.map(({ count }) => count)).toEqual([1, 1]);
	},
);

covers(["24/flow-3"], OVER, "a wrong password, and no handler to judge, end the connection", async (transport) => {
	const dealer = open(new Dealer({ plainServer: true }));
	const endpoint = await meet(transport, dealer);
	for (const hello of ["\x03joe\x05wrong", "\x05eaves\x06secret", "\x03joe\0"]) {
		const refused = next(dealer, "handshake:error:auth");
		const raw = await client(endpoint);
		raw.write(command("HELLO", hello));
		expect((await refused).error.status).toBe(400);
		await raw.ended();
		expect(raw.unread.includes("WELCOME")).toBe(false);
	}
	await judge.close();
	const raw = await client(endpoint);
	raw.write(HELLO);
	await raw.ended();
	expect(raw.unread.includes("WELCOME")).toBe(false);
	await judge.start();
});

const BAD_INITIATES: readonly (readonly [Buffer, string])[] = [
	[Buffer.from("\x0bSocket"), "ERR_ZMTP_MALFORMED_COMMAND_INITIATE"],
	[properties([["X-Only", "this"]]), "ERR_ZMTP_INVALID_METADATA"],
	[properties([["Socket-Type", "PULL"]]), "ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE"],
];

covers(["24/flow-5"], OVER, "an INITIATE that is malformed or does not fit ends the connection", async (transport) => {
	const dealer = open(new Dealer({ plainServer: true }));
	const endpoint = await meet(transport, dealer);
	for (const [data, reason] of BAD_INITIATES) {
		const refused = verdict(dealer);
		const raw = await client(endpoint);
		raw.write(HELLO);
		expect((await raw.command()).name).toBe("WELCOME");
		raw.write(command("INITIATE", data));
		expect(await refused).toBe(reason);
		await raw.ended();
		expect(raw.unread.includes("READY")).toBe(false);
	}
});

covers(["24/flow-9"], OVER, "what comes out of its turn ends the connection, on both sides", async (transport) => {
	const dealer = open(new Dealer({ plainServer: true }));
	const endpoint = await meet(transport, dealer);
	for (const early of [
		[command("INITIATE", OURS)],
		[message("x")],
		[command("READY", OURS)],
		[command("NOVELTY")],
		[HELLO, HELLO],
		[HELLO, message("x")],
		[HELLO, command("READY", OURS)],
		[HELLO, command("NOVELTY")],
	]) {
		const refused = verdict(dealer);
		const raw = await client(endpoint);
		raw.write(...early);
		expect(await refused).toBe("ERR_ZMTP_UNEXPECTED_COMMAND");
		await raw.ended();
	}
	for (const early of [
		[command("READY", OURS)],
		[message("x")],
		[command("HELLO", "\0\0")],
		[command("INITIATE", OURS)],
		[command("NOVELTY")],
		[command("WELCOME"), command("INITIATE", OURS)],
		[command("WELCOME"), command("NOVELTY")],
		[command("WELCOME"), command("WELCOME")],
		[command("WELCOME"), message("x")],
	]) {
		const socket = open(new Dealer(LOGIN));
		const refused = verdict(socket);
		const raw = await server(transport, socket);
		raw.write(...early);
		expect(await refused).toBe("ERR_ZMTP_UNEXPECTED_COMMAND");
		await raw.ended();
	}
});

covers(["24/ready-1"], OVER, "a READY that is malformed or does not fit ends the connection", async (transport) => {
	for (const [data, reason] of [
		[Buffer.from("\x0bSocket"), "ERR_ZMTP_MALFORMED_COMMAND_READY"],
		[properties([["X-Only", "this"]]), "ERR_ZMTP_INVALID_METADATA"],
		[properties([["Socket-Type", "PULL"]]), "ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE"],
	] as const) {
		const socket = open(new Dealer(LOGIN));
		const refused = verdict(socket);
		const raw = await server(transport, socket);
		raw.write(command("WELCOME"), command("READY", data));
		expect(await refused).toBe(reason);
		await raw.ended();
	}
});

covers(["24/hello-2"], OVER, "a HELLO that is cut off, or goes on, ends the connection", async (transport) => {
	const dealer = open(new Dealer({ plainServer: true }));
	const endpoint = await meet(transport, dealer);
	for (const data of ["", "\x03jo", "\x03joe", "\x03joe\x07secret", "\x03joe\x06secret!"]) {
		const refused = verdict(dealer);
		const raw = await client(endpoint);
		raw.write(command("HELLO", data));
		expect(await refused).toBe("ERR_ZMTP_MALFORMED_COMMAND_HELLO");
		await raw.ended();
	}
});

covers(["24/welcome-1"], OVER, "a WELCOME with something in it ends the connection", async (transport) => {
	const socket = open(new Dealer(LOGIN));
	const refused = verdict(socket);
	const raw = await server(transport, socket);
	raw.write(command("WELCOME", "x"));
	expect(await refused).toBe("ERR_ZMTP_MALFORMED_COMMAND_WELCOME");
	await raw.ended();
});
