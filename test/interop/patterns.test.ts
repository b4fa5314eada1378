/**
 * Requests, replies, subscriptions against real libzmq, both ways of bind and connect, over tcp and ipc.
 *
 * A SUB or XSUB of libzmq that binds says what it wants only when its owner calls it: a receive is kept pending there.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dealer, Publisher, Reply, Request, Router, type Socket, Subscriber, XPublisher, XSubscriber } from "@zloom/core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { closePeers, hasLibzmq, peer, type Zeromq, zmq } from "./libzmq-peer.ts";

let folder = "";
let serial = 0;
const open: Socket[] = [];

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "zloom-interop-"));
});

afterEach(async () => {
	closePeers();
	for (const socket of open) if (!socket.closed) socket.linger = 0;
	await Promise.all(open.splice(0).map((socket) => socket[Symbol.asyncDispose]()));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function ours<S extends Socket>(socket: S): S {
	open.push(socket);
	return socket;
}

const WAYS = ["tcp", "ipc"].flatMap((transport) =>
	[true, false].map((weBind) => ({ transport, weBind, who: weBind ? "we bind" : "they bind" })),
);

async function join2(us: Socket, them: Zeromq.Socket, { transport, weBind }: { transport: string; weBind: boolean }): Promise<void> {
	serial += 1;
	const wildcard = transport === "tcp" ? "tcp://127.0.0.1:*" : `ipc://${join(folder, `p${serial}`)}`;
	if (weBind) {
		await us.bind(wildcard);
		them.connect(us.lastEndpoint as string);
	} else {
		await them.bind(wildcard);
		us.connect(them.lastEndpoint as string);
	}
}

const texts = (message: Uint8Array[]) => message.map((frame) => Buffer.from(frame).toString("latin1"));
const topics = (pub: { topicsCount: number }, count: number) =>
	vi.waitFor(() => expect(pub.topicsCount).toBe(count), { interval: 1, timeout: 30_000 });

describe.runIf(hasLibzmq).each(WAYS)("libzmq over $transport when $who", (way) => {
	it("answers our REQ, with a number and without", async () => {
		for (const correlate of [false, true]) {
			const [req, rep] = [ours(new Request({ correlate })), peer(new zmq.Reply())];
			await join2(req, rep, way);
			for (let i = 0; i < 3; i++) {
				await req.send([`q${i}`, "", "more"]);
				expect(texts(await rep.receive())).toEqual([`q${i}`, "", "more"]);
				await rep.send([`a${i}`, ""]);
				expect(texts(await req.receive())).toEqual([`a${i}`, ""]);
			}
		}
	});

	it("asks our REP with its REQ and its DEALER", async () => {
		const [rep, req] = [ours(new Reply()), peer(new zmq.Request({ correlate: true }))];
		await join2(rep, req, way);
		await req.send("q");
		expect(texts(await rep.receive())).toEqual(["q"]);
		await rep.send("a");
		expect(texts(await req.receive())).toEqual(["a"]);
		const dealer = peer(new zmq.Dealer());
		const next = ours(new Reply());
		await join2(next, dealer, way);
		await dealer.send(["hop", "", "q2"]);
		expect(texts(await next.receive())).toEqual(["q2"]);
		await next.send("a2");
		expect(texts(await dealer.receive())).toEqual(["hop", "", "a2"]);
	});

	it("takes our REQ at its ROUTER under the name that it announced", async () => {
		const [req, router] = [ours(new Request({ routingId: "asker" })), peer(new zmq.Router())];
		await join2(req, router, way);
		await req.send("q");
		expect(texts(await router.receive())).toEqual(["asker", "", "q"]);
		await router.send(["asker", "", "a"]);
		expect(texts(await req.receive())).toEqual(["a"]);
	});

	it("subscribes to our PUB by prefix and unsubscribes, however often it subscribed", async () => {
		const [pub, sub] = [ours(new Publisher()), peer(new zmq.Subscriber())];
		sub.subscribe("a", "a", "long".repeat(80));
		await join2(pub, sub, way);
		const first = sub.receive();
		await topics(pub, 2);
		await pub.send(["x", "not wanted"]);
		await pub.send(["abc", "wanted"]);
		expect(texts(await first)).toEqual(["abc", "wanted"]);
		sub.unsubscribe("a");
		sub.unsubscribe("a");
		const second = sub.receive();
		await topics(pub, 1);
		await pub.send("abc");
		await pub.send(`${"long".repeat(80)}!`);
		expect((await second).map((frame) => frame.length)).toEqual([321]);
	});

	it("publishes to our SUB what it has subscribed to", async () => {
		const [sub, xpub] = [ours(new Subscriber()), peer(new zmq.XPublisher())];
		sub.subscribe("a");
		await join2(sub, xpub, way);
		expect(texts(await xpub.receive())).toEqual(["\x01a"]);
		sub.subscribe("t".repeat(300));
		expect((await xpub.receive())[0]?.length).toBe(301);
		await xpub.send("b1");
		await xpub.send(["a1", "body"]);
		expect(texts(await sub.receive())).toEqual(["a1", "body"]);
		sub.unsubscribe("a");
		expect(texts(await xpub.receive())).toEqual(["\0a"]);
	});

	it("hears from our XSUB through its XPUB, and tells our XPUB through its XSUB", async () => {
		const [xsub, xpub] = [ours(new XSubscriber()), peer(new zmq.XPublisher())];
		await join2(xsub, xpub, way);
		await xsub.send("\x01t");
		expect(texts(await xpub.receive())).toEqual(["\x01t"]);
		await xsub.send("user message");
		expect(texts(await xpub.receive())).toEqual(["user message"]);
		await xpub.send(["t", "1"]);
		expect(texts(await xsub.receive())).toEqual(["t", "1"]);

		const [ourXpub, theirXsub] = [ours(new XPublisher()), peer(new zmq.XSubscriber())];
		await join2(ourXpub, theirXsub, way);
		await theirXsub.send("\x01t");
		const reply = theirXsub.receive();
		expect(texts(await ourXpub.receive())).toEqual(["\x01t"]);
		await ourXpub.send(["t", "2"]);
		expect(texts(await reply)).toEqual(["t", "2"]);
		await theirXsub.send("\0t");
		expect(texts(await ourXpub.receive())).toEqual(["\0t"]);
	});
});

describe.runIf(hasLibzmq)("libzmq and the options of our publishers", () => {
	it("is welcomed by our XPUB when it has subscribed to the welcome", async () => {
		const [xpub, sub] = [ours(new XPublisher({ welcomeMessage: "W" })), peer(new zmq.Subscriber())];
		await xpub.bind("tcp://127.0.0.1:*");
		sub.subscribe("W");
		sub.connect(xpub.lastEndpoint as string);
		expect(texts(await sub.receive())).toEqual(["W"]);
	});

	it("gets what it has not subscribed to with invertMatching on both sides", async () => {
		const [pub, sub] = [ours(new Publisher({ invertMatching: true })), peer(new zmq.Subscriber({ invertMatching: true }))];
		await pub.bind("tcp://127.0.0.1:*");
		sub.subscribe("a");
		sub.connect(pub.lastEndpoint as string);
		await topics(pub, 1);
		await pub.send("a1");
		await pub.send("b1");
		expect(texts(await sub.receive())).toEqual(["b1"]);
	});

	it("loses nothing of a PUB that must not drop", async () => {
		const pub = ours(new Publisher({ noDrop: true, sendHighWaterMark: 2 }));
		const sub = peer(new zmq.Subscriber({ receiveHighWaterMark: 2 }));
		await pub.bind("tcp://127.0.0.1:*");
		sub.subscribe();
		sub.connect(pub.lastEndpoint as string);
		await topics(pub, 1);
		const count = 500;
		const sending = (async () => {
			for (let i = 0; i < count; i++) await pub.send([String(i), Buffer.alloc(10_000)]);
		})();
		for (let i = 0; i < count; i++) expect(String((await sub.receive())[0])).toBe(String(i));
		await sending;
	});

	it("is subscribed by hand by our XPUB", async () => {
		const [xpub, sub] = [ours(new XPublisher({ manual: true })), peer(new zmq.Subscriber())];
		await xpub.bind("tcp://127.0.0.1:*");
		sub.subscribe("asked", "also");
		sub.connect(xpub.lastEndpoint as string);
		expect([texts(await xpub.receive()), texts(await xpub.receive())].flat().sort()).toEqual(["\x01also", "\x01asked"]);
		xpub.subscribe("also");
		await xpub.send("asked");
		await xpub.send("also");
		expect(texts(await sub.receive())).toEqual(["also"]);
	});
});

describe.runIf(hasLibzmq)("libzmq that goes and comes again", () => {
	it("hears all subscriptions of our SUB again", async () => {
		const sub = ours(new Subscriber({ reconnectInterval: 1 }));
		sub.subscribe("a", "b");
		const first = peer(new zmq.XPublisher());
		await first.bind("tcp://127.0.0.1:*");
		const endpoint = first.lastEndpoint as string;
		sub.connect(endpoint);
		expect([texts(await first.receive()), texts(await first.receive())].flat().sort()).toEqual(["\x01a", "\x01b"]);
		const gone = new Promise<void>((resolve) => sub.events.on("disconnect", () => resolve()));
		first.close();
		await gone;
		sub.subscribe("c");
		sub.unsubscribe("a");
		const second = peer(new zmq.XPublisher());
		await vi.waitFor(() => second.bind(endpoint), { interval: 5, timeout: 30_000 });
		const wanted = new Set<string>();
		while ([...wanted].sort().join() !== "b,c") {
			const [notice] = texts(await second.receive()) as [string];
			if (notice.startsWith("\x01")) wanted.add(notice.slice(1));
			else wanted.delete(notice.slice(1));
		}
	});

	it("passes a request and its reply through our ROUTER and DEALER", async () => {
		const [req, router, dealer, rep] = [peer(new zmq.Request()), ours(new Router()), ours(new Dealer()), peer(new zmq.Reply())];
		await router.bind("tcp://127.0.0.1:*");
		await dealer.bind("tcp://127.0.0.1:*");
		req.connect(router.lastEndpoint as string);
		rep.connect(dealer.lastEndpoint as string);
		await req.send("through");
		await dealer.send(await router.receive());
		expect(texts(await rep.receive())).toEqual(["through"]);
		await rep.send("back");
		await router.send(await dealer.receive());
		expect(texts(await req.receive())).toEqual(["back"]);
	});
});
