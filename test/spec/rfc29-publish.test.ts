import { Publisher, Subscriber, XPublisher, XSubscriber } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { hasTwoQueues } from "./duplex-contract.ts";
import { duplex, happens, quick, type Receiver, receiver, reconnects, sender, textOf, turn, vanish } from "./ends.ts";
import { type FanOutSubject, keepsSubscriberQueues, losesForTheSlow, reachesAll } from "./fan-out-contract.ts";
import { anyEndpoint, freeEndpoint, meet, open, texts, until } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";
import { command, dial, listen, message, WIRE } from "./wire.ts";

/** What subscribers to "" get. */
export function everything(mark = 1000): Receiver {
	const sub = new Subscriber({ receiveHighWaterMark: mark });
	sub.subscribe("");
	return receiver(sub);
}

const pub: FanOutSubject = {
	sender: (mark = 1000) => sender(new Publisher({ sendHighWaterMark: mark })),
	receiver: everything,
};
const xpub: FanOutSubject = {
	sender: (mark = 1000) => duplex(new XPublisher({ sendHighWaterMark: mark })),
	receiver: everything,
};

const pubIds = {
	made: ["29/pub-3"],
	kept: ["29/pub-4"],
	accepted: ["29/pub-5"],
	ended: ["29/pub-6", "29/pub-7"],
	limited: ["29/pub-8"],
};
reachesAll(pub, ["29/pub-10"]);
losesForTheSlow(pub, ["29/pub-2", "29/pub-12", "29/pub-13"]);
keepsSubscriberQueues(pub, pubIds);

const xpubIds = {
	made: ["29/xpub-2"],
	kept: ["29/xpub-3"],
	accepted: ["29/xpub-4"],
	ended: ["29/xpub-5", "29/xpub-6"],
	limited: ["29/xpub-7"],
};
reachesAll(xpub, ["29/xpub-8"]);
losesForTheSlow(xpub, ["29/xpub-1", "29/xpub-10", "29/xpub-11"]);
keepsSubscriberQueues(xpub, xpubIds);

covers(
	["29/pub-1", "29/pub-15"],
	{ transports: EVERY },
	"a PUB sends, and has nothing with which to receive, not even subscriptions",
	async (transport) => {
		const [own, subscriber] = [open(new Publisher()), everything()];
		await meet(transport, own, subscriber.socket);
		await until(() => own.topicsCount === 1);
		await own.send("one way");
		expect(textOf(await subscriber.receive())).toBe("one way");
		for (const name of ["receive", "tryReceive", "receiveMany", Symbol.asyncIterator]) expect(name in own).toBe(false);
	},
);

covers(["29/pub-9"], { transports: EVERY }, "what a subscriber sends to a PUB is dropped, and it is served on", async (transport) => {
	const own = open(new Publisher());
	const talker = open(new XSubscriber());
	await meet(transport, own, talker);
	let losses = 0;
	for (const { events } of [own, talker]) events.on("disconnect", () => losses++);
	for (let number = 0; number < 3000; number++) await talker.send(["message", `${number}`]);
	await talker.send(Buffer.from("\x01topic"));
	await until(() => own.topicsCount === 1);
	await own.send("topic and more");
	expect(texts(await talker.receive())).toEqual(["topic and more"]);
	expect(losses).toBe(0);
});

for (const [Type, ids] of [
	[Publisher, ["29/pub-3", "29/pub-4"]],
	[XPublisher, ["29/xpub-2", "29/xpub-3"]],
] as const) {
	covers(ids, { transports: EVERY }, "what is published before anybody is there waits, if nobody has to ask for it", async (transport) => {
		const endpoint = await freeEndpoint(transport);
		// Whoever has not subscribed to a topic gets it.
		const own = open(new Type({ invertMatching: true, sendHighWaterMark: 3 }));
		own.connect(endpoint);
		for (let number = 0; number < 3; number++) expect(own.trySend(`${number}`)).toBe("sent");
		expect(own.trySend("too much")).toBe("dropped");
		const sub = open(new Subscriber({ invertMatching: true }));
		await sub.bind(endpoint);
		for (let number = 0; number < 3; number++) expect(texts(await sub.receive())).toEqual([`${number}`]);
	});
}

/** A topic, what it matches and what not. */
const MATCHES: readonly [topic: Buffer, yes: Buffer, no: Buffer][] = [
	[Buffer.from("abc"), Buffer.from("abc"), Buffer.from("ab")],
	[Buffer.from("abc"), Buffer.from("abcd"), Buffer.from("Abcd")],
	[Buffer.from("abc"), Buffer.from("abc "), Buffer.from(" abc")],
	[Buffer.of(0), Buffer.of(0, 1), Buffer.of(1, 0)],
	[Buffer.of(0xff, 0xfe), Buffer.of(0xff, 0xfe, 0), Buffer.of(0xff)],
	[Buffer.from("é"), Buffer.from("état"), Buffer.from("e")],
	[Buffer.alloc(300, 7), Buffer.alloc(301, 7), Buffer.alloc(299, 7)],
];

for (const [Type, ids] of [
	[Publisher, ["29/pub-11", "29/pub-14"]],
	[XPublisher, ["29/xpub-9", "29/xpub-14"]],
] as const) {
	covers(ids, { transports: EVERY }, "a subscription matches the first bytes of the first frame, and no others", async (transport) => {
		const own = open(new Type());
		const sub = open(new Subscriber());
		await meet(transport, own, sub);
		for (const [topic, yes, no] of MATCHES) {
			sub.subscribe(topic);
			await until(() => own.topicsCount === 1);
			expect([own.trySend([no, topic]), own.trySend([Buffer.alloc(0), topic])]).toEqual(["dropped", "dropped"]);
			expect(own.trySend([yes, "body"])).toBe("sent");
			expect(await sub.receive()).toEqual([yes, Buffer.from("body")]);
			sub.unsubscribe(topic);
			await until(() => own.topicsCount === 0);
			expect(own.trySend(yes)).toBe("dropped");
		}
		expect(sub.tryReceive()).toBe(undefined);
	});

	covers(ids.slice(1), { transports: WIRE }, "subscriptions come as commands, or as messages that begin with 1 or 0", async (transport) => {
		const own = open(new Type());
		await own.bind(anyEndpoint(transport));
		const raw = await dial(own.lastEndpoint);
		await raw.shake("SUB");
		raw.write(command("SUBSCRIBE", "one"), message("\x01two"));
		await until(() => own.topicsCount === 2);
		await own.send("one");
		await own.send("two");
		expect([await raw.message(), await raw.message()]).toEqual([["one"], ["two"]]);
		raw.write(command("CANCEL", "two"), message("\0one"));
		await until(() => own.topicsCount === 0);
	});
}

covers(
	["29/xpub-13", "29/xpub-15"],
	{ transports: EVERY },
	"an XPUB receives subscriptions, their cancelling, and what else subscribers send",
	async (transport) => {
		const own = open(new XPublisher());
		const [first, second] = [open(new XSubscriber()), open(new XSubscriber())];
		const endpoint = await meet(transport, own, first);
		await first.send(Buffer.from("\x01a"));
		expect(texts(await own.receive())).toEqual(["\x01a"]);
		for (const said of [["plain"], ["several", "", "frames"], [""]]) {
			await first.send(said);
			expect(texts(await own.receive())).toEqual(said);
		}
		second.connect(endpoint);
		await second.send(Buffer.from("\x01b"));
		expect(texts(await own.receive())).toEqual(["\x01b"]);
		await first.send(Buffer.from("\0a"));
		expect(texts(await own.receive())).toEqual(["\0a"]);
		await own.send("b only");
		expect(texts(await second.receive())).toEqual(["b only"]);
	},
);

covers(
	["29/xpub-16"],
	{ transports: EVERY },
	"what a subscriber that vanishes had subscribed to is cancelled in its name",
	async (transport) => {
		const own = open(new XPublisher());
		const [leaver, stayer] = [open(new Subscriber()), open(new Subscriber())];
		const endpoint = await meet(transport, own, leaver);
		leaver.subscribe("both", "mine");
		expect([texts(await own.receive()), texts(await own.receive())].flat().sort()).toEqual(["\x01both", "\x01mine"]);
		stayer.connect(endpoint);
		stayer.subscribe("both", "its");
		expect(texts(await own.receive())).toEqual(["\x01its"]);
		await vanish({ socket: leaver });
		// Somebody still wants "both".
		expect(texts(await own.receive())).toEqual(["\0mine"]);
		await vanish({ socket: stayer });
		expect([texts(await own.receive()), texts(await own.receive())].flat().sort()).toEqual(["\0both", "\0its"]);
		expect(own.topicsCount).toBe(0);
	},
);

covers(
	["29/xpub-16"],
	{ transports: EVERY },
	"what an XPUB was told where it connects stays until it disconnects, and is then cancelled",
	async (transport) => {
		const endpoint = await freeEndpoint(transport);
		const own = quick(open(new XPublisher()));
		own.connect(endpoint);
		const first = open(new Subscriber());
		first.subscribe("topic");
		await first.bind(endpoint);
		expect(texts(await own.receive())).toEqual(["\x01topic"]);
		if (reconnects(transport)) {
			const lost = happens(own, "disconnect");
			await vanish({ socket: first });
			await lost;
			expect(own.trySend("topic")).toBe("sent");
		}
		expect(own.tryReceive()).toBe(undefined);
		// What waits there would hold up the end of the test.
		own.linger = 0;
		own.disconnect(endpoint);
		expect(texts(await own.receive())).toEqual(["\0topic"]);
		expect(own.trySend("topic")).toBe("dropped");
	},
);

covers(["29/xpub-12"], { transports: EVERY }, "a subscriber that talks without end does not keep another out", async (transport) => {
	const own = open(new XPublisher());
	const [talker, quiet] = [open(new XSubscriber()), open(new XSubscriber())];
	await meet(transport, own, talker, quiet);
	let heard = false;
	const talking = (async () => {
		while (!heard) {
			for (let number = 0; number < 100; number++) await talker.send("talk");
			await turn();
		}
	})();
	expect(textOf(await own.receive())).toBe("talk");
	await quiet.send("a word");
	while (!heard) heard = textOf(await own.receive()) === "a word";
	await talking;
});

covers(
	["29/xpub-2"],
	{ transports: EVERY },
	"an XPUB that connects has its welcome in the queue before anybody is there",
	async (transport) => {
		const endpoint = await freeEndpoint(transport);
		const own = open(new XPublisher({ welcomeMessage: "welcome" }));
		own.connect(endpoint);
		const later = everything();
		await later.socket.bind(endpoint);
		expect(textOf(await later.receive())).toBe("welcome");
	},
);

hasTwoQueues(["29/xpub-1"], async (transport) => {
	const own = duplex(new XPublisher({ sendHighWaterMark: 2, receiveHighWaterMark: 2 }));
	const peer = duplex(new XSubscriber({ sendHighWaterMark: 2, receiveHighWaterMark: 2 }));
	await meet(transport, own.socket, peer.socket);
	peer.trySend(Buffer.of(1));
	expect((await own.receive())[0]).toEqual(Buffer.of(1));
	return [own, peer];
});

covers(["29/pub-14"], { transports: WIRE }, "a PUB that connects is subscribed to as well", async (transport) => {
	const own = open(new Publisher());
	const listener = await listen(transport);
	own.connect(listener.endpoint);
	const raw = await listener.next();
	await raw.shake("SUB");
	raw.write(command("SUBSCRIBE", "t"));
	await until(() => own.topicsCount === 1);
	await own.send("topic");
	expect(await raw.message()).toEqual(["topic"]);
});
