/**
 * The draft types and STREAM against real libzmq, both ways of bind and connect.
 *
 * libzmq does some things within its owner's next call only: a receive is kept pending there. Its PEER
 * has no way to be told whom to send to through npm zeromq, so PEER has no partner here.
 */
import { Channel, Client, Dealer, Dish, Gather, Radio, Router, Scatter, Server, type Socket, Stream } from "@zloom/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { closePeers, hasLibzmq, peer, type Zeromq, zmq } from "./libzmq-peer.ts";

const draft = (hasLibzmq ? await import("zeromq/draft.js") : undefined) as typeof import("zeromq/draft.js");
const CHANNEL = 20;

interface Duplex {
	send(message: unknown): Promise<void>;
	receive(): Promise<Uint8Array[]>;
}

const open: Socket[] = [];

afterEach(async () => {
	closePeers();
	for (const socket of open) if (!socket.closed) socket.linger = 0;
	await Promise.all(open.splice(0).map((socket) => socket[Symbol.asyncDispose]()));
});

function ours<S extends Socket>(socket: S): S {
	open.push(socket);
	return socket;
}

async function join2(us: Socket, them: Zeromq.Socket, weBind: boolean): Promise<void> {
	if (weBind) {
		await us.bind("tcp://127.0.0.1:*");
		them.connect(us.lastEndpoint as string);
	} else {
		await them.bind("tcp://127.0.0.1:*");
		us.connect(them.lastEndpoint as string);
	}
}

describe.runIf(hasLibzmq).each([
	{ weBind: true, who: "we bind" },
	{ weBind: false, who: "they bind" },
])("libzmq's draft types when $who", ({ weBind }) => {
	it("SERVER answers our CLIENT", async () => {
		const [client, server] = [ours(new Client()), peer(new draft.Server())];
		await join2(client, server, weBind);
		await client.send("question");
		const [question, { routingId }] = await server.receive();
		expect(String(question)).toBe("question");
		await server.send("answer", { routingId });
		expect((await client.receive()).map(String)).toEqual(["answer"]);
	});

	it("CLIENT asks our SERVER", async () => {
		const [server, client] = [ours(new Server()), peer(new draft.Client())];
		await join2(server, client, weBind);
		await client.send("question");
		const [question, { routingId }] = await server.receive();
		expect(String(question)).toBe("question");
		await server.send("answer", { routingId });
		expect((await client.receive()).map(String)).toEqual(["answer"]);
	});

	it("RADIO reaches our DISH in the groups that it has joined", async () => {
		const [dish, radio] = [ours(new Dish()), peer(new draft.Radio())];
		dish.join("group");
		await join2(dish, radio, weBind);
		const got = dish.receive();
		let settled = false;
		got.then(() => {
			settled = true;
		});
		// A RADIO does not say who has joined.
		await vi.waitFor(
			async () => {
				await radio.send("other", { group: "groups" });
				await radio.send("wanted", { group: "group" });
				expect(settled).toBe(true);
			},
			{ interval: 5, timeout: 30_000 },
		);
		const [message, { group }] = await got;
		expect([String(message), String(group)]).toEqual(["wanted", "group"]);
	});

	it("DISH receives from our RADIO in the groups that it has joined", async () => {
		const [radio, dish] = [ours(new Radio()), peer(new draft.Dish())];
		dish.join("group");
		await join2(radio, dish, weBind);
		const got = dish.receive();
		await vi.waitFor(() => expect(radio.trySend("wanted", { group: "group" })).toBe("sent"), { interval: 5, timeout: 30_000 });
		expect(radio.trySend("other", { group: "groups" })).toBe("dropped");
		const [message, { group }] = await got;
		expect([String(message), String(group)]).toEqual(["wanted", "group"]);
	});

	it("SCATTER and GATHER share out both ways", async () => {
		const [scatter, theirGather] = [ours(new Scatter()), peer(new draft.Gather())];
		await join2(scatter, theirGather, weBind);
		await scatter.send("a");
		expect((await theirGather.receive()).map(String)).toEqual(["a"]);
		const [gather, theirScatter] = [ours(new Gather()), peer(new draft.Scatter())];
		await join2(gather, theirScatter, weBind);
		await theirScatter.send("b");
		expect((await gather.receive()).map(String)).toEqual(["b"]);
	});

	it("CHANNEL talks with our CHANNEL", async () => {
		const channel = ours(new Channel());
		const AnySocket = zmq.Socket as unknown as new (type: number) => Zeromq.Socket & Duplex;
		const other = peer(new AnySocket(CHANNEL));
		await join2(channel, other, weBind);
		await channel.send("ping");
		expect((await other.receive()).map(String)).toEqual(["ping"]);
		await other.send("pong");
		expect((await channel.receive()).map(String)).toEqual(["pong"]);
	});

	it("STREAM talks with our STREAM", async () => {
		const [stream, other] = [ours(new Stream()), peer(new zmq.Stream())];
		await join2(stream, other, weBind);
		const [id, notice] = (await stream.receive()) as [Buffer, Buffer];
		expect([id.length, notice.length]).toEqual([5, 0]);
		const [theirs] = await other.receive();
		await stream.send([id, "raw bytes"]);
		expect(String((await other.receive())[1])).toBe("raw bytes");
		await other.send([theirs as Uint8Array, "and back"]);
		expect(String((await stream.receive())[1])).toBe("and back");
		await other.send([theirs as Uint8Array, null]);
		// libzmq closes it within its owner's next call.
		other.receive().catch(() => {
			// It is given up when the socket is closed after the test.
		});
		expect((await stream.receive()).map((frame) => frame.length)).toEqual([5, 0]);
	});
});

describe.runIf(hasLibzmq)("libzmq and the options of our ROUTER and DEALER", () => {
	it("is named by our ROUTER, whatever it announces", async () => {
		const [router, dealer] = [ours(new Router()), peer(new zmq.Dealer({ routingId: "its own" }))];
		await dealer.bind("tcp://127.0.0.1:*");
		router.connect(dealer.lastEndpoint as string, { routingId: "ours" });
		await router.send(["ours", "before it is there"]);
		expect((await dealer.receive()).map(String)).toEqual(["before it is there"]);
		await dealer.send("back");
		expect((await router.receive()).map(String)).toEqual(["ours", "back"]);
	});

	it("is probed by our DEALER, and its probe is a message to our ROUTER", async () => {
		const [dealer, router] = [ours(new Dealer({ probeRouter: true, routingId: "prober" })), peer(new zmq.Router())];
		await router.bind("tcp://127.0.0.1:*");
		dealer.connect(router.lastEndpoint as string);
		expect((await router.receive()).map(String)).toEqual(["prober", ""]);
		const [ourRouter, theirDealer] = [ours(new Router()), peer(new zmq.Dealer({ probeRouter: true, routingId: "it" }))];
		await ourRouter.bind("tcp://127.0.0.1:*");
		theirDealer.connect(ourRouter.lastEndpoint as string);
		expect((await ourRouter.receive()).map(String)).toEqual(["it", ""]);
	});

	it("comes and goes, and our ROUTER tells", async () => {
		const router = ours(new Router({ routerNotify: "both", disconnectMessage: "bye" }));
		await router.bind("tcp://127.0.0.1:*");
		const dealer = peer(new zmq.Dealer({ routingId: "it" }));
		dealer.connect(router.lastEndpoint as string);
		expect((await router.receive()).map(String)).toEqual(["it", ""]);
		await dealer.send("hi");
		expect((await router.receive()).map(String)).toEqual(["it", "hi"]);
		dealer.close();
		expect((await router.receive()).map(String)).toEqual(["it", ""]);
		expect((await router.receive()).map(String)).toEqual(["it", "bye"]);
	});
});
