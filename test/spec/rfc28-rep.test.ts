import { Dealer, Reply, Request } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { BODIES, expectFrames, happens, heavy, quick, type Receiver, reconnects, textOf, turn, vanish } from "./ends.ts";
import { anyEndpoint, freeEndpoint, meanwhile, meet, open, texts } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";
import { receivesFairly } from "./receiver-contract.ts";
import { dial, message, WIRE } from "./wire.ts";

const code = (name: string) => expect.objectContaining({ code: name });

/** Some identities of a path of ROUTERs. */
const ENVELOPES: readonly (readonly string[])[] = [[], ["one"], ["one", "two", "three"]];

covers(
	["28/rep-1", "28/rep-3", "28/rep-5", "28/rep-6", "28/rep-7", "28/rep-8", "28/rep-9"],
	{ transports: EVERY },
	"the envelope of a request is kept from the application and stands in front of the reply",
	async (transport) => {
		const rep = open(new Reply());
		const askers = [open(new Dealer()), open(new Dealer())];
		await meet(transport, rep, ...askers);
		for (const envelope of ENVELOPES) {
			for (const [index, asker] of askers.entries()) {
				await asker.send([...envelope, "", `question ${index}`, "", "part"]);
				expect(texts(await rep.receive())).toEqual([`question ${index}`, "", "part"]);
				await rep.send([`answer ${index}`, "", "part"]);
				await expect(rep.send("again")).rejects.toEqual(code("EFSM"));
				expect(texts(await asker.receive())).toEqual([...envelope, "", `answer ${index}`, "", "part"]);
			}
		}
		for (const asker of askers) expect(asker.tryReceive()).toBe(undefined);
	},
);

covers(
	["28/rep-8", "28/rep-9"],
	{ transports: EVERY },
	"of requests that wait together, each is answered to its own peer with its own envelope",
	async (transport) => {
		const rep = open(new Reply());
		const askers = ["one", "two", "three"].map((name) => ({ name, dealer: open(new Dealer()) }));
		await meet(transport, rep, ...askers.map(({ dealer }) => dealer));
		for (const round of ["first", "second"]) for (const { name, dealer } of askers) await dealer.send([name, round, "", `${name} asks`]);
		await meanwhile(transport);
		for (let count = 0; count < 2 * askers.length; count++) await rep.send(`to ${textOf(await rep.receive())}`);
		for (const { name, dealer } of askers) {
			for (const round of ["first", "second"]) expect(texts(await dealer.receive())).toEqual([name, round, "", `to ${name} asks`]);
			expect(dealer.tryReceive()).toBe(undefined);
		}
	},
);

covers(["28/rep-3"], { transports: WIRE }, "the bytes of a reply begin with the bytes of the envelope", async (transport) => {
	const rep = open(new Reply());
	await rep.bind(anyEndpoint(transport));
	const raw = await dial(rep.lastEndpoint);
	await raw.shake("REQ");
	for (const envelope of ENVELOPES) {
		// The first has no delimiter, the second nothing behind it.
		raw.write(message("no", "request"), message(...envelope, ""), message(...envelope, "", "question"));
		expect(texts(await rep.receive())).toEqual(["question"]);
		await rep.send(["answer", "part"]);
		expect(await raw.message()).toEqual([...envelope, "", "answer", "part"]);
	}
});

covers(["28/rep-1"], { transports: EVERY }, "requests and replies arrive as they were, byte for byte", async (transport) => {
	const [req, rep] = [open(new Request()), open(new Reply())];
	await meet(transport, rep, req);
	for (const body of [...BODIES.map((one) => [one]), [...BODIES]]) {
		await req.send(body.map((frame) => Buffer.from(frame)));
		const question = await rep.receive();
		expectFrames(question, body);
		await rep.send(question);
		expectFrames(await req.receive(), body);
	}
});

/** A REP that says nothing but that it has heard. */
function answering(): Receiver {
	const rep = open(new Reply());
	return {
		socket: rep,
		connect: (endpoint) => rep.connect(endpoint),
		async receive() {
			const request = await rep.receive();
			await rep.send("heard");
			return request;
		},
		tryReceive: () => undefined,
	};
}

receivesFairly(
	{
		receiver: answering,
		sender() {
			const dealer = open(new Dealer());
			return {
				socket: dealer,
				connect: (endpoint) => dealer.connect(endpoint),
				trySend: (body) => dealer.trySend(["", body as string]),
				send: (body) => dealer.send(["", body as string]),
			};
		},
	},
	["28/rep-4"],
);

covers(["28/rep-10"], { transports: EVERY }, "a reply for somebody who has left is dropped, and nobody else gets it", async (transport) => {
	const rep = open(new Reply());
	// What a REQ has not asked for it drops; these would show it.
	const [leaver, stayer, later] = [quick(open(new Request())), open(new Dealer()), open(new Dealer())];
	const endpoint = await meet(transport, rep, leaver, stayer);
	const isAnswered = async (dealer: Dealer) => {
		await dealer.send(["", "still there?"]);
		expect(texts(await rep.receive())).toEqual(["still there?"]);
		await rep.send("yes");
		expect(texts(await dealer.receive())).toEqual(["", "yes"]);
	};
	await isAnswered(stayer);
	await leaver.send("and good-bye");
	await rep.receive();
	await vanish({ socket: leaver });
	while (rep.pipeCount > 1) await turn();
	expect(rep.trySend("too late")).toBe("dropped");
	later.connect(endpoint);
	for (const dealer of [later, stayer]) await isAnswered(dealer);
	for (const dealer of [later, stayer]) expect(dealer.tryReceive()).toBe(undefined);
});

covers(
	["28/rep-9", "28/rep-10"],
	{ transports: EVERY },
	"a peer that a REP connects to is there until it is disconnected: its reply waits for the next connection, or is dropped",
	async (transport) => {
		const endpoint = await freeEndpoint(transport);
		const rep = quick(open(new Reply()));
		const [asker, next] = [open(new Dealer()), open(new Dealer())];
		rep.connect(endpoint);
		await asker.bind(endpoint);
		await asker.send(["envelope", "", "question"]);
		expect(texts(await rep.receive())).toEqual(["question"]);
		let peer = asker;
		if (reconnects(transport)) {
			const lost = happens(rep, "disconnect");
			await vanish({ socket: asker });
			await lost;
			expect(rep.trySend("answer")).toBe("sent");
			await next.bind(endpoint);
			peer = next;
		} else await rep.send("answer");
		expect(texts(await peer.receive())).toEqual(["envelope", "", "answer"]);
		await peer.send(["", "question"]);
		await rep.receive();
		rep.disconnect(endpoint);
		expect(rep.trySend("too late")).toBe("dropped");
	},
);

covers(["28/rep-11"], { transports: EVERY }, "a REP never waits for somebody who does not take its replies", async (transport) => {
	const rep = open(new Reply({ sendHighWaterMark: 1 }));
	const [deaf, other] = [open(new Dealer({ receiveHighWaterMark: 1 })), open(new Request())];
	const endpoint = await meet(transport, rep, deaf);
	let dropped = 0;
	for (let number = 0; dropped < 3; number++) {
		await deaf.send(["", "question"]);
		await rep.receive();
		if (rep.trySend(heavy(number)) === "dropped") dropped += 1;
		expect(number).toBeLessThan(400);
	}
	await deaf.send(["", "question"]);
	await rep.receive();
	await rep.send(heavy(0), { timeoutMs: 0 });
	other.connect(endpoint);
	await other.send("and me?");
	expect(textOf(await rep.receive())).toBe("and me?");
	await rep.send("you are heard");
	expect(texts(await other.receive())).toEqual(["you are heard"]);
});
