/** ERROR, connections that close, and when the next attempt comes, in ZMTP 3.0 and 3.1. */
import { Pair, Pull, Push, type SocketOptionsInput } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { verdict } from "./events.ts";
import { meet, open } from "./open-sockets.ts";
import { COMMAND, commandBody, dial, frame, greeting, listen, WIRE } from "./wire.ts";
import { zmtp } from "./zmtp-ids.ts";

const OVER = { transports: WIRE };

const REFUSAL = frame(COMMAND, commandBody("ERROR", "\x03why"));

covers(zmtp("error-1"), OVER, "an ERROR ends the connection, whoever bound", async (transport) => {
	const pull = open(new Pull());
	const refused = verdict(pull);
	const raw = await dial(await meet(transport, pull));
	raw.write(greeting(), REFUSAL);
	expect(await refused).toBe("ERR_ZMTP_REFUSED_BY_PEER");
	await raw.ended();
	const listener = await listen(transport);
	open(new Push()).connect(listener.endpoint);
	const accepted = await listener.next();
	accepted.write(greeting(), REFUSAL);
	await accepted.ended();
});

covers(
	zmtp("error-2", "error-4", "error-5"),
	OVER,
	"after an ERROR it does not connect again; after a mere close, whenever it comes, it does, over and over",
	async (transport) => {
		const [strict, loose] = [await listen(transport), await listen(transport)];
		for (const { endpoint } of [strict, loose]) open(new Push({ reconnectInterval: 1 })).connect(endpoint);
		const refused = await strict.next();
		refused.write(greeting(), REFUSAL);
		await refused.ended();
		for (let i = 0; i < 20; i++) {
			const raw = await loose.next();
			// At once, after its greeting, after the handshake, or within a frame.
			if (i % 4 === 1) {
				raw.write(greeting());
				await raw.read(64);
			} else if (i % 4 > 1) await raw.shake("PULL");
			if (i % 4 === 3) {
				raw.write(Buffer.of(0, 5, 1));
				raw.stream.end();
			} else raw.stream.destroy();
		}
		expect(strict.count).toBe(1);
		expect(loose.count).toBeGreaterThanOrEqual(20);
	},
);

covers(zmtp("error-3"), OVER, "a peer too many, or too slow, is closed without an ERROR", async (transport) => {
	const pair = open(new Pair());
	const endpoint = await meet(transport, pair);
	await (await dial(endpoint)).shake("PAIR");
	const second = await dial(endpoint);
	await second.shake("PAIR");
	await second.ended();
	expect(second.unread.length).toBe(0);
	const slow = await dial(await meet(transport, open(new Pull({ handshakeInterval: 1 }))));
	slow.write(greeting());
	await slow.ended();
	expect(slow.unread.includes("ERROR")).toBe(false);
});

covers(
	zmtp("error-6"),
	OVER,
	"the time to the next attempt is random near reconnectInterval, or doubles up to reconnectMaxInterval",
	async (transport) => {
		const listener = await listen(transport);
		const waits = async (options: SocketOptionsInput, count: number): Promise<number[]> => {
			const push = open(new Push(options));
			const found: number[] = [];
			push.events.on("connect:retry", ({ interval }) => found.push(interval));
			push.connect(listener.endpoint);
			while (found.length < count) (await listener.next()).stream.destroy();
			await push[Symbol.asyncDispose]();
			return found.slice(0, count);
		};
		expect(await waits({ reconnectInterval: 1, reconnectMaxInterval: 8 }, 5)).toEqual([1, 2, 4, 8, 8]);
		for (const interval of await waits({ reconnectInterval: 4 }, 8)) {
			expect(interval).toBeGreaterThanOrEqual(4);
			expect(interval).toBeLessThanOrEqual(8);
		}
	},
);
