/**
 * A peer that speaks the node protocol and then sends envelopes that no system would: random bytes, headers with every kind
 * and random fields, values that are none. The node lives on, and serves others, whatever comes.
 */
import { cluster } from "@zloom/cluster";
import { Dealer } from "@zloom/core";
import { createSystem } from "@zloom/runtime";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Echo } from "./fixtures/actors.ts";
import { startNode } from "./node-process.ts";

const HELLO = Buffer.from(`01${Buffer.from("zloom").toString("hex")}0001${"ab".repeat(16)}78`, "hex");
const ENVELOPE = Buffer.of(4);
const PING = Buffer.of(5);
const KIND_WELCOME = 2;
const KIND_REFUSE = 3;
const KIND_PONG = 6;
/** Envelopes sent before the node is asked whether the link still stands. */
const TOGETHER = 4;
const HEADER_BYTES = 40;
const KINDS = 16;
/** Whoever reaches a node may end its actors: that is no attack. */
const STOP = 9;
const KILL = 10;

let node: Awaited<ReturnType<typeof startNode>>;
let system: Awaited<ReturnType<typeof createSystem>>;

beforeAll(async () => {
	node = await startNode("tcp://127.0.0.1:*");
	system = await createSystem({ threads: 0, remote: cluster() });
});

afterAll(async () => {
	await system.stop();
	await node.process.kill("SIGTERM");
});

/** A link of a raw ZeroMQ socket. */
async function link(): Promise<Dealer> {
	const peer = new Dealer({ linger: 0 });
	peer.connect(node.endpoint);
	await peer.send(HELLO);
	const [welcome] = await peer.receive();
	expect(welcome?.[0]).toBe(KIND_WELCOME);
	return peer;
}

const small = fc.integer({ min: 0, max: 3 });
const field = fc.oneof(small, small, fc.integer({ min: 0, max: 0xffff_ffff }));

/** A header that may pass as one: right version, any kind, small numbers more often than large ones. */
const header = fc
	.record({
		kind: fc.integer({ min: 0, max: KINDS }).filter((kind) => kind !== STOP && kind !== KILL),
		flags: fc.integer({ min: 0, max: 255 }),
		fields: fc.array(field, { minLength: 9, maxLength: 9 }),
		method: fc.oneof(fc.constantFrom("echo", "nothing", "__proto__", "then", ""), fc.string()),
	})
	.map(({ kind, flags, fields, method }) => {
		const bytes = Buffer.alloc(HEADER_BYTES);
		bytes[0] = 1;
		bytes[1] = kind;
		bytes[2] = flags;
		for (const [i, value] of fields.entries()) bytes.writeUInt32LE(value, 4 + 4 * i);
		return Buffer.concat([bytes, Buffer.from(method)]);
	});

const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array));
/** MessagePack of a few shapes, and of none. */
const value = fc.oneof(
	bytes,
	fc.constantFrom("90", "9101", "80", "c0", "a161", "dd7fffffff", "df7fffffff", "c6ffffffff").map((hex) => Buffer.from(hex, "hex")),
);
const envelope = fc
	.tuple(fc.oneof(header, header, header, bytes), fc.array(value, { maxLength: 3 }))
	.map(([first, rest]) => [first, ...rest]);

/** Sends all of them, a few at a time, on a new link whenever the node has ended the last one. */
async function sendAll(envelopes: Buffer[][]): Promise<number> {
	let links = 1;
	let peer = await link();
	for (let i = 0; i < envelopes.length; i += TOGETHER) {
		for (const frames of envelopes.slice(i, i + TOGETHER)) await peer.send([ENVELOPE, ...frames]);
		await peer.send(PING);
		let answer = 0;
		while (answer !== KIND_PONG && answer !== KIND_REFUSE) answer = (await peer.receive())[0]?.[0] ?? 0;
		if (answer === KIND_PONG) continue;
		peer.close();
		peer = await link();
		links += 1;
	}
	peer.close();
	return links;
}

it("envelopes that no system would send leave a node and its actors alone", async () => {
	const echo = await system.spawn(Echo, { at: `${node.endpoint}/echo` });
	let links = 0;
	for (let round = 1; round <= 10; round++) {
		links += await sendAll(fc.sample(envelope, 300));
		expect(await echo.ask.echo(round)).toBe(round);
	}
	// The node did see that they were none, and took some for what they looked like.
	expect(links).toBeGreaterThan(50);
	expect(links).toBeLessThan(750);
	const fresh = await system.spawn(Echo, { at: `${node.endpoint}/fresh` });
	expect(await fresh.ask.echo("fresh")).toBe("fresh");
	expect(node.process.child.exitCode).toBeNull();
});
