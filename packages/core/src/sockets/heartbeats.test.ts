/**
 * Heartbeats between whole sockets, for every pair of types that talk, with and without encryption: nobody who answers is dropped.
 *
 * The clock is a peer that answers nothing: its connections, with the same intervals, are dropped one after the other.
 */
import { connect as connectStream } from "node:net";
import { describe, expect, it } from "vitest";
import { meet, open, texts } from "../fixtures/open-sockets.ts";
import { curveKeyPair } from "../security/curve-keys.ts";
import type { Socket } from "../socket/socket.ts";
import { encodeReady } from "../wire/command.ts";
import { encodeFrame, FLAG_COMMAND } from "../wire/frame.ts";
import { encodeGreeting } from "../wire/greeting.ts";
import { Publisher, Subscriber } from "./publish-sockets.ts";
import { Dealer, Pair, Pull, Push, Reply, Request, Router } from "./sockets.ts";

const BEATS = { heartbeatInterval: 10, heartbeatTimeout: 1000 };
const serverKeys = curveKeyPair();
const clientKeys = curveKeyPair();
const SERVER = { curveServer: true, curveSecretKey: serverKeys.secretKey };
const CLIENT = { curveServerKey: serverKeys.publicKey, curvePublicKey: clientKeys.publicKey, curveSecretKey: clientKeys.secretKey };

type Options = Record<string, unknown>;
const PAIRS: [name: string, bound: (options: Options) => Socket, connecting: (options: Options) => Socket][] = [
	["ROUTER and DEALER", (options) => new Router(options), (options) => new Dealer(options)],
	["REP and REQ", (options) => new Reply(options), (options) => new Request(options)],
	["PULL and PUSH", (options) => new Pull(options), (options) => new Push(options)],
	["PUB and SUB", (options) => new Publisher(options), (options) => new Subscriber(options)],
	["PAIR and PAIR", (options) => new Pair(options), (options) => new Pair(options)],
];

/** Waits until a peer that is silent after its handshake was dropped, `times` times. */
async function silence(times: number): Promise<void> {
	const clock = open(new Pull(BEATS));
	await clock.bind("tcp://127.0.0.1:*");
	for (let i = 0; i < times; i++) {
		const raw = connectStream(Number(clock.lastEndpoint?.split(":").pop()), "127.0.0.1");
		raw.resume();
		raw.write(Buffer.concat([encodeGreeting("NULL"), encodeFrame(FLAG_COMMAND, encodeReady([["Socket-Type", Buffer.from("PUSH")]]))]));
		await new Promise((resolve) => raw.once("close", resolve));
	}
}

describe.each([
	["NULL", {}, {}],
	["CURVE", SERVER, CLIENT],
] as const)("heartbeats under %s", (_mechanism, server, client) => {
	it("keep the connections of all types, however long they are idle", async () => {
		const events: string[] = [];
		const pairs = await Promise.all(
			PAIRS.map(async ([name, bound, connecting]) => {
				const [one, other] = [open(bound({ ...BEATS, ...server })), open(connecting({ ...BEATS, ...client }))];
				for (const socket of [one, other]) socket.events.on("disconnect", () => events.push(name));
				const handshake = new Promise<void>((resolve) => other.events.on("handshake", () => resolve()));
				await meet("tcp", one, other);
				await handshake;
				return { one, other };
			}),
		);
		await silence(1);
		expect(events).toEqual([]);
		expect(pairs.map(({ one, other }) => [one.pipeCount, other.pipeCount])).toEqual(PAIRS.map(() => [1, 1]));
	});

	it("change nothing in a conversation", async () => {
		const [router, dealer] = [open(new Router({ ...BEATS, ...server })), open(new Dealer({ ...BEATS, ...client, routingId: "d" }))];
		await meet("tcp", router, dealer);
		for (let i = 0; i < 200; i++) {
			await dealer.send(String(i));
			await router.send(await router.receive());
			expect(texts(await dealer.receive())).toEqual([String(i)]);
		}
	});
});

describe("the options of heartbeats", () => {
	it.each([
		["heartbeatInterval", 0, 0x7fff_ffff],
		["heartbeatTimeout", -1, 0x7fff_ffff],
		["heartbeatTimeToLive", 0, 6_553_599],
	] as const)("%s goes from %i to %i", (name, least, most) => {
		const dealer = open(new Dealer());
		for (const value of [least, most]) {
			dealer[name] = value;
			expect(dealer[name]).toBe(value);
		}
		for (const value of [least - 1, most + 1, 1.5]) expect(() => Object.assign(dealer, { [name]: value })).toThrowError(/EINVAL|must be/);
	});
});
