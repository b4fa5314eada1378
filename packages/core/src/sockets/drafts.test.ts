/**
 * The draft types over every transport: SERVER CLIENT, RADIO DISH, SCATTER GATHER, PEER, CHANNEL.
 */
import { describe, expect, it, vi } from "vitest";
import { freeEndpoint, meet, open, PATIENT, TRANSPORTS } from "../fixtures/open-sockets.ts";
import type { SocketEvent } from "../monitor.ts";
import type { Observer } from "../observer.ts";
import { Channel, Client, Dish, Gather, Peer, Radio, Scatter, Server } from "./draft-sockets.ts";

const code = (name: string) => expect.objectContaining({ code: name });
const text = (message: readonly [Buffer, ...unknown[]]) => String(message[0]);

describe.each(TRANSPORTS)("draft types over %s", (transport) => {
	it("a SERVER answers each CLIENT by its number", async () => {
		const server = open(new Server());
		const clients = [1, 2, 3].map(() => open(new Client()));
		await meet(transport, server, ...clients);
		const ids = new Set<number>();
		for (const [at, client] of clients.entries()) {
			await client.send(`question ${at}`);
			const [question, { routingId }] = await server.receive();
			expect(String(question)).toBe(`question ${at}`);
			expect(routingId).toBeGreaterThan(0);
			ids.add(routingId);
			await server.send(`answer ${at}`, { routingId });
			await server.send(`again ${at}`, { routingId });
		}
		for (const [at, client] of clients.entries()) {
			expect(text(await client.receive())).toBe(`answer ${at}`);
			expect(text(await client.receive())).toBe(`again ${at}`);
		}
		expect(ids.size).toBe(3);
	});

	it("a SERVER receives many and sends many, each with its number; a batch that fails says how many went out", async () => {
		const [server, client] = [open(new Server()), open(new Client())];
		await meet(transport, server, client);
		await client.sendMany(["1", "2", "3"]);
		const batch = await server.receiveMany(10);
		while (batch.length < 3) batch.push(...(await server.receiveMany(10)));
		await server.sendMany(batch);
		const answers = await client.receiveMany(1);
		while (answers.length < 3) answers.push(...(await client.receiveMany(10)));
		expect(answers.map(String)).toEqual(["1", "2", "3"]);
		const tag = batch[0]?.[1] as { routingId: number };
		await expect(
			server.sendMany([
				["4", tag],
				["5", { routingId: tag.routingId === 1 ? 2 : 1 }],
			]),
		).rejects.toMatchObject({ code: "EHOSTUNREACH", message: /1 of 2/ });
		expect(text(await client.receive())).toBe("4");
		for (const wrong of [["x"], "x", [["x", undefined]], [["x", { routingId: "7" }]]])
			await expect(server.sendMany(wrong as never)).rejects.toEqual(code("EINVAL"));
	});

	it("a SERVER rejects an unknown number, and a wrong one", async () => {
		const server = open(new Server());
		await expect(server.send("x", { routingId: 7 })).rejects.toEqual(code("EHOSTUNREACH"));
		for (const routingId of [0, -1, 1.5, 2 ** 32, "7"])
			await expect(server.send("x", { routingId: routingId as never })).rejects.toEqual(code("EINVAL"));
		await expect(server.send("x", undefined as never)).rejects.toEqual(code("EINVAL"));
		expect(() => server.trySend(["x", "y"] as never, { routingId: 7 })).toThrowError(code("EINVAL"));
	});

	it("a RADIO reaches the DISHes that have joined exactly its group", async () => {
		const radio = open(new Radio());
		const [news, weather, both] = [open(new Dish()), open(new Dish()), open(new Dish())];
		news.join("news");
		weather.join(Buffer.from("weather"));
		await meet(transport, radio, news, weather);
		const endpoint = radio.lastEndpoint as string;
		both.connect(endpoint);
		both.join("news", "weather");
		const tell = async (group: string, message: string, ...dishes: Dish[]) => {
			// The joins of all have come when all have got it once.
			await vi.waitFor(async () => {
				await radio.send(message, { group });
				for (const dish of dishes) {
					const got = await dish.receive({ timeoutMs: 20 });
					expect([String(got[0]), String(got[1].group)]).toEqual([message, group]);
				}
			}, PATIENT);
		};
		await tell("news", "n", news, both);
		await tell("weather", "w", weather, both);
		for (const group of ["newspaper", "new", "", "NEWS"]) await radio.send("nobody's", { group });
		// What is sent to one dish comes in order: before this nothing else is left on its way.
		const until = async (dish: Dish, last: string) => {
			const got: string[] = [];
			while (got.at(-1) !== last) got.push(text(await dish.receive()));
			return new Set(got.filter((one) => one !== last));
		};
		for (const group of ["news", "weather"]) await radio.send(`last of ${group}`, { group });
		expect(await until(news, "last of news")).not.toContain("nobody's");
		expect(await until(weather, "last of weather")).not.toContain("nobody's");
		expect(await until(both, "last of weather")).not.toContain("nobody's");
		both.leave("news");
		both.join("left");
		await tell("left", "l", both);
		await radio.send("missed", { group: "news" });
		await radio.send("the end", { group: "left" });
		expect(await until(both, "the end")).not.toContain("missed");
		expect(await until(news, "missed")).toEqual(new Set());
		expect(() => both.leave("news")).toThrowError(code("EINVAL"));
		expect(() => both.join("weather")).toThrowError(code("EINVAL"));
		expect(() => both.join("x".repeat(256))).toThrowError(code("EINVAL"));
		expect(() => both.join("x\0y")).toThrowError(code("EINVAL"));
		await expect(radio.send("nobody's", { group: "x\0y" })).rejects.toEqual(code("EINVAL"));
	});

	it("SCATTER shares out to GATHERs, one frame each", async () => {
		const scatter = open(new Scatter());
		const gathers = [open(new Gather()), open(new Gather())] as const;
		for (const gather of gathers) await meet(transport, gather, scatter);
		for (let i = 0; i < 6; i++) await scatter.send(String(i));
		for (const [at, gather] of gathers.entries()) for (let i = at; i < 6; i += 2) expect(text(await gather.receive())).toBe(String(i));
		await expect(scatter.send(["a", "b"])).rejects.toEqual(code("EINVAL"));
		await expect(scatter.sendMany([["a", "b"]])).rejects.toEqual(code("EINVAL"));
	});

	it("PEERs know whom they connect to at once, and answer by number", async () => {
		const [a, b] = [open(new Peer()), open(new Peer({ disconnectMessage: "it left" }))];
		const endpoint = await freeEndpoint(transport);
		const toB = a.connectPeer(endpoint);
		await a.send("early", { routingId: toB });
		await b.bind(endpoint);
		const [message, { routingId }] = await b.receive();
		expect(String(message)).toBe("early");
		await b.send("back", { routingId });
		expect(await a.receive()).toEqual([Buffer.from("back"), { routingId: toB }]);
		a.disconnectPeer(toB);
		await expect(a.send("x", { routingId: toB })).rejects.toEqual(code("EHOSTUNREACH"));
		expect(() => a.disconnectPeer(toB)).toThrowError(code("EHOSTUNREACH"));
		expect(await b.receive()).toEqual([Buffer.from("it left"), { routingId }]);
	});

	it("a PEER tells who has left, when asked to", async () => {
		const [a, b] = [open(new Peer({ disconnectMessage: "gone" })), open(new Peer({ helloMessage: "hello" }))];
		await meet(transport, a, b);
		const [hello, { routingId }] = await a.receive();
		expect(String(hello)).toBe("hello");
		b.close();
		expect(await a.receive()).toEqual([Buffer.from("gone"), { routingId }]);
	});

	it("a CHANNEL has one peer, and one frame a message", async () => {
		const [a, b] = [open(new Channel()), open(new Channel())];
		await meet(transport, a, b);
		await a.send("ping");
		expect((await b.receive()).map(String)).toEqual(["ping"]);
		await b.send("pong");
		expect((await a.receive()).map(String)).toEqual(["pong"]);
		await expect(a.send(["x", "y"])).rejects.toEqual(code("EINVAL"));
		await a.send(["alone in a list"]);
		expect((await b.receive()).map(String)).toEqual(["alone in a list"]);
		const second = open(new Channel({ reconnectInterval: -1, linger: 0 }));
		second.connect(a.lastEndpoint as string);
		second.trySend("second");
		await vi.waitFor(() => expect(second.pipeCount).toBe(0), PATIENT);
		expect(a.tryReceive()).toBeUndefined();
		await b.send("still here");
		expect((await a.receive()).map(String)).toEqual(["still here"]);
	});
});

describe.each(["tcp", "ipc"] as const)("draft types over a broken connection of %s", (transport) => {
	it("a DISH joins again", async () => {
		const endpoint = await freeEndpoint(transport);
		const dish = open(new Dish({ reconnectInterval: 1 }));
		dish.join("g");
		dish.connect(endpoint);
		for (let round = 0; round < 3; round++) {
			const radio = open(new Radio());
			await radio.bind(endpoint);
			const got = dish.receive();
			await vi.waitFor(() => expect(radio.trySend(`round ${round}`, { group: "g" })).toBe("sent"), PATIENT);
			expect(text(await got)).toBe(`round ${round}`);
			await radio[Symbol.asyncDispose]();
		}
	});

	it("a CLIENT tells of the broken connection, and greets anew", async () => {
		const endpoint = await freeEndpoint(transport);
		const client = open(new Client({ reconnectInterval: 1, helloMessage: "hello", hiccupMessage: "hiccup" }));
		client.connect(endpoint);
		for (let round = 0; round < 2; round++) {
			const server = open(new Server());
			await server.bind(endpoint);
			expect(text(await server.receive())).toBe("hello");
			server.close();
			expect(text(await client.receive())).toBe("hiccup");
		}
	});

	it("a PEER keeps the number of whom it has connected to, and what it sends meanwhile waits", async () => {
		const endpoint = await freeEndpoint(transport);
		const peer = open(new Peer({ reconnectInterval: 1 }));
		const routingId = peer.connectPeer(endpoint);
		for (let round = 0; round < 3; round++) {
			await peer.send(`round ${round}`, { routingId });
			const other = open(new Peer());
			await other.bind(endpoint);
			expect(text(await other.receive())).toBe(`round ${round}`);
			const lost = until(peer.events, "disconnect");
			await other[Symbol.asyncDispose]();
			await lost;
		}
	});
});

async function until(events: Observer, type: SocketEvent["type"]): Promise<void> {
	for await (const event of events) if (event.type === type) return;
	throw new Error(`no ${type}`);
}
