/**
 * Patterns as their sockets show them, over every transport: turns, envelopes, subscriptions.
 */
import { describe, expect, it, vi } from "vitest";
import { freeEndpoint, meet, open, PATIENT, TRANSPORTS, texts } from "../fixtures/open-sockets.ts";
import { Publisher, Subscriber, XPublisher, XSubscriber } from "./publish-sockets.ts";
import { Dealer, Reply, Request, Router } from "./sockets.ts";

const code = (name: string) => expect.objectContaining({ code: name });

describe.each(TRANSPORTS)("request and reply over %s", (transport) => {
	it("alternate, whichever side binds", async () => {
		for (const requestBinds of [true, false]) {
			const [req, rep] = [open(new Request()), open(new Reply())];
			if (requestBinds) await meet(transport, req, rep);
			else await meet(transport, rep, req);
			for (let i = 0; i < 5; i++) {
				await req.send([`question ${i}`, ""]);
				expect(texts(await rep.receive())).toEqual([`question ${i}`, ""]);
				await rep.send(`answer ${i}`);
				expect(texts(await req.receive())).toEqual([`answer ${i}`]);
			}
		}
	});

	it("reject with EFSM out of turn and go on afterwards", async () => {
		const [req, rep] = [open(new Request()), open(new Reply())];
		await meet(transport, rep, req);
		await expect(req.receive()).rejects.toEqual(code("EFSM"));
		await expect(rep.send("x")).rejects.toEqual(code("EFSM"));
		expect(() => req.tryReceive()).toThrowError(code("EFSM"));
		expect(() => rep.trySend("x")).toThrowError(code("EFSM"));
		await req.send("q");
		await expect(req.send("q")).rejects.toEqual(code("EFSM"));
		await rep.receive();
		await expect(rep.receive()).rejects.toEqual(code("EFSM"));
		await expect(rep[Symbol.asyncIterator]().next()).rejects.toEqual(code("EFSM"));
		await expect(rep.receiveMany(5)).rejects.toEqual(code("EFSM"));
		await rep.send("a");
		expect(texts(await req.receive())).toEqual(["a"]);
	});

	it("serve a loop of requests", async () => {
		const rep = open(new Reply());
		const reqs = [open(new Request()), open(new Request()), open(new Request({ correlate: true }))];
		await meet(transport, rep, ...reqs);
		const serving = (async () => {
			for await (const [text] of rep) await rep.send(`re ${text}`);
		})();
		await Promise.all(
			reqs.map(async (req, at) => {
				for (let i = 0; i < 50; i++) {
					await req.send(`${at}-${i}`);
					expect(texts(await req.receive())).toEqual([`re ${at}-${i}`]);
				}
			}),
		);
		rep.close();
		await serving;
	});

	it("pass through a ROUTER and a DEALER between them", async () => {
		const [req, router, dealer, rep] = [open(new Request()), open(new Router()), open(new Dealer()), open(new Reply())];
		await meet(transport, router, req);
		await meet(transport, dealer, rep);
		await req.send("through");
		await dealer.send(await router.receive());
		expect(texts(await rep.receive())).toEqual(["through"]);
		await rep.send("back");
		await router.send(await dealer.receive());
		expect(texts(await req.receive())).toEqual(["back"]);
	});

	it("a request that waits for a peer is sent when one is there, and the one behind it is out of turn", async () => {
		const [req, rep] = [open(new Request()), open(new Reply())];
		const first = req.send("first");
		const second = expect(req.send("second")).rejects.toEqual(code("EFSM"));
		await meet(transport, rep, req);
		await first;
		await second;
		expect(texts(await rep.receive())).toEqual(["first"]);
	});
});

describe.each(TRANSPORTS)("publish and subscribe over %s", (transport) => {
	const heard = (pub: Publisher | XPublisher, topics: number) => vi.waitFor(() => expect(pub.topicsCount).toBe(topics), PATIENT);

	it("deliver what matches, whichever side binds, until unsubscribed", async () => {
		for (const publisherBinds of [true, false]) {
			const [pub, sub] = [open(new Publisher()), open(new Subscriber())];
			sub.subscribe("a", Buffer.from("b"));
			if (publisherBinds) await meet(transport, pub, sub);
			else await meet(transport, sub, pub);
			await heard(pub, 2);
			for (const topic of ["a1", "c1", "b1"]) await pub.send([topic, "body"]);
			// It is the publisher that holds back what nobody wants.
			expect(pub.trySend("c1")).toBe("dropped");
			expect(texts(await sub.receive())).toEqual(["a1", "body"]);
			expect(texts(await sub.receive())).toEqual(["b1", "body"]);
			sub.unsubscribe("a");
			await heard(pub, 1);
			for (const topic of ["a2", "b2"]) await pub.send(topic);
			expect(texts(await sub.receive())).toEqual(["b2"]);
			sub.unsubscribe("b");
			await heard(pub, 0);
		}
	});

	it("reach every subscriber that wants it, and nobody else", async () => {
		const pub = open(new Publisher());
		const subs = ["", "x", "xy", "z"].map((topic) => {
			const sub = open(new Subscriber());
			sub.subscribe(topic);
			return sub;
		});
		await meet(transport, pub, ...subs);
		await heard(pub, 4);
		for (const text of ["xyz", "zzz", "end"]) await pub.send(text);
		for (const sub of subs) sub.subscribe("end");
		await heard(pub, 5);
		await pub.send("end");
		const got = await Promise.all(
			subs.map(async (sub) => {
				const mine: string[] = [];
				for await (const [text] of sub) {
					if (String(text) === "end" && (mine.at(-1) === "end" || sub !== subs[0])) return mine;
					mine.push(String(text));
				}
				return mine;
			}),
		);
		expect(got).toEqual([["xyz", "zzz", "end"], ["xyz"], ["xyz"], ["zzz"]]);
	});

	it("tell the owner of an XPublisher who comes and goes", async () => {
		const [xpub, sub] = [open(new XPublisher()), open(new Subscriber())];
		sub.subscribe();
		await meet(transport, xpub, sub);
		expect(await xpub.receive()).toEqual([Buffer.from([1])]);
		const long = Buffer.alloc(300, 7);
		sub.subscribe(long);
		expect(await xpub.receive()).toEqual([Buffer.concat([Buffer.from([1]), long])]);
		sub.close();
		const gone = [await xpub.receive(), await xpub.receive()].map(([frame]) => frame.length).sort();
		expect(gone).toEqual([1, 301]);
		expect(xpub.topicsCount).toBe(0);
	});

	it("pass through an XSubscriber and an XPublisher between them", async () => {
		const [pub, xsub, xpub, sub] = [open(new Publisher()), open(new XSubscriber()), open(new XPublisher()), open(new Subscriber())];
		await meet(transport, pub, xsub);
		await meet(transport, xpub, sub);
		sub.subscribe("t");
		await xsub.send(await xpub.receive());
		await heard(pub, 1);
		await pub.send(["t", "through"]);
		await xpub.send(await xsub.receive());
		expect(texts(await sub.receive())).toEqual(["t", "through"]);
		await xsub.send(["to", "publisher"]);
	});

	it("subscribe peers by hand, with manual", async () => {
		const [xpub, sub] = [open(new XPublisher({ manual: true })), open(new Subscriber())];
		expect(() => open(new XPublisher()).subscribe("x")).toThrowError(code("EINVAL"));
		sub.subscribe("asked");
		await meet(transport, xpub, sub);
		await xpub.receive();
		xpub.subscribe("asked", "given");
		await xpub.send("asked");
		expect(texts(await sub.receive())).toEqual(["asked"]);
		expect(xpub.topicsCount).toBe(2);
	});

	it("welcome those who have subscribed to the welcome", async () => {
		const [xpub, sub] = [open(new XPublisher({ welcomeMessage: "W" })), open(new Subscriber())];
		sub.subscribe("W");
		await meet(transport, xpub, sub);
		expect(texts(await sub.receive())).toEqual(["W"]);
	});

	it("with noDrop wait for a slow subscriber and lose nothing", async () => {
		const pub = open(new Publisher({ noDrop: true, sendHighWaterMark: 2 }));
		const sub = open(new Subscriber({ receiveHighWaterMark: 2 }));
		sub.subscribe();
		await meet(transport, pub, sub);
		await heard(pub, 1);
		const count = 300;
		const body = Buffer.alloc(10_000);
		const sending = (async () => {
			for (let i = 0; i < count; i++) await pub.send([String(i), body]);
		})();
		for (let i = 0; i < count; i++) expect(String((await sub.receive())[0])).toBe(String(i));
		await sending;
	});

	it("with noDrop wait for whichever of two subscribers is slow, and send nothing twice", async () => {
		const pub = open(new Publisher({ noDrop: true, sendHighWaterMark: 2 }));
		const subs = ["only 0", "only 1"].map((own) => {
			const sub = open(new Subscriber({ receiveHighWaterMark: 2 }));
			sub.subscribe("", own);
			return sub;
		});
		await meet(transport, pub, ...subs);
		await heard(pub, 3);
		const body = Buffer.alloc(transport === "inproc" ? 1 : 1 << 20);
		let next = 0;
		for (const [at, slow] of subs.entries()) {
			const first = next;
			while (pub.trySend([String(next), body]) === "sent") {
				next += 1;
				for (const quick of subs) if (quick !== slow) expect(String((await quick.receive())[0])).toBe(String(next - 1));
			}
			for (let i = first; i < next; i++) expect(String((await slow.receive())[0])).toBe(String(i));
			await pub.send(`done ${at}`);
			for (const sub of subs) expect(texts(await sub.receive())).toEqual([`done ${at}`]);
		}
	});

	it("refuse bad topics", () => {
		const sub = open(new Subscriber());
		for (const topic of [5, null, {}, Buffer.alloc(40_000)])
			expect(() => sub.subscribe("good", topic as never)).toThrowError(code("EINVAL"));
		expect(sub.topicsCount).toBe(0);
		sub.close();
		expect(() => sub.subscribe("x")).toThrowError(code("EBADF"));
	});
});

describe.each(["tcp", "ipc"] as const)("publish and subscribe over a broken connection of %s", (transport) => {
	it("subscribe again to all that is wanted", async () => {
		const endpoint = await freeEndpoint(transport);
		const sub = open(new Subscriber({ reconnectInterval: 1 }));
		sub.subscribe("a", "b", "c");
		sub.connect(endpoint);
		for (const round of [1, 2, 3]) {
			const pub = open(new Publisher());
			await pub.bind(endpoint);
			const topics = 3 - (round > 1 ? 1 : 0) + (round > 2 ? 1 : 0);
			await vi.waitFor(() => expect(pub.topicsCount).toBe(topics), PATIENT);
			await pub.send(`a${round}`);
			expect(texts(await sub.receive())).toEqual([`a${round}`]);
			await pub[Symbol.asyncDispose]();
			// What is changed meanwhile is in what the next publisher hears.
			if (round === 1) sub.unsubscribe("b");
			if (round === 2) sub.subscribe("d");
		}
	});

	it("tell a publisher of far more topics than a queue holds", async () => {
		const [pub, sub] = [open(new Publisher()), open(new Subscriber())];
		for (let i = 0; i < 20_000; i++) sub.subscribe(`topic ${i}`);
		await meet(transport, pub, sub);
		await vi.waitFor(() => expect(pub.topicsCount).toBe(20_000), { interval: 5, timeout: 30_000 });
		await pub.send("topic 19999");
		expect(texts(await sub.receive())).toEqual(["topic 19999"]);
	});
});
