/**
 * Patterns as their sockets show them, over every transport: turns, envelopes, subscriptions.
 */
import { describe, expect, it } from "vitest";
import { meet, open, TRANSPORTS, texts } from "./fixtures/open-sockets.ts";
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
