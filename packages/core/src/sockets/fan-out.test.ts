/**
 * One publisher and subscribers of many kinds: all get the same, in the form that each understands, and one that is slow costs nobody else.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { anyEndpoint, open, texts } from "../fixtures/open-sockets.ts";
import { curveKeyPair } from "../security/curve-keys.ts";
import { FLAG_MORE } from "../wire/frame.ts";
import { OldFrameDecoder } from "../wire/old-frame.ts";
import { Publisher, Subscriber, XPublisher } from "./publish-sockets.ts";

/** A message as its frames' lengths and what they begin and end with. */
const shape = (message: readonly Uint8Array[]) => message.map((frame) => [frame.length, frame[0], frame.at(-1)]);

function subscriber(endpoint: string | null, options = {}): Subscriber {
	const sub = open(new Subscriber({ receiveHighWaterMark: 0, ...options }));
	sub.subscribe("");
	sub.connect(endpoint as string);
	return sub;
}

async function received(sub: Subscriber, count: number): Promise<unknown[]> {
	const messages: unknown[] = [];
	while (messages.length < count) messages.push(shape(await sub.receive()));
	return messages;
}

/** What a peer of ZMTP 1.0 that says nothing gets: everything. */
async function receivedByOldPeer(endpoint: string | null, count: number): Promise<unknown[]> {
	const stream = connect(Number(endpoint?.split(":").pop()), "127.0.0.1");
	// Its routing id, which is empty.
	stream.write(Buffer.of(1, 0));
	const decoder = new OldFrameDecoder(1 << 20);
	const messages: unknown[] = [];
	let frames: Buffer[] = [];
	for (let ids = 1; messages.length < count; ) {
		const [chunk] = (await once(stream, "data")) as [Buffer];
		decoder.push(chunk);
		while (decoder.next()) {
			// Ours comes first.
			if (ids-- > 0) continue;
			frames.push(decoder.body);
			if ((decoder.flags & FLAG_MORE) !== 0) continue;
			messages.push(shape(frames));
			frames = [];
		}
	}
	stream.destroy();
	return messages;
}

describe("a publisher", () => {
	it("tells peers of tcp, of ZMTP 1.0, over ws and under CURVE the same", async () => {
		const pub = open(new XPublisher({ sendHighWaterMark: 0, verbosity: "allSubs" }));
		await pub.bind(anyEndpoint("tcp"));
		const tcp = pub.lastEndpoint;
		await pub.bind(anyEndpoint("ws"));
		const ws = pub.lastEndpoint;
		const messages = Array.from({ length: 400 }, (_, at) => [
			Buffer.from(`topic ${at % 3}`),
			Buffer.alloc(at % 50 === 49 ? 70_000 + at : at, at),
		]);
		const open4 = [tcp, tcp, ws].map((endpoint) => received(subscriber(endpoint), messages.length));
		open4.push(receivedByOldPeer(tcp, messages.length));
		for (const _ of open4) expect(texts(await pub.receive())).toEqual(["\x01"]);
		const [server, client] = [curveKeyPair(), curveKeyPair()];
		Object.assign(pub, { curveServer: true, curveSecretKey: server.secretKey });
		await pub.bind(anyEndpoint("tcp"));
		const keys = { curveServerKey: server.publicKey, curvePublicKey: client.publicKey, curveSecretKey: client.secretKey };
		const all = [...open4, received(subscriber(pub.lastEndpoint, keys), messages.length)];
		expect(texts(await pub.receive())).toEqual(["\x01"]);
		for (const message of messages) await pub.send(message);
		const expected = messages.map(shape);
		for (const got of await Promise.all(all)) expect(got).toEqual(expected);
	});

	it("loses messages for a subscriber that does not read, and none for the others", async () => {
		const pub = open(new Publisher({ sendHighWaterMark: 4 }));
		await pub.bind(anyEndpoint("tcp"));
		const [slow, ...quick] = [{ receiveHighWaterMark: 1 }, {}, {}].map((options) => subscriber(pub.lastEndpoint, options));
		const everybody = [slow as Subscriber, ...quick];
		const heard = Promise.all(everybody.map((sub) => sub.receive()));
		let all = false;
		void heard.then(() => {
			all = true;
		});
		while (!all) {
			await pub.send("hello");
			await new Promise((turn) => setImmediate(turn));
		}
		const next = async (sub: Subscriber): Promise<Buffer[]> => {
			for (;;) {
				const message = await sub.receive();
				if (String(message[0]) !== "hello") return message;
			}
		};
		let rounds = 0;
		// What is published while a subscriber has no room is lost for it; a few rounds more show who else is harmed.
		for (let left = 20; left > 0; rounds++) {
			const round = rounds;
			pub.noDrop = true;
			if (left < 20 || pub.trySend("hello") === "full") left -= 1;
			pub.noDrop = false;
			for (const size of [10, 65_536]) await pub.send([String(round), Buffer.alloc(size, round)]);
			for (const sub of quick) {
				for (const size of [10, 65_536])
					expect(shape(await next(sub))).toEqual(shape([Buffer.from(String(round)), Buffer.alloc(size, round)]));
			}
		}
		const got: Buffer[][] = [];
		let ended = false;
		const reading = (async () => {
			for (let message = await next(slow as Subscriber); String(message[0]) !== "end"; message = await next(slow as Subscriber))
				got.push(message);
			ended = true;
		})();
		while (!ended) {
			await pub.send(["end"]);
			await new Promise((turn) => setImmediate(turn));
		}
		await reading;
		expect(got.length).toBeLessThan(2 * rounds);
		const numbers = got.map(([round]) => Number(round));
		expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
		for (const [round, body] of got) expect(body?.equals(Buffer.alloc((body as Buffer).length, Number(round)))).toBe(true);
	});
});
