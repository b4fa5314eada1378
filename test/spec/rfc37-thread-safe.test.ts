/** Sockets of one frame a message in ZMTP 3.1. */
import { Channel, Client, Dish, Gather, Peer, Radio, Scatter, Server } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { anyEndpoint, meet, open } from "./open-sockets.ts";
import { make } from "./socket-kinds.ts";
import { commandBody, dial, frame, message, properties, WIRE } from "./wire.ts";
import { dialWs } from "./ws-peer.ts";

const OVER = { transports: WIRE };
const ALL = { transports: ["tcp", "ipc", "inproc", "ws"] } as const;

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
	"with every thread-safe type one send is one receive, with the group or the routing id beside it",
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

covers(
	["37/thread-safe-3"],
	{ transports: ["ws"] },
	"a message of several frames that comes over a WebSocket is dropped too",
	async (transport) => {
		for (const [kind, partner] of [
			["SERVER", "CLIENT"],
			["GATHER", "SCATTER"],
			["CHANNEL", "CHANNEL"],
		] as const) {
			const socket = make(kind) as Client;
			const ws = await dialWs(await meet(transport, socket), "ZWS2.0/NULL");
			ws.write(Buffer.concat([Buffer.of(2), commandBody("READY", properties([["Socket-Type", partner]]))]));
			ws.send("two", "frames");
			ws.send("", "");
			ws.send("one");
			const received: unknown = await socket.receive();
			expect([kind, String(Array.isArray(received) ? received[0] : received)]).toEqual([kind, "one"]);
		}
	},
);
