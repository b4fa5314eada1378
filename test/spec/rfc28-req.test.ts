import { Reply, Request, Router } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { quick } from "./ends.ts";
import { freeEndpoint, meet, open, pends, texts } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";
import { listen, message, WIRE } from "./wire.ts";

const code = (name: string) => expect.objectContaining({ code: name });

covers(
	["28/req-1", "28/rep-2", "28/rep-7"],
	{ transports: EVERY },
	"REQ and REP take turns, and refuse what is out of turn",
	async (transport) => {
		const [req, rep] = [open(new Request()), open(new Reply())];
		await meet(transport, rep, req);
		for (let round = 0; round < 3; round++) {
			await expect(req.receive()).rejects.toEqual(code("EFSM"));
			await expect(rep.send("nobody asked")).rejects.toEqual(code("EFSM"));
			await req.send(`question ${round}`);
			await expect(req.send("again")).rejects.toEqual(code("EFSM"));
			expect(() => req.trySend("again")).toThrowError(code("EFSM"));
			expect(texts(await rep.receive())).toEqual([`question ${round}`]);
			await expect(rep.receive()).rejects.toEqual(code("EFSM"));
			expect(() => rep.tryReceive()).toThrowError(code("EFSM"));
			await rep.send(`answer ${round}`);
			await expect(rep.send("again")).rejects.toEqual(code("EFSM"));
			expect(() => rep.trySend("again")).toThrowError(code("EFSM"));
			expect(texts(await req.receive())).toEqual([`answer ${round}`]);
			expect(() => req.tryReceive()).toThrowError(code("EFSM"));
		}
	},
);

covers(
	["28/req-2", "28/req-3"],
	{ transports: EVERY },
	"a request is an empty frame and then its data, and so must its reply be",
	async (transport) => {
		const [req, router] = [open(new Request({ routingId: "asker" })), open(new Router())];
		await meet(transport, router, req);
		for (const data of [["data"], ["several", "", "frames"], [""]]) {
			await req.send(data);
			expect(texts(await router.receive())).toEqual(["asker", "", ...data]);
			// Neither of these is a reply.
			await router.send(["asker", "no delimiter"]);
			await router.send(["asker", ""]);
			await router.send(["asker", "", ...data]);
			expect(texts(await req.receive())).toEqual(data);
		}
	},
);

covers(["28/req-2", "28/req-3"], { transports: WIRE }, "the bytes of a request begin with an empty frame", async (transport) => {
	const [req, listener] = [open(new Request()), await listen(transport)];
	req.connect(listener.endpoint);
	const raw = await listener.next();
	await raw.shake("REP");
	await req.send(["question", "part"]);
	expect(await raw.message()).toEqual(["", "question", "part"]);
	raw.write(message("", "answer"));
	expect(texts(await req.receive())).toEqual(["answer"]);
});

covers(["28/req-4"], { transports: EVERY }, "requests go to the peers in rotation", async (transport) => {
	const req = open(new Request());
	const reps = [open(new Reply()), open(new Reply()), open(new Reply())];
	for (const rep of reps) req.connect(await meet(transport, rep));
	for (let number = 0; number < 9; number++) {
		await req.send(`${number}`);
		const rep = reps[number % 3] as Reply;
		expect(texts(await rep.receive())).toEqual([`${number}`]);
		await rep.send("done");
		await req.receive();
	}
});

covers(
	["28/req-5", "28/req-6"],
	{ transports: EVERY },
	"a request waits for a peer, or is refused when it may not wait",
	async (transport) => {
		const endpoint = await freeEndpoint(transport);
		const [req, rep] = [quick(open(new Request())), open(new Reply())];
		expect(req.trySend("refused")).toBe("no-peer");
		await expect(req.send("refused", { timeoutMs: 0 })).rejects.toEqual(code("EAGAIN"));
		const waiting = req.send("waits");
		expect(await pends(waiting)).toBe(true);
		req.connect(endpoint);
		await waiting;
		await rep.bind(endpoint);
		expect(texts(await rep.receive())).toEqual(["waits"]);
		await rep.send("answered");
		expect(texts(await req.receive())).toEqual(["answered"]);
	},
);

covers(["28/req-7", "28/req-8"], { transports: EVERY }, "only the peer that was asked is heard", async (transport) => {
	const req = open(new Request({ routingId: "asker" }));
	const [first, second] = [open(new Router()), open(new Router())];
	for (const router of [first, second]) req.connect(await meet(transport, router));
	const answer = async (router: Router, text: string) => {
		expect(texts(await router.receive())?.[0]).toBe("asker");
		await router.send(["asker", "", text]);
		expect(texts(await req.receive())).toEqual([text]);
	};
	await req.send("to the first");
	await answer(first, "one");
	await req.send("to the second");
	await answer(second, "two");
	// What nobody asked for, and what one that was not asked sends while another is.
	await second.send(["asker", "", "unasked"]);
	await req.send("to the first");
	await second.send(["asker", "", "not asked"]);
	await answer(first, "three");
	await first.send(["asker", "", "too late"]);
	await req.send("to the second");
	await answer(second, "four");
	await req.send("to the first");
	await answer(first, "five");
});
