/** Publish-subscribe in ZMTP 3.0 and 3.1: subscriptions on the wire, and what they match. */
import { Publisher, Subscriber, XPublisher, XSubscriber } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { meet, open, texts } from "./open-sockets.ts";
import { command, dial, message, WIRE } from "./wire.ts";
import { zmtp } from "./zmtp-ids.ts";

const OVER = { transports: WIRE };
const ALL = { transports: ["tcp", "ipc", "inproc", "ws"] } as const;

covers(
	[...zmtp("pubsub-1"), "23/pubsub-2", "23/pubsub-3"],
	OVER,
	"a subscriber of 3.0 subscribes by messages of 1 and 0, and gets nothing else over the wire",
	async (transport) => {
		const xpub = open(new XPublisher());
		const raw = await dial(await meet(transport, xpub));
		await raw.shake("SUB", [], { minor: 0 });
		raw.write(message("\x01ab"));
		expect(texts(await xpub.receive())).toEqual(["\x01ab"]);
		for (const text of ["a", "b", "abc", "ba", "ab"]) await xpub.send([text, "body"]);
		expect([await raw.message(), await raw.message()]).toEqual([
			["abc", "body"],
			["ab", "body"],
		]);
		raw.write(message("\x00ab"), message("\x01z"));
		expect([texts(await xpub.receive()), texts(await xpub.receive())]).toEqual([["\x00ab"], ["\x01z"]]);
		for (const text of ["ab", "z"]) await xpub.send(text);
		expect(await raw.message()).toEqual(["z"]);
	},
);

covers(
	["23/pubsub-2", "23/pubsub-3"],
	OVER,
	"towards a publisher of 3.0 a SUB and an XSUB subscribe so, long topics too",
	async (transport) => {
		const [subscriber, xsub] = [open(new Subscriber()), open(new XSubscriber())];
		for (const topic of ["", "ab", "\x00\x01", "t".repeat(300)]) {
			for (const socket of [subscriber, xsub]) {
				const raw = await dial(await meet(transport, socket));
				await raw.shake("PUB", [], { minor: 0 });
				if (socket === subscriber) subscriber.subscribe(topic);
				else await xsub.send(`\x01${topic}`);
				expect(await raw.message()).toEqual([`\x01${topic}`]);
				if (socket === subscriber) subscriber.unsubscribe(topic);
				else await xsub.send(`\x00${topic}`);
				expect(await raw.message()).toEqual([`\x00${topic}`]);
			}
		}
	},
);

covers(zmtp("pubsub-1"), OVER, "a PUB sends a subscriber of 3.0 or 3.1 nothing but what it subscribed to", async (transport) => {
	for (const [minor, subscribe, cancel] of [
		[0, message("\x01ab"), [message("\x00ab"), message("\x01z")]],
		[1, command("SUBSCRIBE", "ab"), [command("CANCEL", "ab"), command("SUBSCRIBE", "z")]],
	] as const) {
		const publisher = open(new Publisher());
		const raw = await dial(await meet(transport, publisher));
		await raw.shake("SUB", [], { minor });
		raw.write(subscribe);
		// It tells nobody when it is subscribed to.
		const hearing = async (wanted: string): Promise<Set<string>> => {
			const heard = new Set<string>();
			const reading = (async () => {
				while (!heard.has(wanted)) heard.add(String(await raw.message()));
			})();
			while (!heard.has(wanted)) {
				for (const text of ["a", "b", "", "abc", "ba", "z"]) await publisher.send(text);
				await new Promise((turn) => setImmediate(turn));
			}
			await reading;
			return heard;
		};
		expect([...(await hearing("abc"))]).toEqual(["abc"]);
		raw.write(...cancel);
		await hearing("z");
		await publisher.send("z end");
		while (String(await raw.message()) !== "z end");
		for (const text of ["abc", "z"]) await publisher.send(text);
		expect(await raw.message()).toEqual(["z"]);
	}
});

covers(zmtp("pubsub-4", "pubsub-5"), ALL, "a subscription matches what begins with it, an empty one everything", async (transport) => {
	const xpub = open(new XPublisher());
	const [some, all] = [open(new Subscriber()), open(new Subscriber())];
	some.subscribe("A");
	all.subscribe("");
	await meet(transport, xpub, some, all);
	for (let i = 0; i < 2; i++) await xpub.receive();
	const sent = ["A", "AB", "B", "", "BA", "a", "A end"];
	for (const text of sent) await xpub.send(text);
	for (const text of ["A", "AB", "A end"]) expect(texts(await some.receive())).toEqual([text]);
	for (const text of sent) expect(texts(await all.receive())).toEqual([text]);
});

covers(zmtp("pubsub-8"), ALL, "what several subscriptions match comes once, and one of them is enough", async (transport) => {
	const xpub = open(new XPublisher());
	const subscriber = open(new Subscriber());
	subscriber.subscribe("A", "", "AB");
	await meet(transport, xpub, subscriber);
	for (let i = 0; i < 3; i++) await xpub.receive();
	for (const text of ["ABC", "B", "end"]) await xpub.send(text);
	for (const text of ["ABC", "B", "end"]) expect(texts(await subscriber.receive())).toEqual([text]);
	subscriber.unsubscribe("");
	expect(String(await xpub.receive())).toBe("\x00");
	for (const text of ["ABC", "B", "A"]) await xpub.send(text);
	for (const text of ["ABC", "A"]) expect(texts(await subscriber.receive())).toEqual([text]);
});

covers(zmtp("pubsub-6"), ALL, "what was subscribed twice is unsubscribed by the second time", async (transport) => {
	const xpub = open(new XPublisher());
	const subscriber = open(new Subscriber());
	await meet(transport, xpub, subscriber);
	subscriber.subscribe("A", "A", "end");
	while (String(await xpub.receive()) !== "\x01end");
	subscriber.unsubscribe("A");
	subscriber.subscribe("mark");
	expect(String(await xpub.receive())).toBe("\x01mark");
	await xpub.send("A once");
	expect(texts(await subscriber.receive())).toEqual(["A once"]);
	subscriber.unsubscribe("A");
	expect(String(await xpub.receive())).toBe("\x00A");
	for (const text of ["A again", "end"]) await xpub.send(text);
	expect(texts(await subscriber.receive())).toEqual(["end"]);
});

covers(zmtp("pubsub-6"), ALL, "what an XSUB subscribes to twice it unsubscribes from by the second time", async (transport) => {
	const [xpub, xsub] = [open(new XPublisher()), open(new XSubscriber())];
	await meet(transport, xpub, xsub);
	for (const text of ["\x01A", "\x01A", "\x00A", "\x01mark"]) await xsub.send(text);
	while (String(await xpub.receive()) !== "\x01mark");
	await xpub.send("A once");
	expect(texts(await xsub.receive())).toEqual(["A once"]);
	await xsub.send("\x00A");
	expect(String(await xpub.receive())).toBe("\x00A");
	for (const text of ["A again", "mark"]) await xpub.send(text);
	expect(texts(await xsub.receive())).toEqual(["mark"]);
});

covers(
	zmtp("pubsub-7"),
	ALL,
	"a publisher counts what a peer subscribes to if it is told to; if not, one unsubscribe ends it",
	async (transport) => {
		for (const counts of [true, false]) {
			const publisher = open(new XPublisher({ countSubscriptions: counts, verbosity: "allSubsUnsubs" }));
			const [repeats, other] = [open(new XSubscriber({ verboseUnsubscribe: true })), open(new XSubscriber())];
			await meet(transport, publisher, repeats, other);
			const says = async (subscriber: XSubscriber, ...notices: string[]): Promise<void> => {
				for (const notice of notices) {
					await subscriber.send(notice);
					expect(texts(await publisher.receive())).toEqual([notice]);
				}
			};
			await says(repeats, "\x01A", "\x01A", "\x01A", "\x01B", "\x01B");
			await says(other, "\x01A");
			for (const left of [2, 1, 0]) {
				await says(repeats, "\x00A");
				for (const word of [`A ${left}`, `B ${left}`]) await publisher.send(word);
				if (counts && left > 0) expect(texts(await repeats.receive())).toEqual([`A ${left}`]);
				expect(texts(await repeats.receive())).toEqual([`B ${left}`]);
				expect(texts(await other.receive())).toEqual([`A ${left}`]);
			}
		}
	},
);
