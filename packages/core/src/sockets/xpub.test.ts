/**
 * XPUB in its modes, as whole sockets show them: verbose, manual, with the last value; and topics of all lengths.
 */
import { describe, expect, it, vi } from "vitest";
import { meet, open, PATIENT, TRANSPORTS, texts } from "../fixtures/open-sockets.ts";
import { Publisher, Subscriber, XPublisher, XSubscriber } from "./publish-sockets.ts";

const [SUB_A, UNSUB_A, SUB_B] = ["\x01A", "\0A", "\x01B"];

describe.each(TRANSPORTS)("an XPUB over %s", (transport) => {
	/** What it has told, once nothing more is on its way from these subscribers. */
	const told = async (xpub: XPublisher, ...subs: XSubscriber[]): Promise<string[]> => {
		for (const sub of subs) await sub.send("\x02settled");
		const notices: string[] = [];
		for (let left = subs.length; left > 0; ) {
			const text = String(await xpub.receive());
			if (text === "\x02settled") left -= 1;
			else notices.push(text);
		}
		return notices;
	};

	const connected = async (count: number, options = {}) => {
		const xpub = open(new XPublisher(options));
		const subs = Array.from({ length: count }, () => open(new XSubscriber()));
		await meet(transport, xpub, ...subs);
		return { xpub, subs, sub: subs[0] as XSubscriber, other: subs[1] as XSubscriber };
	};

	it("verbose tells of a subscribe that it has told of before, from one peer", async () => {
		const { xpub, sub } = await connected(1);
		for (const notice of [SUB_A, SUB_B, SUB_A]) await sub.send(notice);
		expect(await told(xpub, sub)).toEqual([SUB_A, SUB_B]);
		xpub.verbosity = "allSubs";
		await sub.send(SUB_A);
		expect(await told(xpub, sub)).toEqual([SUB_A]);
		await xpub.send("A");
		await xpub.send("B");
		expect([await sub.receive(), await sub.receive()].map(texts)).toEqual([["A"], ["B"]]);
	});

	it("verbose tells of a subscribe that another peer has made before", async () => {
		const { xpub, sub, other } = await connected(2);
		await sub.send(SUB_A);
		expect(await told(xpub, sub)).toEqual([SUB_A]);
		await other.send(SUB_A);
		expect(await told(xpub, other)).toEqual([]);
		xpub.verbosity = "allSubs";
		await other.send(SUB_A);
		expect(await told(xpub, other)).toEqual([SUB_A]);
		await xpub.send("A");
		expect([await sub.receive(), await other.receive()].map(texts)).toEqual([["A"], ["A"]]);
	});

	it("verbose subscribes each of two peers, and tells of the last unsubscribe only", async () => {
		const { xpub, sub, other } = await connected(2, { verbosity: "allSubs" });
		for (const each of [sub, other]) await each.send(SUB_A);
		expect(await told(xpub, sub, other)).toEqual([SUB_A, SUB_A]);
		await xpub.send("A");
		expect([await sub.receive(), await other.receive()].map(texts)).toEqual([["A"], ["A"]]);
		await sub.send(UNSUB_A);
		expect(await told(xpub, sub)).toEqual([]);
		await xpub.send("A again");
		expect(texts(await other.receive())).toEqual(["A again"]);
		await other.send(UNSUB_A);
		expect(await told(xpub, other)).toEqual([UNSUB_A]);
	});

	it("tells of the last unsubscribe of one peer only, with and without all unsubscribes", async () => {
		const { xpub, sub } = await connected(1);
		await sub.send(UNSUB_A);
		expect(await told(xpub, sub)).toEqual([]);
		for (const notice of [SUB_A, SUB_A, UNSUB_A, UNSUB_A, UNSUB_A]) await sub.send(notice);
		expect(await told(xpub, sub)).toEqual([SUB_A, UNSUB_A]);
		xpub.verbosity = "allSubsUnsubs";
		await sub.send(SUB_A);
		expect(await told(xpub, sub)).toEqual([SUB_A]);
		await xpub.send("A");
		expect(texts(await sub.receive())).toEqual(["A"]);
		await sub.send(UNSUB_A);
		await sub.send(UNSUB_A);
		expect(await told(xpub, sub)).toEqual([UNSUB_A]);
	});

	it("with all unsubscribes tells of each of two peers", async () => {
		const { xpub, sub, other } = await connected(2);
		await sub.send(SUB_A);
		await told(xpub, sub);
		await other.send(SUB_A);
		await told(xpub, other);
		await sub.send(UNSUB_A);
		expect(await told(xpub, sub)).toEqual([]);
		await other.send(UNSUB_A);
		expect(await told(xpub, other)).toEqual([UNSUB_A]);
		xpub.verbosity = "allSubsUnsubs";
		for (const each of [sub, other]) await each.send(SUB_A);
		expect(await told(xpub, sub, other)).toEqual([SUB_A, SUB_A]);
		for (const each of [sub, other]) await each.send(UNSUB_A);
		expect(await told(xpub, sub, other)).toEqual([UNSUB_A, UNSUB_A]);
		await sub.send(UNSUB_A);
		expect(await told(xpub, sub)).toEqual([]);
	});

	it("manual subscribes a peer to something else than it asked for", async () => {
		const { xpub, sub } = await connected(1, { manual: true });
		await sub.send(SUB_A);
		await xpub.receive();
		xpub.subscribe("B");
		await xpub.send("A");
		await xpub.send("B");
		expect(texts(await sub.receive())).toEqual(["B"]);
	});

	it("manual unsubscribes it again, and hears what it had asked for when it leaves", async () => {
		const { xpub, sub } = await connected(1, { manual: true });
		for (const [asked, given] of [
			[SUB_A, "XA"],
			[SUB_B, "XB"],
		] as const) {
			await sub.send(asked);
			expect(texts(await xpub.receive())).toEqual([asked]);
			xpub.subscribe(given);
		}
		await sub.send(UNSUB_A);
		expect(texts(await xpub.receive())).toEqual([UNSUB_A]);
		xpub.unsubscribe("XA");
		await xpub.send("XA");
		await xpub.send("XB");
		expect(texts(await sub.receive())).toEqual(["XB"]);
		sub.close();
		expect(texts(await xpub.receive())).toEqual(["\0B"]);
		// Whose notice that was is gone: nothing happens.
		xpub.unsubscribe("XB");
	});

	it("manual passes each unsubscribe of a broken connection on through a proxy made by hand", async () => {
		const [pub, xsub] = [open(new Publisher()), open(new XSubscriber())];
		await meet(transport, xsub, pub);
		const xpub = open(new XPublisher({ manual: true }));
		const subs = [open(new Subscriber()), open(new Subscriber())];
		await meet(transport, xpub, ...subs);
		for (const sub of subs) {
			sub.subscribe("1");
			expect(texts(await xpub.receive())).toEqual(["\x011"]);
			xpub.subscribe("1");
			await xsub.send("\x011");
		}
		await vi.waitFor(() => expect(pub.topicsCount).toBe(1), PATIENT);
		await pub.send(["1", "X"]);
		await xpub.send(await xsub.receive());
		for (const sub of subs) expect(texts(await sub.receive())).toEqual(["1", "X"]);
		for (const sub of subs) sub.close();
		for (const _ of subs) {
			expect(texts(await xpub.receive())).toEqual(["\x001"]);
			await xsub.send("\x001");
		}
		expect(xpub.tryReceive()).toBeUndefined();
		await vi.waitFor(() => expect(pub.topicsCount).toBe(0), PATIENT);
		expect(pub.trySend(["1", "X"])).toBe("dropped");
	});

	it("manual confirms each of two subscriptions that came before the first was confirmed", async () => {
		const { xpub, sub, other } = await connected(2, { manual: true });
		await sub.send("\x011");
		await other.send("\x012");
		await vi.waitFor(() => expect(xpub.readable).toBe(true), PATIENT);
		for (let i = 0; i < 2; i++) {
			const [notice] = await xpub.receive();
			xpub.subscribe(notice.subarray(1));
		}
		for (const topic of ["1", "2"]) await xpub.send([topic, "X"]);
		expect([await sub.receive(), await other.receive()].map(texts)).toEqual([
			["1", "X"],
			["2", "X"],
		]);
	});

	it("manual leaves nothing of a peer that has left to the next one", async () => {
		const { xpub, sub } = await connected(1, { manual: true });
		await sub.send(SUB_A);
		await xpub.receive();
		xpub.subscribe("XA");
		for (const topic of ["XA", "XB"]) await xpub.send(topic);
		expect(texts(await sub.receive())).toEqual(["XA"]);
		sub.close();
		expect(texts(await xpub.receive())).toEqual([UNSUB_A]);
		expect(xpub.topicsCount).toBe(0);
		xpub.unsubscribe("XA");
		const next = open(new XSubscriber());
		next.connect(xpub.lastEndpoint as string);
		await next.send(SUB_B);
		expect(texts(await xpub.receive())).toEqual([SUB_B]);
		xpub.subscribe("XB");
		for (const topic of ["XA", "XB", "XB end"]) await xpub.send(topic);
		expect([await next.receive(), await next.receive()].map(texts)).toEqual([["XB"], ["XB end"]]);
	});

	it("receives what is no subscription as it is, in one frame or several", async () => {
		const { xpub, sub } = await connected(1);
		await sub.send("\x02A");
		await sub.send(["\x02A", "B"]);
		await sub.send("");
		expect([await xpub.receive(), await xpub.receive(), await xpub.receive()].map(texts)).toEqual([["\x02A"], ["\x02A", "B"], [""]]);
	});

	it("with the last value sends the next message to the peer that was subscribed last, and then to all", async () => {
		const { xpub, sub, other } = await connected(2, { manualLastValue: true });
		for (const each of [sub, other]) {
			await each.send("\x011");
			await xpub.receive();
			xpub.subscribe("1");
		}
		await xpub.send(["1", "cached"]);
		await xpub.send(["1", "live"]);
		expect([await other.receive(), await other.receive()].map(texts)).toEqual([
			["1", "cached"],
			["1", "live"],
		]);
		expect(texts(await sub.receive())).toEqual(["1", "live"]);
	});

	it("with the last value hears of what left, and unsubscribes by hand", async () => {
		const { xpub, sub } = await connected(1, { manualLastValue: true });
		for (const [asked, given] of [
			[SUB_A, "XA"],
			[SUB_B, "XB"],
		] as const) {
			await sub.send(asked);
			await xpub.receive();
			xpub.subscribe(given);
		}
		await sub.send(UNSUB_A);
		await xpub.receive();
		xpub.unsubscribe("XA");
		// The first one goes to the peer that was subscribed last, whatever it is about.
		for (const topic of ["XB", "XA", "XB"]) await xpub.send(topic);
		expect([await sub.receive(), await sub.receive()].map(texts)).toEqual([["XB"], ["XB"]]);
		sub.close();
		expect(texts(await xpub.receive())).toEqual(["\0B"]);
		xpub.unsubscribe("XB");
	});

	it("hears topics of every length around the ends of short commands and frames, and matches them", async () => {
		const { xpub, sub } = await connected(1);
		for (const length of [0, 1, 243, 244, 245, 246, 247, 248, 253, 254, 255, 256, 257, 1000, 32_768]) {
			const topic = Buffer.alloc(length, "t");
			await sub.send(Buffer.concat([Buffer.of(1), topic]));
			expect((await xpub.receive())[0].length).toBe(length + 1);
			await xpub.send([topic, "found"]);
			expect((await sub.receive()).map((frame) => frame.length)).toEqual([length, 5]);
			await sub.send(Buffer.concat([Buffer.of(0), topic]));
			expect((await xpub.receive())[0].length).toBe(length + 1);
		}
	});
});

describe.each(TRANSPORTS)("the count of topics over %s", (transport) => {
	it("is of different topics, on both sides, up and down", async () => {
		const [pub, sub] = [open(new Publisher()), open(new Subscriber())];
		await meet(transport, pub, sub);
		expect([pub.topicsCount, sub.topicsCount]).toEqual([0, 0]);
		sub.subscribe("A", "B", "A");
		expect(sub.topicsCount).toBe(2);
		await vi.waitFor(() => expect(pub.topicsCount).toBe(2), PATIENT);
		// One more who has subscribed to one of them, and to another one by which it is known to have arrived.
		const other = open(new Subscriber());
		other.subscribe("A", "C");
		other.connect(pub.lastEndpoint as string);
		await vi.waitFor(() => expect(pub.topicsCount).toBe(3), PATIENT);
		other.close();
		await vi.waitFor(() => expect(pub.topicsCount).toBe(2), PATIENT);
		sub.unsubscribe("B");
		sub.unsubscribe("A");
		expect(sub.topicsCount).toBe(1);
		await vi.waitFor(() => expect(pub.topicsCount).toBe(1), PATIENT);
		sub.close();
		await vi.waitFor(() => expect(pub.topicsCount).toBe(0), PATIENT);
	});
});

describe.each(TRANSPORTS)("matching that is inverted over %s", (transport) => {
	it("sends to those whose topics a message does not match", async () => {
		const pub = open(new Publisher({ invertMatching: true }));
		const [one, two, none] = [1, 2, 3].map(() => open(new Subscriber({ invertMatching: true }))) as [Subscriber, Subscriber, Subscriber];
		one.subscribe("PREFIX1");
		two.subscribe("p2");
		await meet(transport, pub, one, two, none);
		await vi.waitFor(() => expect(pub.topicsCount).toBe(2), PATIENT);
		// `none` is connected once it gets something.
		await vi.waitFor(() => expect([pub.trySend("up?"), none.tryReceive()]).toEqual(["sent", expect.anything()]), PATIENT);
		for (const topic of ["PREFIX1", "p2", "other"]) await pub.send(topic);
		const until = async (sub: Subscriber) => {
			const got: (string | undefined)[] = [];
			while (got.at(-1) !== "other") got.push(texts(await sub.receive())?.[0]);
			return got.filter((topic) => topic !== "up?");
		};
		expect(await until(one)).toEqual(["p2", "other"]);
		expect(await until(two)).toEqual(["PREFIX1", "other"]);
		expect(await until(none)).toEqual(["PREFIX1", "p2", "other"]);
	});

	it("sends nothing to a subscriber whose topic it matches, which would drop it only", async () => {
		const [pub, sub] = [open(new Publisher({ invertMatching: true })), open(new Subscriber({ invertMatching: true }))];
		sub.subscribe("PREFIX1");
		await meet(transport, pub, sub);
		await vi.waitFor(() => expect(pub.topicsCount).toBe(1), PATIENT);
		expect([pub.trySend("PREFIX1 and more"), pub.trySend("other")]).toEqual(["dropped", "sent"]);
		expect(texts(await sub.receive())).toEqual(["other"]);
	});
});

describe.each(TRANSPORTS)("messages of a publisher that connects over %s", (transport) => {
	it("arrive unchanged at each subscriber, and leave what was sent as it was, though each connection may mask it", async () => {
		const pub = open(new Publisher());
		const subs = [open(new Subscriber()), open(new Subscriber())];
		for (const sub of subs) {
			sub.subscribe("t");
			await meet(transport, sub, pub);
		}
		const body = Buffer.alloc(3000, "body");
		// Both have subscribed once both get something.
		for (const sub of subs)
			await vi.waitFor(() => expect([pub.trySend("t up?"), sub.tryReceive()]).toEqual(["sent", expect.anything()]), PATIENT);
		await pub.send(["t", body]);
		for (const sub of subs) {
			let message = await sub.receive();
			while (message.length === 1) message = await sub.receive();
			expect(message[1]?.equals(Buffer.alloc(3000, "body"))).toBe(true);
		}
		expect(body.equals(Buffer.alloc(3000, "body"))).toBe(true);
	});
});
