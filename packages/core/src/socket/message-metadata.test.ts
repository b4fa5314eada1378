/**
 * What a receiver learns of the sender of a message: over every transport, with and without security, across reconnections.
 */
import { connect as connectStream } from "node:net";
import { describe, expect, it } from "vitest";
import { Authenticator } from "../authenticator.ts";
import { freeEndpoint, meet, open, TRANSPORTS, texts } from "../fixtures/open-sockets.ts";
import { Client, Dish, Radio, Server } from "../sockets/draft-sockets.ts";
import { Publisher, Subscriber, XPublisher } from "../sockets/publish-sockets.ts";
import { Dealer, Pull, Push, Reply, Request, Router } from "../sockets/sockets.ts";
import { Stream } from "../sockets/stream-socket.ts";

describe.each(TRANSPORTS)("the metadata of a message over %s", (transport) => {
	it("tells type, routing id, own properties and address of the peer, on the bound and on the connected side", async () => {
		const dealer = open(new Dealer({ routingId: "ada", metadata: { "X-Team": "blue" } }));
		const router = open(new Router({ metadata: { "X-Version": "7" } }));
		const endpoint = await meet(transport, router, dealer);
		await dealer.send("question");
		const { message, metadata } = await router.withMetadata.receive();
		expect(texts(message)).toEqual(["ada", "question"]);
		expect(metadata).toMatchObject({ socketType: "DEALER", userId: "" });
		expect([String(metadata.routingId), String(metadata.properties.get("x-team"))]).toEqual(["ada", "blue"]);
		if (transport === "tcp" || transport === "ws") expect(metadata.peerAddress).toMatch(/^(tcp|ws):\/\/127\.0\.0\.1:\d+$/);
		else expect(metadata.peerAddress).toBe(endpoint);
		await router.send([message[0], "answer"]);
		const back = await dealer.withMetadata.receive();
		expect(back.metadata).toMatchObject({ socketType: "ROUTER", peerAddress: endpoint });
		expect(String(back.metadata.properties.get("x-version"))).toBe("7");
	});

	it("is the one of each message's own sender, whichever way it is received", async () => {
		const pull = open(new Pull());
		const pushes = ["a", "b", "c"].map((name) => open(new Push({ metadata: { "X-Name": name } })));
		await meet(transport, pull, ...pushes);
		const nameOf = ({ metadata }: { metadata: { properties: ReadonlyMap<string, Buffer> } }) => String(metadata.properties.get("x-name"));
		const waiting = [pull.withMetadata.receive(), pull.withMetadata.receive(), pull.withMetadata.receive()];
		for (const push of pushes) await push.send(push.metadata["X-Name"] as string);
		for (const received of await Promise.all(waiting)) expect(nameOf(received)).toBe(String(received.message));
		for (const push of pushes) await push.sendMany(Array(4).fill(push.metadata["X-Name"] as string));
		let count = 0;
		for await (const received of pull.withMetadata) {
			expect(nameOf(received)).toBe(String(received.message));
			count += 1;
			if (count === 4) break;
		}
		const reader = pull.withMetadata.toReadableStream().getReader();
		for (; count < 6; count++) {
			const { value } = await reader.read();
			expect(value && nameOf(value)).toBe(String(value?.message));
		}
		while (count < 12) {
			const received = pull.withMetadata.tryReceive();
			const more = received === undefined ? await pull.withMetadata.receiveMany(12) : [received];
			for (const each of more) expect(nameOf(each)).toBe(String(each.message));
			count += more.length;
		}
		expect(pull.withMetadata.tryReceive()).toBeUndefined();
	});

	it("is there for requests, replies, subscriptions and draft types", async () => {
		const [req, rep] = [open(new Request()), open(new Reply())];
		await meet(transport, rep, req);
		await req.send("q");
		expect((await rep.withMetadata.receive()).metadata.socketType).toBe("REQ");
		await rep.send("a");
		expect((await req.withMetadata.receive()).metadata.socketType).toBe("REP");

		const [xpub, sub] = [open(new XPublisher()), open(new Subscriber())];
		sub.subscribe("t");
		await meet(transport, xpub, sub);
		expect((await xpub.withMetadata.receive()).metadata.socketType).toBe("SUB");
		await xpub.send("t1");
		// Over WebSocket there are no names but PUB and SUB (RFC 45).
		expect((await sub.withMetadata.receive()).metadata.socketType).toBe(transport === "ws" ? "PUB" : "XPUB");

		const [server, client] = [open(new Server()), open(new Client())];
		await meet(transport, server, client);
		await client.send("x");
		const { message, metadata } = await server.withMetadata.receive();
		expect([String(message[0]), metadata.socketType]).toEqual(["x", "CLIENT"]);
		await server.send("y", message[1]);
		expect((await client.withMetadata.receive()).metadata.socketType).toBe("SERVER");
	});

	it("says nothing of a subscriber that is gone: the notice of its unsubscribing is nobody's", async () => {
		const [xpub, sub] = [open(new XPublisher()), open(new Subscriber())];
		sub.subscribe("t");
		await meet(transport, xpub, sub);
		await xpub.receive();
		sub.close();
		const { message, metadata } = await xpub.withMetadata.receive();
		expect(texts(message)).toEqual(["\0t"]);
		expect(metadata).toMatchObject({ peerAddress: "", socketType: "", userId: "" });
		expect([metadata.routingId.length, metadata.properties.size]).toEqual([0, 0]);
	});

	it("is still there for what a peer had sent before it left", async () => {
		const [push, pull] = [open(new Push({ metadata: { "X-Name": "gone" } })), open(new Pull())];
		await meet(transport, pull, push);
		await push.send("1");
		await push.send("2");
		expect(texts(await pull.receive())).toEqual(["1"]);
		await push[Symbol.asyncDispose]();
		expect(String((await pull.withMetadata.receive()).metadata.properties.get("x-name"))).toBe("gone");
	});
});

describe("metadata", () => {
	it("carries the user id and the properties that the ZAP handler gave, and no user id that the peer claims", async () => {
		await using authenticator = new Authenticator({ plain: async () => ({ userId: "u-42", metadata: { "X-Role": "admin" } }) });
		await authenticator.start();
		const server = open(new Pull({ plainServer: true }));
		const client = open(new Push({ plainUsername: "ada", plainPassword: "x", metadata: { "X-Role": "guest" } }));
		await meet("tcp", server, client);
		await client.send("hello");
		const { metadata } = await server.withMetadata.receive();
		expect([metadata.userId, String(metadata.properties.get("x-role"))]).toEqual(["u-42", "admin"]);
	});

	it("of what came before a reconnection is the one of the connection before", async () => {
		const endpoint = await freeEndpoint("tcp");
		const pull = open(new Pull({ reconnectInterval: 5 }));
		for (const name of ["first", "second", "third"]) {
			const push = open(new Push({ metadata: { "X-Name": name } }));
			await push.bind(endpoint);
			if (name === "first") pull.connect(endpoint);
			await push.sendMany([`${name} 1`, `${name} 2`]);
			// All has arrived when it is gone with its linger.
			await push[Symbol.asyncDispose]();
		}
		for (const name of ["first", "second", "third"]) {
			for (const number of [1, 2]) {
				const { message, metadata } = await pull.withMetadata.receive();
				expect([String(message), String(metadata.properties.get("x-name"))]).toEqual([`${name} ${number}`, name]);
			}
		}
	});

	it("of a STREAM is the address of its connection", async () => {
		const stream = open(new Stream());
		await stream.bind("tcp://127.0.0.1:*");
		const raw = connectStream(Number(stream.lastEndpoint?.split(":").pop()), "127.0.0.1");
		try {
			const { metadata } = await stream.withMetadata.receive();
			expect(metadata).toMatchObject({ socketType: "", peerAddress: `tcp://127.0.0.1:${raw.localPort}` });
		} finally {
			raw.destroy();
		}
	});

	it("of a group message stands beside the group", async () => {
		const [radio, dish] = [open(new Radio()), open(new Dish())];
		dish.join("g");
		await meet("inproc", radio, dish);
		await radio.send("x", { group: "g" });
		const { message, metadata } = await dish.withMetadata.receive();
		expect([String(message[0]), String(message[1].group), metadata.socketType]).toEqual(["x", "g", "RADIO"]);
	});

	it("costs nothing for whoever does not ask: the sockets that receive plainly make none", async () => {
		const [pub, sub] = [open(new Publisher()), open(new Subscriber())];
		sub.subscribe();
		await meet("inproc", pub, sub);
		await pub.send("x");
		const message = await sub.receive();
		expect([texts(message), Object.keys(message)]).toEqual([["x"], ["0"]]);
		expect(sub.withMetadata).toBe(sub.withMetadata);
	});
});
