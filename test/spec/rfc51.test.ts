import { Peer } from "@zloom/core";
import { expect } from "vitest";
import { sendsById } from "./addressed-contract.ts";
import { Addressed, HELLO, listening, numberPort } from "./addressed-ends.ts";
import { covers } from "./covers.ts";
import { hasTwoQueues } from "./duplex-contract.ts";
import { textOf } from "./ends.ts";
import { anyEndpoint, freeEndpoint, meet, open } from "./open-sockets.ts";
import { EVERY, SCRIPTED } from "./pattern-clauses.ts";
import { numbersItsPeers } from "./peer-numbers.ts";
import { discardsWhatIsLeft, hasQueueEach, keepsIncomingQueues, receivesFairly, receivesUnchanged } from "./receiver-contract.ts";
import { enter } from "./script-peer.ts";
import { endsAcceptedQueues, keepsOutgoingQueues, sendsUnchanged, waitsForRoom } from "./sender-contract.ts";
import { dropsParts, hasOnePart, type Join, movesWholeMessages } from "./single-frame-contract.ts";

const port = (mark = 1000) => numberPort(new Peer({ sendHighWaterMark: mark, receiveHighWaterMark: mark }));
const greeter = (mark = 1000) => numberPort(new Peer({ sendHighWaterMark: mark, receiveHighWaterMark: mark, helloMessage: HELLO }));

const sends = {
	sender: (mark?: number) => new Addressed(port(mark)),
	receiver: (mark?: number) => listening(greeter(mark)),
	gone: "unreachable" as const,
	multipart: false,
};
const receives = {
	receiver: (mark?: number) => listening(greeter(mark)),
	sender: (mark?: number) => new Addressed(port(mark)),
	multipart: false,
};

const join: Join = async (transport) => {
	const [own, peer] = [new Addressed(port()), listening(port())];
	await peer.socket.bind(anyEndpoint(transport));
	own.connect(peer.socket.lastEndpoint as string);
	return [own, peer];
};

sendsUnchanged(sends, ["51/peer-1"]);
receivesUnchanged(receives, { unchanged: ["51/peer-1"], delivered: ["51/peer-13"] });
keepsOutgoingQueues(sends, { made: ["51/peer-3"], kept: ["51/peer-4"], limited: ["51/peer-11"] });
endsAcceptedQueues(sends, { accepted: ["51/peer-5"], ended: ["51/peer-6", "51/peer-7"] });
waitsForRoom(sends, { available: ["51/peer-17"], waits: ["51/peer-19"], refuses: [], losesNothing: ["51/peer-20"] });
keepsIncomingQueues(receives, {
	made: ["51/peer-3"],
	kept: ["51/peer-4"],
	accepted: ["51/peer-5"],
	ended: ["51/peer-6"],
	limited: ["51/peer-11"],
});
hasQueueEach(receives, ["51/peer-2"]);
receivesFairly(receives, ["51/peer-12"]);
hasTwoQueues(["51/peer-2"], async (transport) => {
	const [own, peer] = [new Addressed(port(2)), new Addressed(greeter(2))];
	await meet(transport, own.socket);
	peer.connect(own.socket.lastEndpoint as string);
	await own.acquaint();
	return [own, peer];
});
sendsById(
	{ port, partner: (mark?: number) => listening(greeter(mark)), nobody: 1, key: (id) => id },
	{
		identity: ["51/peer-8", "51/peer-14", "51/peer-16", "51/peer-17"],
		unreachable: ["51/peer-18"],
		full: ["51/peer-2", "51/peer-17", "51/peer-19", "51/peer-20"],
	},
);
movesWholeMessages(["51/goals-1"], join);
hasOnePart(["51/goals-2", "51/peer-21"], join);
dropsParts(["51/peer-15"], "PEER", async (transport) => {
	const own = listening(port());
	await own.socket.bind(anyEndpoint(transport));
	return own;
});

covers(
	["51/peer-9", "51/peer-8"],
	{ transports: EVERY },
	"connectPeer tells the routing id at once, and it is good before the peer is there",
	async (transport) => {
		const endpoints = [await freeEndpoint(transport), await freeEndpoint(transport)];
		const own = open(new Peer());
		const ids = endpoints.map((endpoint) => own.connectPeer(endpoint));
		expect(new Set(ids).size).toBe(2);
		for (const routingId of ids) {
			expect(Number.isInteger(routingId) && routingId >= 1 && routingId < 2 ** 32).toBe(true);
			await own.send(`to ${routingId}`, { routingId });
		}
		for (const [index, endpoint] of endpoints.entries()) {
			const peer = open(new Peer());
			await peer.bind(endpoint);
			const [body, { routingId }] = await peer.receive();
			expect(String(body)).toBe(`to ${ids[index]}`);
			await peer.send("back", { routingId });
			expect((await own.receive())[1].routingId).toBe(ids[index]);
		}
	},
);

covers(["51/peer-10"], { transports: EVERY }, "a PEER has no option to name itself", async (transport) => {
	expect(() => new Peer({ routingId: "me" } as object)).toThrowError(expect.objectContaining({ code: "EINVAL" }));
	const [own, peer] = [port(), listening(greeter())];
	await meet(transport, own.socket);
	peer.connect(own.socket.lastEndpoint as string);
	const [id, ...frames] = await own.receive();
	expect([Number.isInteger(id), textOf(frames)]).toEqual([true, HELLO]);
});

covers(["51/peer-10"], { transports: SCRIPTED }, "an identity that a peer announces is not its routing id", async (transport) => {
	const own = port();
	const endpoint = await meet(transport, own.socket);
	const wanted = [7, 8, 8];
	const ids: number[] = [];
	for (const number of wanted) {
		const peer = await enter(endpoint, "PEER", [["Identity", Buffer.of(0, 0, 0, number)]]);
		peer.send("hello");
		ids.push((await own.receive())[0]);
	}
	expect(new Set(ids).size).toBe(wanted.length);
	for (const number of wanted) expect(ids).not.toContain(number);
});

numbersItsPeers(["51/peer-8"]);

discardsWhatIsLeft(receives, ["51/peer-left-1"]);
