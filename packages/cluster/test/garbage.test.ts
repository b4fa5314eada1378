/**
 * What a stranger sends, through real libzmq or as raw bytes, must not disturb a link that is there, and a link that turns
 * bad must end alone.
 */
import { once } from "node:events";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { type Cluster, cluster } from "@zloom/cluster";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { encodeCount, encodeGreeting, KIND_ACK, KIND_ENVELOPE, KIND_HELLO, KIND_REFUSE, KIND_WELCOME } from "../src/wire.ts";
import { BareHost } from "./bare-host.ts";

/** What is used here of npm `zeromq`, which is libzmq; it is a dependency of the workspace's own tests. */
interface LibzmqDealer extends AsyncIterable<Buffer[]> {
	connect(endpoint: string): void;
	send(frames: (Buffer | string)[]): Promise<void>;
	receive(): Promise<Buffer[]>;
	close(): void;
}

const { Dealer } = createRequire(new URL("../../../test/package.json", import.meta.url))("zeromq") as {
	Dealer: new (options: { linger: number }) => LibzmqDealer;
};

let node: string;
let far: { remote: Cluster; host: BareHost };
let near: { remote: Cluster; host: BareHost };
let strangers: LibzmqDealer[] = [];

beforeEach(async () => {
	far = { remote: cluster({ listen: "tcp://127.0.0.1:*" }), host: new BareHost() };
	near = { remote: cluster(), host: new BareHost() };
	await far.remote.start(far.host);
	await near.remote.start(near.host);
	node = far.remote.endpoints[0] as string;
	near.host.take(await near.remote.dial(node));
	await far.host.until(() => far.host.links.length === 1);
});

afterEach(async () => {
	for (const stranger of strangers) stranger.close();
	strangers = [];
	await Promise.all([near.remote.stop(), far.remote.stop()]);
});

function stranger(): LibzmqDealer {
	const dealer = new Dealer({ linger: 0 });
	dealer.connect(node);
	strangers.push(dealer);
	return dealer;
}

const hello = (version = 1): Buffer[] =>
	encodeGreeting(KIND_HELLO, { version, incarnation: "ab".repeat(16), software: "libzmq" }) as Buffer[];

/** The good link still carries envelopes both ways, and nothing else has reached the host. */
async function stillGood(): Promise<void> {
	const before = far.host.envelopes.length;
	(await near.remote.dial(node)).send([Buffer.from("good")]);
	await far.host.until(() => far.host.envelopes.length === before + 1);
	expect(String(far.host.envelopes[before]?.[0])).toBe("good");
	(far.host.links[0] as (typeof far.host.links)[0]).send([Buffer.from("back")]);
	await near.host.until(() => near.host.envelopes.length >= 1);
	expect([far.host.ends, near.host.ends]).toEqual([[], []]);
}

it("messages of a stranger that are no protocol are ignored, and HELLO still works behind them", async () => {
	const dealer = stranger();
	const frame = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
	const notHello = fc.array(frame, { minLength: 1, maxLength: 5 }).filter(([first]) => first?.[0] !== KIND_HELLO);
	for (const frames of fc.sample(notHello, 2000)) await dealer.send(frames);
	await dealer.send(hello());
	for await (const [first] of dealer) {
		if (first?.[0] === KIND_WELCOME) break;
		expect(first?.[0]).toBe(KIND_REFUSE);
	}
	await far.host.until(() => far.host.links.length === 2);
	await stillGood();
});

it("an envelope without HELLO is refused and does not reach the host", async () => {
	const dealer = stranger();
	await dealer.send([Buffer.of(KIND_ENVELOPE), "call me"]);
	const [kind, code] = await dealer.receive();
	expect([kind?.[0], String(code)]).toEqual([KIND_REFUSE, "hello"]);
	expect(far.host.envelopes).toEqual([]);
	await stillGood();
});

it("HELLO in every broken form makes no link", async () => {
	const [good] = hello() as [Buffer];
	const broken: Buffer[][] = [hello(2), [good, Buffer.from("more")], [Buffer.concat([good, Buffer.alloc(500)])]];
	for (let length = 1; length < 24; length++) broken.push([good.subarray(0, length)]);
	for (const frames of broken) {
		const dealer = stranger();
		await dealer.send(frames);
		const [kind] = await dealer.receive();
		expect(kind?.[0]).toBe(KIND_REFUSE);
	}
	expect(far.host.links.length).toBe(1);
	await stillGood();
});

it("a link that sends something else than the protocol is refused and ends alone", async () => {
	for (const bad of [[Buffer.of(77)], [Buffer.of(KIND_ENVELOPE)], encodeCount(KIND_ACK, 5) as Buffer[], [Buffer.of(KIND_WELCOME)]]) {
		const dealer = stranger();
		await dealer.send(hello());
		await dealer.receive();
		await dealer.send(bad);
		const [kind] = await dealer.receive();
		expect(kind?.[0]).toBe(KIND_REFUSE);
	}
	await far.host.until(() => far.host.ends.length === 4);
	expect(far.host.ends.every(({ reason }) => reason.code === "ERR_NODE_DOWN" && reason.message.includes("not the node protocol"))).toBe(
		true,
	);
	far.host.ends.length = 0;
	await stillGood();
});

it("a stranger that asks without end and never reads the answers costs nobody else anything", async () => {
	const dealer = stranger();
	for (let i = 0; i < 50_000; i++) await dealer.send([Buffer.of(KIND_ENVELOPE), "x"]);
	await stillGood();
});

it("bytes that are not ZMTP end their own connection only", async () => {
	const port = Number(node.slice(node.lastIndexOf(":") + 1));
	for (const bytes of fc.sample(fc.uint8Array({ minLength: 10, maxLength: 5000 }), 50)) {
		const stream = connect(port, "127.0.0.1");
		// A reset is one of the ways to be shown the door.
		stream.on("error", () => {});
		stream.end(Buffer.from(bytes));
		stream.resume();
		await once(stream, "close");
	}
	await stillGood();
});
