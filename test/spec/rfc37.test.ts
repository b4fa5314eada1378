/** What ZMTP 3.1 has of its own: subscription commands, groups, single-frame sockets, resources. */
import {
	Channel,
	Client,
	curveKeyPair,
	Dish,
	Gather,
	Peer,
	Pull,
	Push,
	Radio,
	Router,
	Scatter,
	Server,
	Subscriber,
	XPublisher,
	XSubscriber,
} from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { anyEndpoint, meet, open, texts } from "./open-sockets.ts";
import { make } from "./socket-kinds.ts";
import { command, dial, frame, greeting, LONG, listen, MORE, message, ready, WIRE } from "./wire.ts";

const OVER = { transports: WIRE };
const TCP = { transports: ["tcp"] } as const;
const ALL = { transports: ["tcp", "ipc", "inproc", "ws"] } as const;

covers(["37/pubsub-2", "37/pubsub-3"], OVER, "SUB and XSUB send SUBSCRIBE and CANCEL, long topics too", async (transport) => {
	const [subscriber, xsub] = [open(new Subscriber()), open(new XSubscriber())];
	for (const topic of ["", "ab", "\x00\x01", "t".repeat(300)]) {
		for (const socket of [subscriber, xsub]) {
			const raw = await dial(await meet(transport, socket));
			await raw.shake("PUB");
			if (socket === subscriber) subscriber.subscribe(topic);
			else await xsub.send(`\x01${topic}`);
			expect(await raw.command()).toEqual({ name: "SUBSCRIBE", data: Buffer.from(topic) });
			if (socket === subscriber) subscriber.unsubscribe(topic);
			else await xsub.send(`\x00${topic}`);
			expect(await raw.command()).toEqual({ name: "CANCEL", data: Buffer.from(topic) });
		}
	}
});

covers(["37/pubsub-1", "37/pubsub-2", "37/pubsub-3"], OVER, "a publisher goes by SUBSCRIBE and CANCEL", async (transport) => {
	const xpub = open(new XPublisher());
	const raw = await dial(await meet(transport, xpub));
	await raw.shake("SUB");
	raw.write(command("SUBSCRIBE", "ab"));
	expect(texts(await xpub.receive())).toEqual(["\x01ab"]);
	for (const text of ["a", "abc", "b"]) await xpub.send(text);
	expect(await raw.message()).toEqual(["abc"]);
	raw.write(command("CANCEL", "ab"), command("SUBSCRIBE", "z"));
	expect([texts(await xpub.receive()), texts(await xpub.receive())]).toEqual([["\x00ab"], ["\x01z"]]);
	for (const text of ["abc", "z"]) await xpub.send(text);
	expect(await raw.message()).toEqual(["z"]);
});

covers(
	["37/radio-2", "37/radio-3", "37/radio-4"],
	OVER,
	"a DISH sends JOIN and LEAVE; its groups have 0 to 255 octets, and no zero",
	async (transport) => {
		const dish = open(new Dish());
		const raw = await dial(await meet(transport, dish));
		await raw.shake("RADIO");
		for (const group of ["", "weather", "g".repeat(255)]) {
			dish.join(group);
			expect(await raw.command()).toEqual({ name: "JOIN", data: Buffer.from(group) });
			dish.leave(group);
			expect(await raw.command()).toEqual({ name: "LEAVE", data: Buffer.from(group) });
		}
		for (const group of ["g".repeat(256), "a\0", "\0"]) {
			expect(() => dish.join(group)).toThrowError(expect.objectContaining({ code: "EINVAL" }));
			await expect(open(new Radio()).send("x", { group })).rejects.toMatchObject({ code: "EINVAL" });
		}
	},
);

covers(
	["37/radio-1", "37/radio-2", "37/radio-3", "37/radio-5", "37/radio-6"],
	OVER,
	"a RADIO sends a member what is for its very groups, as two frames, the first one short",
	async (transport) => {
		const radio = open(new Radio());
		const raw = await dial(await meet(transport, radio));
		await raw.shake("DISH");
		raw.write(command("JOIN", "weather"));
		let first: { flags: number; body: Buffer } | undefined;
		const got = raw.frame().then((one) => {
			first = one;
		});
		while (first === undefined) {
			for (const group of ["", "weathe", "weatherman", "WEATHER", "weather"]) await radio.send("rain", { group });
			await new Promise((turn) => setImmediate(turn));
		}
		await got;
		expect(first).toEqual({ flags: MORE, body: Buffer.from("weather") });
		expect(await raw.frame()).toEqual({ flags: 0, body: Buffer.from("rain") });
		raw.write(command("LEAVE", "weather"), command("JOIN", "end"));
		let parts: string[] = [];
		const ended = (async () => {
			while (parts[0] !== "end") parts = await raw.message();
		})();
		while (parts[0] !== "end") {
			for (const group of ["weather", "end"]) await radio.send(`to ${group}`, { group });
			await new Promise((turn) => setImmediate(turn));
		}
		await ended;
		expect(parts).toEqual(["end", "to end"]);
		for (const group of ["weather", "end"]) await radio.send("once more", { group });
		do parts = await raw.message();
		while (parts[1] === "to end");
		expect(parts).toEqual(["end", "once more"]);
	},
);

covers(
	["37/radio-6", "37/radio-7"],
	OVER,
	"every member gets it, and the frame of the group stays short where the body is long",
	async (transport) => {
		const radio = open(new Radio());
		const endpoint = await meet(transport, radio);
		const [group, body] = ["g".repeat(255), "b".repeat(256)];
		const members = await Promise.all(Array.from({ length: 3 }, () => dial(endpoint)));
		const heard = new Set<unknown>();
		const reading = members.map(async (raw) => {
			await raw.shake("DISH");
			raw.write(command("JOIN", group));
			expect([...(await raw.read(2))]).toEqual([MORE, 255]);
			expect(String(await raw.read(255))).toBe(group);
			expect([...(await raw.read(9))]).toEqual([LONG, 0, 0, 0, 0, 0, 0, 1, 0]);
			expect(String(await raw.read(256))).toBe(body);
			heard.add(raw);
		});
		while (heard.size < members.length) {
			await radio.send(body, { group });
			await new Promise((turn) => setImmediate(turn));
		}
		await Promise.all(reading);
	},
);

covers(["37/radio-6", "37/thread-safe-4"], OVER, "a DISH gets a body, and its group beside it", async (transport) => {
	const dish = open(new Dish());
	dish.join("weather");
	const raw = await dial(await meet(transport, dish));
	await raw.shake("RADIO");
	expect(await raw.command()).toEqual({ name: "JOIN", data: Buffer.from("weather") });
	raw.write(message("weather", "rain"));
	expect(await dish.receive()).toEqual([Buffer.from("rain"), { group: Buffer.from("weather") }]);
});

covers(
	["37/thread-safe-1", "37/thread-safe-4"],
	ALL,
	"one send is one message for one receive, with the routing id beside it",
	async (transport) => {
		const [server, client] = [open(new Server()), open(new Client())];
		await meet(transport, server, client);
		await Promise.all(["one", "two", "three"].map((text) => client.send(text)));
		for (const text of ["one", "two", "three"]) {
			const [bytes, tag] = await server.receive();
			expect([String(bytes), Object.keys(tag)]).toEqual([text, ["routingId"]]);
			expect(tag.routingId).toBeGreaterThan(0);
		}
	},
);

covers(
	["37/thread-safe-1", "37/thread-safe-4"],
	ALL,
	"so it is with every thread-safe type: one send, one receive, and beside it the group or the routing id",
	async (transport) => {
		const texts = ["one", "", "three"];
		const [server, client] = [open(new Server()), open(new Client())];
		await meet(transport, server, client);
		await client.send("hello");
		const [, { routingId: ofClient }] = await server.receive();
		await Promise.all(texts.map((text) => server.send(text, { routingId: ofClient })));
		for (const text of texts) expect(await client.receive()).toEqual([Buffer.from(text)]);
		const [gather, scatter] = [open(new Gather()), open(new Scatter())];
		await meet(transport, gather, scatter);
		const [left, right] = [open(new Channel()), open(new Channel())];
		await meet(transport, left, right);
		for (const [from, to] of [
			[scatter, gather],
			[left, right],
			[right, left],
		] as const) {
			await Promise.all(texts.map((text) => from.send(text)));
			for (const text of texts) expect(await to.receive()).toEqual([Buffer.from(text)]);
		}
		const [bound, peer] = [open(new Peer()), open(new Peer())];
		await bound.bind(anyEndpoint(transport));
		const routingId = peer.connectPeer(bound.lastEndpoint as string);
		await Promise.all(texts.map((text) => peer.send(text, { routingId })));
		for (const text of texts) expect(await bound.receive()).toEqual([Buffer.from(text), { routingId: expect.any(Number) }]);
		const [radio, dish] = [open(new Radio()), open(new Dish())];
		dish.join("g");
		await meet(transport, radio, dish);
		while (radio.trySend("joined", { group: "g" }) !== "sent") await new Promise((turn) => setImmediate(turn));
		await Promise.all(texts.map((text) => radio.send(text, { group: "g" })));
		for (const text of ["joined", ...texts]) expect(await dish.receive()).toEqual([Buffer.from(text), { group: Buffer.from("g") }]);
	},
);

covers(["37/thread-safe-2"], ALL, "several frames are refused by every thread-safe socket, however they are sent", async (transport) => {
	const parts = ["a", "b"] as never;
	const refused = { code: "EINVAL" };
	const [client, scatter, channel] = [open(new Client()), open(new Scatter()), open(new Channel())];
	const [server, radio, peer] = [open(new Server()), open(new Radio()), open(new Peer())];
	await meet(transport, server, client);
	await client.send("hello");
	const [, tag] = await server.receive();
	await expect(client.send(parts)).rejects.toMatchObject(refused);
	await expect(server.send(parts, tag)).rejects.toMatchObject(refused);
	await meet(transport, open(new Gather()), scatter);
	await expect(scatter.send(parts)).rejects.toMatchObject(refused);
	await meet(transport, open(new Channel()), channel);
	await expect(channel.send(parts)).rejects.toMatchObject(refused);
	await expect(radio.send(parts, { group: "g" })).rejects.toMatchObject(refused);
	const bound = open(new Peer());
	await bound.bind(anyEndpoint(transport));
	const routingId = peer.connectPeer(bound.lastEndpoint as string);
	await expect(peer.send(parts, { routingId })).rejects.toMatchObject(refused);
	const thrown = expect.objectContaining(refused);
	for (const plain of [client, scatter, channel]) {
		expect(() => plain.trySend(parts)).toThrowError(thrown);
		await expect(plain.sendMany(["a", parts])).rejects.toMatchObject(refused);
	}
	for (const [tagged, to] of [
		[server, tag],
		[peer, { routingId }],
		[radio, { group: "g" }],
	] as const) {
		expect(() => tagged.trySend(parts, to as never)).toThrowError(thrown);
		await expect(tagged.sendMany([[parts, to]] as never)).rejects.toMatchObject(refused);
	}
});

covers(["37/thread-safe-3"], OVER, "a message of several frames from the wire is dropped, and the next one comes", async (transport) => {
	for (const [kind, partner] of [
		["SERVER", "CLIENT"],
		["CLIENT", "SERVER"],
		["GATHER", "SCATTER"],
		["PEER", "PEER"],
		["CHANNEL", "CHANNEL"],
	] as const) {
		const socket = make(kind) as Client;
		const raw = await dial(await meet(transport, socket));
		await raw.shake(partner);
		raw.write(message("two", "frames"), message("", ""), message("three", "more", "frames"), message("one"));
		const received: unknown = await socket.receive();
		expect([kind, String(Array.isArray(received) ? received[0] : received)]).toEqual([kind, "one"]);
	}
	const dish = open(new Dish());
	dish.join("g");
	const raw = await dial(await meet(transport, dish));
	await raw.shake("RADIO");
	raw.write(message("g", "two", "frames"), frame(0, "g"), message("g", "one"));
	expect(String((await dish.receive())[0])).toBe("one");
});

covers(["37/resource-1"], TCP, "the resource of an endpoint is announced as it stands, and can be nothing but names", async () => {
	const listener = await listen("tcp");
	for (const resource of ["one", "system/name-service/test", "a$-_@.&+/B9"]) {
		open(new Push()).connect(`${listener.endpoint}/${resource}`);
		expect(String((await (await listener.next()).shake("PULL")).get("Resource"))).toBe(resource);
	}
	open(new Push()).connect(listener.endpoint);
	expect((await (await listener.next()).shake("PULL")).has("Resource")).toBe(false);
	const malformed = expect.objectContaining({ code: "EINVAL" });
	for (const resource of ["a//b", "/a", "a/", "a b", "\u00e4", "a?b", "a%20b", "a#b"]) {
		expect(() => open(new Push()).connect(`${listener.endpoint}/${resource}`)).toThrowError(malformed);
		await expect(open(new Pull()).bind(`tcp://127.0.0.1:*/${resource}`)).rejects.toEqual(malformed);
	}
});

covers(["37/resource-2"], TCP, "a peer that asks for a resource stays connected until somebody binds it", async () => {
	const first = open(new Pull());
	await first.bind("tcp://127.0.0.1:*/first");
	const port = (first.lastEndpoint as string).replace("/first", "");
	const raw = await dial(port);
	const accepted = raw.shake("PUSH", [["Resource", "later"]]);
	const other = await dial(port);
	await other.shake("PUSH", [["Resource", "first"]]);
	other.write(message("to first"));
	expect(texts(await first.receive())).toEqual(["to first"]);
	const later = open(new Pull());
	await later.bind(`${port}/later`);
	expect((await accepted).get("Socket-Type")?.toString()).toBe("PULL");
	raw.write(message("to later"));
	expect(texts(await later.receive())).toEqual(["to later"]);
});

covers(
	["37/resource-2"],
	TCP,
	"it waits longer than a handshake may take, and where no resource is bound it may ask for one too",
	async () => {
		const first = open(new Pull({ handshakeInterval: 50 }));
		await first.bind("tcp://127.0.0.1:*/first");
		const port = (first.lastEndpoint as string).replace("/first", "");
		const asking = await dial(port);
		asking.write(greeting(), ready("PUSH", [["Resource", "later"]]));
		await asking.read(64);
		// Two handshakes that came after it have taken too long.
		for (let i = 0; i < 2; i++) {
			const silent = await dial(port);
			silent.write(greeting());
			await silent.ended();
		}
		const later = open(new Pull({ handshakeInterval: 50 }));
		await later.bind(`${port}/later`);
		expect((await asking.command()).name).toBe("READY");
		asking.write(message("patient"));
		expect(texts(await later.receive())).toEqual(["patient"]);
		const alone = open(new Pull());
		const other = await dial(await meet("tcp", alone));
		await other.shake("PUSH", [["Resource", "any/thing"]]);
		other.write(message("taken"));
		expect(texts(await alone.receive())).toEqual(["taken"]);
	},
);

covers(["37/resource-3"], TCP, "sockets that share a port, told apart by resources, must agree in their security", async () => {
	const [first, second] = [open(new Router()), open(new Router())];
	await first.bind("tcp://127.0.0.1:*/first");
	const port = (first.lastEndpoint as string).replace("/first", "");
	for (const options of [{ plainServer: true }, { curveServer: true, curveSecretKey: curveKeyPair().secretKey }, { zapDomain: "other" }])
		await expect(open(new Router(options)).bind(`${port}/second`)).rejects.toMatchObject({ code: "EINVAL" });
	await second.bind(`${port}/second`);
	for (const [socket, resource] of [
		[first, "first"],
		[second, "second"],
	] as const) {
		const raw = await dial(port);
		await raw.shake("DEALER", [["Resource", resource]]);
		raw.write(message(`to ${resource}`));
		expect(texts(await socket.receive())?.[1]).toBe(`to ${resource}`);
	}
});
