import { Publisher, Subscriber, XPublisher, XSubscriber } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { type Both, hasTwoQueues } from "./duplex-contract.ts";
import { BODIES, duplex, receiver, sender, sendSurely, textOf } from "./ends.ts";
import { keepsSubscriberQueues, losesForTheSlow, reachesAll } from "./fan-out-contract.ts";
import { freeEndpoint, meet, open, texts, until } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";
import { discardsWhatIsLeft, hasQueueEach, keepsIncomingQueues, receivesFairly, receivesUnchanged } from "./receiver-contract.ts";
import { listen, WIRE } from "./wire.ts";

function subscriber(mark = 1000) {
	const sub = new Subscriber({ receiveHighWaterMark: mark });
	sub.subscribe("");
	return receiver(sub);
}

function xsubscriber(mark = 1000): Both {
	const xsub = new XSubscriber({ sendHighWaterMark: mark, receiveHighWaterMark: mark });
	xsub.trySend(Buffer.of(1));
	return duplex(xsub);
}

const publisher = (mark = 1000) => sender(new Publisher({ sendHighWaterMark: mark }));

const sub = { receiver: subscriber, sender: publisher };
receivesUnchanged(sub, { unchanged: ["29/sub-10"], delivered: ["29/sub-11"] });
keepsIncomingQueues(sub, {
	made: ["29/sub-3"],
	kept: ["29/sub-4"],
	accepted: ["29/sub-5"],
	ended: ["29/sub-6"],
	limited: ["29/sub-7"],
});
hasQueueEach(sub, ["29/sub-2"]);
receivesFairly(sub, ["29/sub-9"]);

losesForTheSlow(sub, ["29/sub-8"]);

const xsub = { receiver: xsubscriber, sender: publisher };
receivesUnchanged(xsub, { unchanged: ["29/xsub-8"], delivered: ["29/xsub-11"] });
keepsIncomingQueues(xsub, {
	made: ["29/xsub-2"],
	kept: ["29/xsub-3"],
	accepted: ["29/xsub-4"],
	ended: ["29/xsub-5"],
	limited: ["29/xsub-7"],
});
hasQueueEach(xsub, ["29/xsub-1"]);
receivesFairly(xsub, ["29/xsub-10"]);
losesForTheSlow(xsub, ["29/xsub-9"]);

const upstream = {
	// By default an XSUB delivers nothing any more once it is closed.
	sender: (mark = 1000) => sender(new XSubscriber({ sendHighWaterMark: mark, linger: -1 })),
	receiver: (mark = 1000) => receiver(new XPublisher({ receiveHighWaterMark: mark })),
	// What begins with 0 or 1 is a subscription.
	bodies: BODIES.map((body) => Buffer.concat([Buffer.from("m"), body])),
};
reachesAll(upstream, ["29/xsub-12", "29/xsub-13"]);
losesForTheSlow(upstream, ["29/xsub-1", "29/xsub-14", "29/xsub-15"]);
keepsSubscriberQueues(upstream, {
	made: ["29/xsub-2"],
	kept: ["29/xsub-3"],
	accepted: ["29/xsub-4"],
	ended: ["29/xsub-5", "29/xsub-6"],
	limited: ["29/xsub-7"],
});
hasTwoQueues(["29/xsub-1"], async (transport) => {
	const own = xsubscriber(2);
	const peer = duplex(new XPublisher({ sendHighWaterMark: 2, receiveHighWaterMark: 2 }));
	await meet(transport, own.socket, peer.socket);
	expect((await peer.receive())[0]).toEqual(Buffer.of(1));
	return [own, peer];
});

covers(["29/sub-1"], { transports: EVERY }, "a SUB has nothing with which to send", async (transport) => {
	const [own, pub] = [subscriber(), publisher()];
	await meet(transport, pub.socket, own.socket);
	await sendSurely(pub, "one way");
	expect(textOf(await own.receive())).toBe("one way");
	for (const name of ["send", "trySend", "sendMany"]) expect(name in own.socket).toBe(false);
});

covers(["29/xsub-2"], { transports: EVERY }, "what an XSUB sends waits for a publisher that is not there yet", async (transport) => {
	const endpoint = await freeEndpoint(transport);
	const [own, pub] = [open(new XSubscriber()), open(new XPublisher())];
	own.connect(endpoint);
	expect(own.trySend("early")).toBe("sent");
	await pub.bind(endpoint);
	expect(texts(await pub.receive())).toEqual(["early"]);
});

covers(
	["29/xsub-16", "29/xsub-17"],
	{ transports: EVERY },
	"an XSUB subscribes at all its publishers, now and later, by what it sends",
	async (transport) => {
		const own = open(new XSubscriber());
		const [first, second] = [open(new Publisher()), open(new Publisher())];
		own.connect(await meet(transport, first));
		await own.send(Buffer.from("\x01a"));
		await own.send([Buffer.from("\x01b")]);
		await until(() => first.topicsCount === 2);
		own.connect(await meet(transport, second));
		await until(() => second.topicsCount === 2);
		await first.send("a from the first");
		expect(texts(await own.receive())).toEqual(["a from the first"]);
		await own.send(Buffer.from("\0a"));
		await until(() => first.topicsCount === 1 && second.topicsCount === 1);
		expect(second.trySend("a from the second")).toBe("dropped");
		await second.send("b from the second");
		expect(texts(await own.receive())).toEqual(["b from the second"]);
		expect(own.topicsCount).toBe(1);
	},
);

covers(["29/xsub-17"], { transports: WIRE }, "an XSUB subscribes by the commands of the protocol", async (transport) => {
	const own = open(new XSubscriber());
	const listener = await listen(transport);
	await own.send(Buffer.from("\x01before"));
	own.connect(listener.endpoint);
	const raw = await listener.next();
	await raw.shake("XPUB");
	expect(await raw.command()).toEqual({ name: "SUBSCRIBE", data: Buffer.from("before") });
	await own.send(Buffer.from("\x01later"));
	await own.send(Buffer.from("\0before"));
	await own.send("and a message");
	expect(await raw.command()).toEqual({ name: "SUBSCRIBE", data: Buffer.from("later") });
	expect(await raw.command()).toEqual({ name: "CANCEL", data: Buffer.from("before") });
	expect(await raw.message()).toEqual(["and a message"]);
});

discardsWhatIsLeft(sub, ["29/sub-left-1"]);
discardsWhatIsLeft(xsub, ["29/xsub-left-1"]);

// What an XPUB has taken in to tell apart waits behind its mark once more.
const xpub = { receiver: upstream.receiver, sender: upstream.sender, queues: 2 };
keepsIncomingQueues(xpub, {
	made: ["29/xpub-2"],
	kept: ["29/xpub-3"],
	accepted: ["29/xpub-4"],
	ended: ["29/xpub-5"],
	limited: ["29/xpub-7"],
});
hasQueueEach(xpub, ["29/xpub-1", "29/xpub-12"]);
discardsWhatIsLeft(xpub, ["29/xpub-left-1"]);
