/** Heartbeats of ZMTP 3.1. Times here are short, or long enough that a busy machine does not use them up; none is asserted. */
import { Dealer, Pull, Push } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { next } from "./events.ts";
import { meet, open, texts } from "./open-sockets.ts";
import { command, dial, greeting, listen, message, ready, WIRE } from "./wire.ts";

const OVER = { transports: WIRE };
const LONG_MS = 600_000;

covers(["37/heartbeat-1"], OVER, "no PING comes before the handshake is done, and then there are some", async (transport) => {
	const socket = open(new Dealer({ heartbeatInterval: 1, heartbeatTimeout: LONG_MS }));
	const endpoint = await meet(transport, socket);
	const early = await dial(endpoint);
	early.write(greeting());
	await early.read(64);
	expect((await early.command()).name).toBe("READY");
	// Another peer hears several in the meantime.
	const other = await dial(endpoint);
	await other.shake("DEALER");
	for (let i = 0; i < 5; i++) expect((await other.command()).name).toBe("PING");
	expect(early.unread.length).toBe(0);
	early.write(ready("DEALER"));
	expect((await early.command()).name).toBe("PING");
});

covers(
	["37/heartbeat-2", "37/heartbeat-4"],
	OVER,
	"our PING has its time to live in tenths of a second and a short context",
	async (transport) => {
		for (const [heartbeatTimeToLive, tenths] of [
			[0, 0],
			[1500, 15],
			[1599, 15],
			[6_553_500, 65_535],
		] as const) {
			const socket = open(new Dealer({ heartbeatInterval: 1, heartbeatTimeout: LONG_MS, heartbeatTimeToLive }));
			const raw = await dial(await meet(transport, socket));
			await raw.shake("DEALER");
			const { name, data } = await raw.command();
			expect([name, data.readUInt16BE()]).toEqual(["PING", tenths]);
			expect(data.length).toBeLessThanOrEqual(2 + 16);
		}
	},
);

covers(
	["37/heartbeat-3", "37/heartbeat-4"],
	OVER,
	"PING is answered by PONG with its context, never more than 16 octets of it",
	async (transport) => {
		const raw = await dial(await meet(transport, open(new Pull())));
		await raw.shake("PUSH");
		for (const context of ["", "x", "0123456789abcdef", "0123456789abcdefTOO MUCH"]) {
			raw.write(command("PING", `\0\0${context}`));
			expect(await raw.command()).toEqual({ name: "PONG", data: Buffer.from(context.slice(0, 16)) });
		}
	},
);

covers(["37/heartbeat-3"], OVER, "PINGs that come all at once are answered each, in their order, whoever bound", async (transport) => {
	const listener = await listen(transport);
	open(new Push()).connect(listener.endpoint);
	const bound = await dial(await meet(transport, open(new Pull())));
	const contexts = Array.from({ length: 200 }, (_, index) => `${index}`);
	for (const [raw, type] of [
		[bound, "PUSH"],
		[await listener.next(), "PULL"],
	] as const) {
		await raw.shake(type);
		raw.write(...contexts.map((context) => command("PING", `\0\0${context}`)));
		for (const context of contexts) expect(await raw.command()).toEqual({ name: "PONG", data: Buffer.from(context) });
	}
});

covers(["37/heartbeat-2"], OVER, "the time to live of a peer's PING is read as tenths of a second", async (transport) => {
	const pull = open(new Pull());
	let gone = false;
	pull.events.on("disconnect", () => {
		gone = true;
	});
	const raw = await dial(await meet(transport, pull));
	await raw.shake("PUSH");
	// Six seconds: hundredths of a second would be over when a handshake of more than that has taken too long.
	raw.write(command("PING", "\x00\x3c"));
	expect((await raw.command()).name).toBe("PONG");
	const slow = await dial(await meet(transport, open(new Pull({ handshakeInterval: 700 }))));
	await slow.ended();
	expect(gone).toBe(false);
});

covers(
	["37/heartbeat-7"],
	OVER,
	"a silent peer gets few PINGs however long it may be silent, and more once it is heard of",
	async (transport) => {
		const socket = open(new Dealer({ heartbeatInterval: 1, heartbeatTimeout: LONG_MS }));
		const endpoint = await meet(transport, socket);
		const silent = await dial(endpoint);
		await silent.shake("DEALER");
		const lively = await dial(endpoint);
		await lively.shake("DEALER");
		for (let i = 0; i < 50; i++) {
			expect((await lively.command()).name).toBe("PING");
			lively.write(command("PONG"));
		}
		let pings = 0;
		for (; silent.unread.length > 0; pings++) expect((await silent.command()).name).toBe("PING");
		expect(pings).toBeGreaterThan(0);
		expect(pings).toBeLessThan(10);
		silent.write(message("I am still here"));
		expect((await silent.command()).name).toBe("PING");
	},
);

covers(
	["37/heartbeat-5", "37/heartbeat-7", "37/heartbeat-8"],
	OVER,
	"who does not answer within the time that was set is disconnected, after few PINGs",
	async (transport) => {
		for (const options of [{ heartbeatInterval: 20 }, { heartbeatInterval: 20, heartbeatTimeout: 30 }]) {
			const socket = open(new Dealer(options));
			const gone = next(socket, "disconnect");
			const raw = await dial(await meet(transport, socket));
			await raw.shake("DEALER");
			expect((await gone).error).toMatchObject({ code: "EAGAIN" });
			await raw.ended();
			let pings = 0;
			while (raw.unread.length > 0) {
				expect((await raw.command()).name).toBe("PING");
				pings += 1;
			}
			expect(pings).toBeGreaterThan(0);
			expect(pings).toBeLessThan(5);
		}
	},
);

covers(["37/heartbeat-6"], OVER, "a peer that sends messages and never a PONG is alive", async (transport) => {
	const pull = open(new Pull({ heartbeatInterval: 10, heartbeatTimeout: 500 }));
	let gone = false;
	pull.events.on("disconnect", () => {
		gone = true;
	});
	const raw = await dial(await meet(transport, pull));
	await raw.shake("PUSH");
	// For twice as long as the timeout.
	for (let pings = 0; pings < 100; pings++) {
		expect((await raw.command()).name).toBe("PING");
		raw.write(message(String(pings)));
		expect(texts(await pull.receive())).toEqual([String(pings)]);
	}
	expect(gone).toBe(false);
});

covers(["37/heartbeat-9"], OVER, "a peer that falls silent for its own time to live is disconnected", async (transport) => {
	const pull = open(new Pull());
	const gone = next(pull, "disconnect");
	const raw = await dial(await meet(transport, pull));
	await raw.shake("PUSH");
	raw.write(command("PING", "\x00\x01"));
	expect((await raw.command()).name).toBe("PONG");
	expect((await gone).error).toMatchObject({ code: "EAGAIN" });
	await raw.ended();
});

covers(["37/heartbeat-10"], OVER, "after a heartbeat has failed it connects again, and what waits is sent", async (transport) => {
	const listener = await listen(transport);
	const push = open(new Push({ heartbeatInterval: 5, reconnectInterval: 1 }));
	push.connect(listener.endpoint);
	await (await listener.next()).shake("PULL");
	const second = await listener.next();
	await push.send("waiting");
	await second.shake("PULL");
	let { flags, body } = await second.frame();
	while (flags !== 0) ({ flags, body } = await second.frame());
	expect(String(body)).toBe("waiting");
});
