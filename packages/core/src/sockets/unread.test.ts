/**
 * discardUnread: what a peer leaves behind. That each type discards it over each transport is shown by test/spec; here is what goes
 * with it: notices, peers that come back, connections that break under a full queue, and which types have the option.
 */
import { expect, it, vi } from "vitest";
import { meet, open, PATIENT, texts } from "../fixtures/open-sockets.ts";
import { greeted, rawClient, ready } from "../transport/fixtures/tcp-ends.ts";
import { encodeFrame } from "../wire/frame.ts";
import { Datagram } from "./datagram-socket.ts";
import { Publisher, Subscriber, XPublisher, XSubscriber } from "./publish-sockets.ts";
import { Dealer, Pull, Push, Reply, Request, Router } from "./sockets.ts";
import { Stream } from "./stream-socket.ts";

it("is an option of the types whose queues hold what peers say, and of no other", () => {
	expect(open(new Pull()).discardUnread).toBe(false);
	expect(open(new Subscriber({ discardUnread: true })).discardUnread).toBe(true);
	for (const Type of [Request, Push, Publisher, Stream, Datagram])
		expect(() => new Type({ discardUnread: true } as object)).toThrowError(expect.objectContaining({ code: "EINVAL" }));
});

it("holds for peers that leave from now on", async () => {
	const pull = open(new Pull());
	const endpoint = await meet("inproc", pull);
	const leave = async (text: string): Promise<void> => {
		await using push = new Push();
		push.connect(endpoint);
		await push.send(text);
	};
	await leave("before");
	pull.discardUnread = true;
	await leave("meanwhile");
	pull.discardUnread = false;
	await leave("after");
	expect([texts(await pull.receive()), texts(await pull.receive()), pull.tryReceive()]).toEqual([["before"], ["after"], undefined]);
});

it("keeps the notices of a ROUTER that its peer has left", async () => {
	const router = open(new Router({ discardUnread: true, routerNotify: "disconnect", disconnectMessage: "gone" }));
	const endpoint = await meet("inproc", router);
	{
		await using dealer = new Dealer({ routingId: "d" });
		dealer.connect(endpoint);
		await dealer.send("unread");
	}
	expect([texts(await router.receive()), texts(await router.receive())]).toEqual([
		["d", ""],
		["d", "gone"],
	]);
	expect([router.readable, router.pipeCount]).toEqual([false, 0]);
});

it("keeps the subscriptions that an XPUB tells of, and their end: only what a subscriber said is dropped", async () => {
	const xpub = open(new XPublisher({ discardUnread: true }));
	const stayer = open(new XSubscriber());
	const endpoint = await meet("inproc", xpub, stayer);
	const leaver = open(new XSubscriber({ linger: -1 }));
	leaver.connect(endpoint);
	await leaver.send(Buffer.from("\x01a"));
	await leaver.send("unread");
	await stayer.send("stays");
	await leaver.send("unread, too");
	await leaver[Symbol.asyncDispose]();
	expect([texts(await xpub.receive()), texts(await xpub.receive()), texts(await xpub.receive())]).toEqual([["\x01a"], ["stays"], ["\0a"]]);
	expect(xpub.readable).toBe(false);
});

it("spares a REP the requests of those who do not wait any more, and the reply to one is dropped", async () => {
	const rep = open(new Reply({ discardUnread: true }));
	const stayer = open(new Dealer());
	const endpoint = await meet("inproc", rep);
	const leaver = open(new Dealer());
	leaver.connect(endpoint);
	for (const text of ["received", "unread"]) await leaver.send(["", text]);
	expect(texts(await rep.receive())).toEqual(["received"]);
	await leaver[Symbol.asyncDispose]();
	stayer.connect(endpoint);
	await stayer.send(["", "asked by who stays"]);
	await rep.send("to nobody");
	expect(texts(await rep.receive())).toEqual(["asked by who stays"]);
	await rep.send("answer");
	expect(texts(await stayer.receive())).toEqual(["", "answer"]);
});

it("drops nothing of a connection that will be made again", async () => {
	const pull = open(new Pull({ discardUnread: true, reconnectInterval: 1 }));
	const push = open(new Push());
	await push.bind("tcp://127.0.0.1:*");
	const endpoint = push.lastEndpoint as string;
	pull.connect(endpoint);
	const lost = new Promise((resolve) => pull.events.on("disconnect", resolve));
	await push.send("unread");
	await vi.waitFor(() => expect(pull.readable).toBe(true), PATIENT);
	await push.unbind(endpoint);
	await lost;
	expect(texts(await pull.receive())).toEqual(["unread"]);
});

for (const discardUnread of [false, true])
	it(`${discardUnread ? "drops" : "by default keeps"} what waits behind a full queue, too, when a write finds the connection broken`, async () => {
		const dealer = open(new Dealer({ discardUnread, receiveHighWaterMark: 2, linger: 0 }));
		await dealer.bind("tcp://127.0.0.1:*");
		const handshake = new Promise((resolve) => dealer.events.on("handshake", resolve));
		const lost = new Promise((resolve) => dealer.events.on("disconnect", resolve));
		const stream = await rawClient(dealer.lastEndpoint as string);
		const messages = ["1", "2", "3", "4"].map((text) => encodeFrame(0, Buffer.from(text)));
		stream.write(greeted(ready("DEALER"), ...messages));
		await handshake;
		await vi.waitFor(() => expect(dealer.readable).toBe(true), PATIENT);
		stream.resetAndDestroy();
		// Nothing is read under a full queue: only a write learns of the end.
		const writing = (async () => {
			while (dealer.trySend("is anybody there?") === "sent") await new Promise(setImmediate);
		})();
		if (discardUnread) {
			await lost;
			expect([dealer.readable, dealer.pipeCount]).toEqual([false, 0]);
			await writing;
			return;
		}
		for (const text of ["1", "2", "3", "4"]) expect(texts(await dealer.receive())).toEqual([text]);
		await lost;
		await writing;
	});
