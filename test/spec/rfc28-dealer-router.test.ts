import { Dealer, Router } from "@zloom/core";
import { expect } from "vitest";
import { sendsById } from "./addressed-contract.ts";
import { Addressed, HELLO, listening, routerPort } from "./addressed-ends.ts";
import { covers } from "./covers.ts";
import { hasTwoQueues } from "./duplex-contract.ts";
import { duplex, expectNumbers, fill, happens, heavy, quick, receiver, reconnects, sender, textOf, turn, vanish } from "./ends.ts";
import { anyEndpoint, freeEndpoint, meet, open, texts } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";
import { discardsWhatIsLeft, hasQueueEach, keepsIncomingQueues, receivesFairly, receivesUnchanged } from "./receiver-contract.ts";
import { endsAcceptedQueues, keepsOutgoingQueues, sendsInRotation, sendsUnchanged, waitsForRoom } from "./sender-contract.ts";
import { dial, message, WIRE } from "./wire.ts";

const dealer = (mark = 1000) => new Dealer({ sendHighWaterMark: mark, receiveHighWaterMark: mark });
const greeter = (mark = 1000, routingId = "") =>
	new Dealer({ sendHighWaterMark: mark, receiveHighWaterMark: mark, helloMessage: HELLO, routingId });
const router = (mark = 1000) => routerPort(new Router({ sendHighWaterMark: mark, receiveHighWaterMark: mark, mandatory: true }));

const dealerSends = {
	sender: (mark?: number) => sender(dealer(mark)),
	receiver: (mark?: number) => listening(router(mark)),
	gone: "no-peer" as const,
};
const dealerReceives = {
	receiver: (mark?: number) => receiver(greeter(mark)),
	sender: (mark?: number) => new Addressed(router(mark)),
};
const routerSends = {
	sender: (mark?: number) => new Addressed(router(mark)),
	// All of the same identity: what waited for one could go to the next.
	receiver: (mark?: number) => receiver(greeter(mark, "peer")),
	gone: "unreachable" as const,
};
const routerReceives = { receiver: dealerSends.receiver, sender: dealerSends.sender };

sendsUnchanged(dealerSends, ["28/dealer-1"]);
receivesUnchanged(dealerReceives, { unchanged: ["28/dealer-1"], delivered: ["28/dealer-15"] });
keepsOutgoingQueues(dealerSends, { made: ["28/dealer-3"], kept: ["28/dealer-4"], limited: ["28/dealer-8"] });
endsAcceptedQueues(dealerSends, { accepted: ["28/dealer-5"], ended: ["28/dealer-6", "28/dealer-7"] });
sendsInRotation(dealerSends, { rotation: ["28/dealer-10"], available: ["28/dealer-9"], each: ["28/dealer-2"] });
waitsForRoom(dealerSends, { available: [], waits: ["28/dealer-11"], refuses: ["28/dealer-12"], losesNothing: ["28/dealer-13"] });
keepsIncomingQueues(dealerReceives, {
	made: ["28/dealer-3"],
	kept: ["28/dealer-4"],
	accepted: ["28/dealer-5"],
	ended: ["28/dealer-6"],
	limited: ["28/dealer-8"],
});
hasQueueEach(dealerReceives, ["28/dealer-2"]);
receivesFairly(dealerReceives, ["28/dealer-14"]);
hasTwoQueues(["28/dealer-2"], async (transport) => {
	const [own, peer] = [duplex(greeter(2)), new Addressed(router(2))];
	await meet(transport, own.socket);
	peer.connect(own.socket.lastEndpoint as string);
	await peer.acquaint();
	return [own, peer];
});

keepsOutgoingQueues(routerSends, { made: ["28/router-2"], kept: ["28/router-3"], limited: ["28/router-9"] });
endsAcceptedQueues(routerSends, { accepted: ["28/router-4"], ended: ["28/router-5", "28/router-6"] });
keepsIncomingQueues(routerReceives, {
	made: ["28/router-2"],
	kept: ["28/router-3"],
	accepted: ["28/router-4"],
	ended: ["28/router-5"],
	limited: ["28/router-9"],
});
hasQueueEach(routerReceives, ["28/router-1"]);
receivesFairly(routerReceives, ["28/router-10"]);
hasTwoQueues(["28/router-1"], async (transport) => {
	const [own, peer] = [new Addressed(router(2)), duplex(greeter(2))];
	await meet(transport, own.socket, peer.socket);
	await own.acquaint();
	return [own, peer];
});
sendsById(
	{ port: router, partner: (mark?: number) => receiver(greeter(mark)), nobody: Buffer.from("nobody"), key: (id) => id.toString("hex") },
	{
		identity: ["28/router-7", "28/router-11", "28/router-12", "28/router-13", "28/router-14"],
		unreachable: ["28/router-15"],
		full: ["28/router-14", "28/router-15"],
	},
);

covers(
	["28/router-15", "28/router-16"],
	{ transports: EVERY },
	"unless it is to report, a ROUTER drops what it cannot send and goes on at once",
	async (transport) => {
		const own = open(new Router({ sendHighWaterMark: 2 }));
		const slow = receiver(new Dealer({ routingId: "slow", receiveHighWaterMark: 1, helloMessage: HELLO }));
		await meet(transport, own, slow.socket);
		expect(texts(await own.receive())).toEqual(["slow", HELLO]);
		expect(own.trySend(["nobody", "lost"])).toBe("dropped");
		await own.send(["nobody", "lost"]);
		const count = await fill({ trySend: (body) => own.trySend(["slow", body as Buffer]) });
		for (let number = 0; number < 20; number++) await own.send(["slow", heavy(number)], { timeoutMs: 0 });
		await expectNumbers(slow, count);
		while (own.trySend(["slow", "the end"]) !== "sent") await turn();
		// A little of the twenty may have found room.
		let found = 0;
		while (textOf(await slow.receive()) !== "the end") found += 1;
		expect(found).toBeLessThan(10);
	},
);

covers(
	["28/router-2", "28/router-3", "28/router-7"],
	{ transports: EVERY },
	"a peer that a ROUTER connects to without a name is known by its identity, and kept for when it comes back",
	async (transport) => {
		const endpoint = await freeEndpoint(transport);
		const own = quick(open(new Router({ mandatory: true })));
		own.connect(endpoint);
		expect(own.trySend(["peer", "early"])).toBe("unreachable");
		const [first, next] = [open(greeter(1000, "peer")), open(greeter(1000, "peer"))];
		await first.bind(endpoint);
		expect(texts(await own.receive())).toEqual(["peer", HELLO]);
		let peer = first;
		if (reconnects(transport)) {
			const lost = happens(own, "disconnect");
			await vanish({ socket: first });
			await lost;
			peer = next;
		}
		await own.send(["peer", "kept"]);
		if (peer === next) await next.bind(endpoint);
		expect(texts(await peer.receive())).toEqual(["kept"]);
	},
);

covers(
	["28/router-7", "28/router-8", "28/router-11"],
	{ transports: EVERY },
	"a peer may choose its identity, as bytes",
	async (transport) => {
		const own = open(new Router({ mandatory: true }));
		const chosen = [Buffer.from("me"), Buffer.of(0xff, 0, 1), Buffer.alloc(255, 9)];
		const peers = chosen.map((routingId) => open(new Dealer({ routingId })));
		await meet(transport, own, ...peers);
		for (const [index, peer] of peers.entries()) {
			await peer.send(["from", `${index}`]);
			expect(await own.receive()).toEqual([chosen[index], Buffer.from("from"), Buffer.from(`${index}`)]);
			await own.send([chosen[index] as Buffer, "to", `${index}`]);
			expect(texts(await peer.receive())).toEqual(["to", `${index}`]);
		}
	},
);

covers(["28/router-7"], { transports: EVERY }, "an identity that is taken is not given twice", async (transport) => {
	const own = open(new Router({ mandatory: true }));
	const [first, second] = [open(new Dealer({ routingId: "same" })), open(new Dealer({ routingId: "same" }))];
	const endpoint = await meet(transport, own, first);
	await first.send("first");
	expect(texts(await own.receive())).toEqual(["same", "first"]);
	second.connect(endpoint);
	second.trySend("second");
	for (let number = 0; number < 20; number++) {
		await own.send(["same", `${number}`]);
		expect(texts(await first.receive())).toEqual([`${number}`]);
	}
	expect([own.tryReceive(), second.tryReceive()]).toEqual([undefined, undefined]);
});

covers(
	["28/router-8", "28/router-13"],
	{ transports: WIRE },
	"the Identity property of a handshake names the peer, and is not sent to it",
	async (transport) => {
		const own = open(new Router({ mandatory: true }));
		await own.bind(anyEndpoint(transport));
		const raw = await dial(own.lastEndpoint);
		await raw.shake("DEALER", [["Identity", "raw"]]);
		raw.write(message("question", "part"));
		expect(texts(await own.receive())).toEqual(["raw", "question", "part"]);
		await own.send(["raw", "", "answer"]);
		expect(await raw.message()).toEqual(["", "answer"]);
	},
);

discardsWhatIsLeft(dealerReceives, ["28/dealer-left-1"]);
discardsWhatIsLeft(routerReceives, ["28/router-left-1"]);
