/**
 * What each pair of compatible socket types says to each other: written once, for whoever takes which part.
 *
 * A part that cannot know when its peer is ready (PUB, RADIO, a ROUTER that writes first) says its line again until it was
 * heard; everything else waits for what it expects.
 */
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { Frames, TheirSocket } from "./their-socket.ts";

export interface Conversation {
	/** Who begins, and who answers. */
	readonly first: string;
	readonly second: string;
	/** Names that the sockets must have before they connect. */
	readonly routingIds?: readonly [string, string];
	/** Before the connection is made. */
	prepare?(first: TheirSocket, second: TheirSocket): Promise<void>;
	run(first: TheirSocket, second: TheirSocket): Promise<void>;
}

const frames = (...texts: string[]): Frames => texts.map((text) => Buffer.from(text, "latin1"));
const texts = (message: Frames): string[] => message.map((frame) => Buffer.from(frame).toString("latin1"));
const SIZES = [0, 1, 255, 256, 65_536];
const shape = (...sizes: number[]): Frames => sizes.map((size, i) => Buffer.alloc(size, i + 1));

async function carried(from: TheirSocket, to: TheirSocket, message: Frames, expected: Frames = message): Promise<Frames> {
	const [got] = await Promise.all([to.receive(), from.send(message)]);
	expect(got.map((frame) => frame.length)).toEqual(expected.map((frame) => frame.length));
	for (const [i, frame] of expected.entries()) expect(Buffer.compare(got[i] as Uint8Array, frame)).toBe(0);
	return got;
}

/** Says the line again until it was heard. */
async function insist(from: TheirSocket, message: Frames, to: TheirSocket): Promise<Frames> {
	let heard = false;
	const got = to.receive().finally(() => {
		heard = true;
	});
	while (!heard) {
		await from.send(message);
		await delay(2);
	}
	return got;
}

const duplex = (first: string, second = first, parts = true): Conversation => ({
	first,
	second,
	async run(a, b) {
		for (const size of SIZES) {
			await carried(a, b, shape(size));
			await carried(b, a, shape(size));
		}
		if (!parts) return;
		await carried(a, b, shape(0, 256, 0));
		await carried(b, a, shape(1, 65_536, 0));
	},
});

const oneWay = (first: string, second: string, parts = true): Conversation => ({
	first,
	second,
	async run(a, b) {
		for (const size of SIZES) await carried(a, b, shape(size));
		if (parts) await carried(a, b, shape(0, 256, 0));
	},
});

const published = (first: string, second: string): Conversation => ({
	first,
	second,
	prepare: (_, subscriber) => subscriber.subscribe("topic"),
	async run(publisher, subscriber) {
		if (first === "XPUB") {
			// A libzmq SUB that was bound subscribes within a call of its owner only.
			const [notice, got] = await Promise.all([
				publisher.receive().then(async (message) => {
					await publisher.send(frames("topic: one", "more"));
					return message;
				}),
				subscriber.receive(),
			]);
			expect(texts(notice)).toEqual(["\x01topic"]);
			expect(texts(got)).toEqual(["topic: one", "more"]);
		} else {
			expect(texts(await insist(publisher, frames("topic: one", "more"), subscriber))).toEqual(["topic: one", "more"]);
		}
		await publisher.send(frames("other"));
		await publisher.send(frames("topic: last"));
		let got = texts(await subscriber.receive());
		while (got[0] === "topic: one") got = texts(await subscriber.receive());
		expect(got).toEqual(["topic: last"]);
	},
});

export const CONVERSATIONS: readonly Conversation[] = [
	duplex("PAIR"),
	duplex("DEALER"),
	duplex("CHANNEL", "CHANNEL", false),
	oneWay("PUSH", "PULL"),
	oneWay("SCATTER", "GATHER", false),
	...["PUB", "XPUB"].flatMap((publisher) => ["SUB", "XSUB"].map((subscriber) => published(publisher, subscriber))),
	{
		first: "REQ",
		second: "REP",
		async run(req, rep) {
			for (const size of SIZES) {
				await carried(req, rep, shape(size, 1));
				await carried(rep, req, shape(2, size));
			}
		},
	},
	{
		first: "REQ",
		second: "ROUTER",
		async run(req, router) {
			await req.send(frames("question"));
			const [id, ...rest] = await router.receive();
			expect(texts(rest)).toEqual(["", "question"]);
			await carried(router, req, [id as Uint8Array, ...frames("", "answer")], frames("answer"));
		},
	},
	{
		first: "DEALER",
		second: "REP",
		async run(dealer, rep) {
			await carried(dealer, rep, frames("", "question"), frames("question"));
			await carried(rep, dealer, frames("answer"), frames("", "answer"));
		},
	},
	{
		first: "DEALER",
		second: "ROUTER",
		routingIds: ["dealer", "router"],
		async run(dealer, router) {
			for (const size of SIZES) {
				await carried(dealer, router, shape(size), [...frames("dealer"), ...shape(size)]);
				await carried(router, dealer, [...frames("dealer"), ...shape(size)], shape(size));
			}
		},
	},
	{
		first: "ROUTER",
		second: "ROUTER",
		routingIds: ["left", "right"],
		async run(left, right) {
			expect(texts(await insist(left, frames("right", "hello"), right))).toEqual(["left", "hello"]);
			await carried(right, left, frames("left", "hello back"), frames("right", "hello back"));
		},
	},
	{
		first: "CLIENT",
		second: "SERVER",
		async run(client, server) {
			await client.send(frames("question"));
			const [id, question] = await server.receive();
			expect(texts([question as Uint8Array])).toEqual(["question"]);
			await carried(server, client, [id as Uint8Array, ...frames("answer")], frames("answer"));
		},
	},
	{
		first: "RADIO",
		second: "DISH",
		prepare: (_, dish) => dish.join("group"),
		async run(radio, dish) {
			expect(texts(await insist(radio, frames("group", "wanted"), dish))).toEqual(["group", "wanted"]);
		},
	},
];
