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
