/** Socket types, and what holds for all sockets and patterns in ZMTP 3.0 and 3.1. */
import {
	Channel,
	Client,
	Dealer,
	Dish,
	Gather,
	Pair,
	Peer,
	Publisher,
	Pull,
	Push,
	Radio,
	Reply,
	Request,
	Router,
	Scatter,
	Server,
	Subscriber,
	XPublisher,
	XSubscriber,
} from "@zloom/core";
import { expect } from "vitest";
import type { SpecTransport } from "./clause.ts";
import { covers } from "./covers.ts";
import { verdict } from "./events.ts";
import { anyEndpoint, freeEndpoint, meet, open, texts, until } from "./open-sockets.ts";
import { KINDS, KINDS_OF_30, make, PARTNERS } from "./socket-kinds.ts";
import { commandBody, dial, greeting, listen, properties, ready, WIRE } from "./wire.ts";
import { listenWs } from "./ws-peer.ts";
import { zmtp } from "./zmtp-ids.ts";

const OVER = { transports: WIRE };
const ALL = { transports: ["tcp", "ipc", "inproc", "ws"] } as const;

covers(zmtp("socket-type-1", "metadata-3"), OVER, "each socket announces its type by its name", async (transport) => {
	for (const kind of KINDS) {
		const raw = await dial(await meet(transport, make(kind)));
		const announced = await raw.shake(PARTNERS[kind][0] as string);
		expect(String(announced.get("Socket-Type"))).toBe(kind);
	}
});

covers(zmtp("socket-type-2"), OVER, "each of all pairs of types is let in or refused as the table says", async (transport) => {
	for (const kind of KINDS) {
		const socket = make(kind);
		const endpoint = await meet(transport, socket);
		for (const other of [...KINDS, "STREAM", "", "req", "REQ ", "UNHEARD-OF"]) {
			const verdictOfIt = verdict(socket);
			(await dial(endpoint)).write(greeting(), ready(other));
			const fits = (PARTNERS[kind] as readonly string[]).includes(other);
			expect([kind, other, await verdictOfIt]).toEqual([kind, other, fits ? "handshake" : "ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE"]);
		}
	}
});

covers(["23/socket-1"], ALL, "every type of ZMTP 3.0 meets its partners, binding and connecting", async (transport) => {
	for (const kind of KINDS_OF_30) await meetsPartners(transport, kind);
});

covers(["37/socket-1"], ALL, "every type of ZMTP 3.1 meets its partners, binding and connecting", async (transport) => {
	for (const kind of KINDS) await meetsPartners(transport, kind);
});

async function meetsPartners(transport: SpecTransport, kind: (typeof KINDS)[number]): Promise<void> {
	for (const partner of PARTNERS[kind]) {
		const [bound, connecting] = [make(kind), make(partner)];
		await meet(transport, bound, connecting);
		await until(() => bound.pipeCount === 1 && connecting.pipeCount === 1);
		await Promise.all([bound, connecting].map((socket) => socket[Symbol.asyncDispose]()));
	}
}

covers(zmtp("socket-2"), ALL, "connecting returns at once, and sending too, long before there is somebody", async (transport) => {
	const endpoint = await freeEndpoint(transport);
	const push = open(new Push({ reconnectInterval: 1 }));
	push.connect(endpoint);
	await push.send("early");
	const pull = open(new Pull());
	await pull.bind(endpoint);
	expect(texts(await pull.receive())).toEqual(["early"]);
});

covers(["23/socket-2"], ALL, "every type of ZMTP 3.0 connects to where nobody is yet, and meets who comes", async (transport) => {
	for (const kind of KINDS_OF_30) await meetsLate(transport, kind);
});

covers(["37/socket-2"], ALL, "every type of ZMTP 3.1 connects to where nobody is yet, and meets who comes", async (transport) => {
	for (const kind of KINDS) await meetsLate(transport, kind);
});

async function meetsLate(transport: SpecTransport, kind: (typeof KINDS)[number]): Promise<void> {
	const endpoint = await freeEndpoint(transport);
	const [early, late] = [make(kind, { reconnectInterval: 1 }), make(PARTNERS[kind][0] as (typeof KINDS)[number])];
	expect(early.connect(endpoint)).toBe(undefined);
	await late.bind(endpoint);
	await until(() => early.pipeCount === 1 && late.pipeCount === 1);
	await Promise.all([early, late].map((socket) => socket[Symbol.asyncDispose]()));
}

covers(
	zmtp("socket-3", "socket-5"),
	OVER,
	"a broken connection is made again, and what had gone out goes out no second time",
	async (transport) => {
		const listener = await listen(transport);
		const push = open(new Push({ reconnectInterval: 1 }));
		push.connect(listener.endpoint);
		for (let i = 0; i < 5; i++) {
			const raw = await listener.next();
			await raw.shake("PULL");
			await push.send(`message ${i}`);
			expect(await raw.message()).toEqual([`message ${i}`]);
			raw.stream.destroy();
		}
	},
);

covers(
	zmtp("socket-3", "socket-5"),
	{ transports: ["ws"] },
	"a broken WebSocket is made again too, and what had gone out goes out no second time",
	async () => {
		const listener = await listenWs();
		const push = open(new Push({ reconnectInterval: 1 }));
		push.connect(listener.endpoint);
		for (let i = 0; i < 5; i++) {
			const ws = await listener.next("ZWS2.0/NULL");
			ws.write(Buffer.concat([Buffer.of(2), commandBody("READY", properties([["Socket-Type", "PULL"]]))]));
			expect((await ws.command()).name).toBe("READY");
			await push.send(`message ${i}`);
			expect(await ws.message()).toEqual([`message ${i}`]);
			ws.raw.stream.destroy();
		}
	},
);

covers(
	zmtp("socket-4", "socket-5", "socket-6"),
	ALL,
	"messages sent at the same time come one after the other, whole, in order and once",
	async (transport) => {
		const dealer = open(new Dealer());
		const router = open(new Router());
		await meet(transport, router, dealer);
		const sent = Array.from({ length: 500 }, (_, index) => [`${index}`, "x".repeat(index), `${index} ends`]);
		await Promise.all(sent.map((parts) => dealer.send(parts)));
		let id: Uint8Array = Buffer.alloc(0);
		for (const parts of sent) {
			const [from, ...frames] = await router.receive();
			expect(texts(frames)).toEqual(parts);
			id = from as Uint8Array;
		}
		await dealer.send("last");
		expect(texts((await router.receive()).slice(1))).toEqual(["last"]);
		// And the other way.
		await Promise.all([...sent, ["last"]].map((parts) => router.send([id, ...parts])));
		for (const parts of [...sent, ["last"]]) expect(texts(await dealer.receive())).toEqual(parts);
	},
);

covers(zmtp("pattern-1"), ALL, "requests are answered, through REQ, ROUTER, DEALER and REP", async (transport) => {
	const [request, router, dealer, reply] = [open(new Request()), open(new Router()), open(new Dealer()), open(new Reply())];
	await meet(transport, router, request);
	await meet(transport, dealer, reply);
	await request.send("question");
	await dealer.send(await router.receive());
	expect(texts(await reply.receive())).toEqual(["question"]);
	await reply.send("answer");
	await router.send(await dealer.receive());
	expect(texts(await request.receive())).toEqual(["answer"]);
});

covers(zmtp("pattern-2"), ALL, "what is published reaches who subscribed, through XSUB and XPUB", async (transport) => {
	const [publisher, xsub, xpub, subscriber] = [
		open(new Publisher()),
		open(new XSubscriber()),
		open(new XPublisher()),
		open(new Subscriber()),
	];
	await meet(transport, xpub, subscriber);
	subscriber.subscribe("news");
	const notice = await xpub.receive();
	await meet(transport, publisher, xsub);
	await xsub.send(notice);
	let published: string[] | undefined;
	const received = xsub.receive().then((parts) => {
		published = texts(parts);
		return parts;
	});
	while (published === undefined) {
		await publisher.send("news of today");
		await new Promise((turn) => setImmediate(turn));
	}
	await xpub.send(await received);
	expect(texts(await subscriber.receive())).toEqual(["news of today"]);
});

covers(zmtp("pattern-3"), ALL, "work is pushed to those who pull, in turns", async (transport) => {
	const [push, one, other] = [open(new Push()), open(new Pull()), open(new Pull())];
	await meet(transport, push, one, other);
	await until(() => push.pipeCount === 2);
	for (const text of ["a", "b"]) await push.send(text);
	expect([String(await one.receive()), String(await other.receive())].sort()).toEqual(["a", "b"]);
});

covers(zmtp("pattern-4"), ALL, "two PAIRs talk both ways", async (transport) => {
	const [left, right] = [open(new Pair()), open(new Pair())];
	await meet(transport, left, right);
	await right.send("ping");
	expect(texts(await left.receive())).toEqual(["ping"]);
	await left.send("pong");
	expect(texts(await right.receive())).toEqual(["pong"]);
});

covers(["37/pattern-5"], ALL, "a SERVER answers its CLIENT", async (transport) => {
	const [server, client] = [open(new Server()), open(new Client())];
	await meet(transport, server, client);
	await client.send("question");
	const [question, tag] = await server.receive();
	await server.send(`${question}?`, tag);
	expect(String(await client.receive())).toBe("question?");
});

covers(["37/pattern-6"], OVER, "a RADIO reaches the DISH that has joined", async (transport) => {
	const [radio, dish] = [open(new Radio()), open(new Dish())];
	dish.join("weather");
	await meet(transport, radio, dish);
	let heard: string | undefined;
	const received = dish.receive().then(([bytes, { group }]) => {
		heard = `${group}: ${bytes}`;
	});
	while (heard === undefined) {
		await radio.send("rain", { group: "weather" });
		await new Promise((turn) => setImmediate(turn));
	}
	await received;
	expect(heard).toBe("weather: rain");
});

covers(["37/pattern-7"], ALL, "what is scattered is gathered", async (transport) => {
	const [scatter, gather] = [open(new Scatter()), open(new Gather())];
	await meet(transport, gather, scatter);
	await scatter.send("seed");
	expect(String(await gather.receive())).toBe("seed");
});

covers(["37/pattern-8"], ALL, "PEERs answer each other by routing id", async (transport) => {
	const [left, right] = [open(new Peer()), open(new Peer())];
	await left.bind(anyEndpoint(transport));
	const routingId = right.connectPeer(left.lastEndpoint as string);
	await right.send("hello", { routingId });
	const [bytes, tag] = await left.receive();
	await left.send(`${bytes} too`, tag);
	expect(String((await right.receive())[0])).toBe("hello too");
});

covers(["37/pattern-9"], ALL, "two CHANNELs talk both ways", async (transport) => {
	const [left, right] = [open(new Channel()), open(new Channel())];
	await meet(transport, left, right);
	await right.send("ping");
	expect(String(await left.receive())).toBe("ping");
	await left.send("pong");
	expect(String(await right.receive())).toBe("pong");
});
<<<<<<< HEAD
=======

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
>>>>>>> 1616939 (countSubscriptions: a publisher that counts what each peer subscribes to, as RFC 23 and 37 have it; RADIO, DISH, SCATTER and GATHER have a clause of threads each)
