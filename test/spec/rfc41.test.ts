import { Client, Server } from "@zloom/core";
import { expect } from "vitest";
import { sendsById } from "./addressed-contract.ts";
import { Addressed, HELLO, listening, numberPort } from "./addressed-ends.ts";
import { covers } from "./covers.ts";
import { hasTwoQueues } from "./duplex-contract.ts";
import { duplex, expectNumbers, fill, happens, receiver, reconnects, sender, textOf, vanish } from "./ends.ts";
import { freeEndpoint, meet } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";
import { numbersItsPeers } from "./peer-numbers.ts";
import { discardsWhatIsLeft, hasQueueEach, keepsIncomingQueues, receivesFairly, receivesUnchanged } from "./receiver-contract.ts";
import { endsAcceptedQueues, keepsOutgoingQueues, sendsInRotation, sendsUnchanged, waitsForRoom } from "./sender-contract.ts";

const client = (mark = 1000) => new Client({ sendHighWaterMark: mark, receiveHighWaterMark: mark });
const greeter = (mark = 1000) => new Client({ sendHighWaterMark: mark, receiveHighWaterMark: mark, helloMessage: HELLO });
const server = (mark = 1000) => numberPort(new Server({ sendHighWaterMark: mark, receiveHighWaterMark: mark }));

const clientSends = {
	sender: (mark?: number) => sender(client(mark)),
	receiver: (mark?: number) => listening(server(mark)),
	gone: "no-peer" as const,
	multipart: false,
};
const clientReceives = {
	receiver: (mark?: number) => receiver(greeter(mark)),
	sender: (mark?: number) => new Addressed(server(mark)),
	multipart: false,
};
const serverSends = {
	sender: (mark?: number) => new Addressed(server(mark)),
	receiver: (mark?: number) => receiver(greeter(mark)),
	gone: "unreachable" as const,
	multipart: false,
};
const serverReceives = { receiver: clientSends.receiver, sender: clientSends.sender, multipart: false };

sendsUnchanged(clientSends, ["41/client-1"]);
receivesUnchanged(clientReceives, { unchanged: ["41/client-1"], delivered: ["41/client-15"] });
keepsOutgoingQueues(clientSends, { made: ["41/client-3"], kept: ["41/client-4"], limited: ["41/client-8"] });
endsAcceptedQueues(clientSends, { accepted: ["41/client-5"], ended: ["41/client-6", "41/client-7"] });
sendsInRotation(clientSends, { rotation: ["41/client-10"], available: ["41/client-9"], each: ["41/client-2"] });
waitsForRoom(clientSends, { available: [], waits: ["41/client-11"], refuses: ["41/client-12"], losesNothing: ["41/client-13"] });
keepsIncomingQueues(clientReceives, {
	made: ["41/client-3"],
	kept: ["41/client-4"],
	accepted: ["41/client-5"],
	ended: ["41/client-6"],
	limited: ["41/client-8"],
});
hasQueueEach(clientReceives, ["41/client-2"]);
receivesFairly(clientReceives, ["41/client-14"]);
hasTwoQueues(["41/client-2"], async (transport) => {
	const [own, peer] = [duplex(greeter(2)), new Addressed(server(2))];
	await meet(transport, own.socket, peer.socket);
	await peer.acquaint();
	return [own, peer];
});

sendsUnchanged(serverSends, ["41/server-1"]);
receivesUnchanged(serverReceives, { unchanged: ["41/server-1"], delivered: ["41/server-11"] });
endsAcceptedQueues(serverSends, { accepted: ["41/server-5"], ended: ["41/server-6", "41/server-7"] });
keepsIncomingQueues(serverReceives, {
	made: ["41/server-3"],
	kept: ["41/server-4"],
	accepted: ["41/server-5"],
	ended: ["41/server-6"],
	limited: ["41/server-9"],
});
hasQueueEach(serverReceives, ["41/server-2"]);
receivesFairly(serverReceives, ["41/server-10"]);
hasTwoQueues(["41/server-2"], async (transport) => {
	const [own, peer] = [new Addressed(server(2)), duplex(greeter(2))];
	await meet(transport, own.socket, peer.socket);
	await own.acquaint();
	return [own, peer];
});
sendsById(
	{ port: server, partner: (mark?: number) => receiver(greeter(mark)), nobody: 1, key: (id) => id },
	{
		identity: ["41/server-8", "41/server-12", "41/server-13", "41/server-14"],
		unreachable: ["41/server-15"],
		full: ["41/server-2", "41/server-9", "41/server-14", "41/server-16", "41/server-17"],
	},
);

covers(
	["41/server-3", "41/server-4"],
	{ transports: EVERY },
	"a SERVER that connects keeps the queue, what it holds and its routing id",
	async (transport) => {
		const endpoint = await freeEndpoint(transport);
		const own = server(4);
		own.connect(endpoint);
		const first = receiver(greeter(1));
		await first.socket.bind(endpoint);
		const [routingId] = await own.receive();
		const count = await fill({ trySend: (body) => own.trySend(body, routingId) });
		if (!reconnects(transport)) {
			await expectNumbers(first, count);
			return;
		}
		const lost = happens(own.socket, "disconnect");
		await vanish(first);
		await lost;
		expect(own.trySend("refused", routingId)).toBe("full");
		const next = receiver(greeter());
		await next.socket.bind(endpoint);
		const begin = Number(textOf(await next.receive()));
		expect(begin).toBeLessThan(count);
		await expectNumbers(next, count - begin - 1, begin + 1);
		expect((await own.receive())[0]).toBe(routingId);
		await own.send("after it", routingId);
		expect(textOf(await next.receive())).toBe("after it");
	},
);

covers(["41/server-8"], { transports: EVERY }, "the routing ids are numbers from 1 to 2^32 - 1", async (transport) => {
	const own = server();
	await meet(transport, own.socket, receiver(greeter()).socket);
	const [routingId] = await own.receive();
	expect(Number.isInteger(routingId) && routingId >= 1 && routingId < 2 ** 32).toBe(true);
	for (const wrong of [0, -1, 2 ** 32, 1.5])
		await expect(own.send("to nobody", wrong)).rejects.toEqual(expect.objectContaining({ code: "EINVAL" }));
});

numbersItsPeers(["41/server-8"]);

discardsWhatIsLeft(clientReceives, ["41/client-left-1"]);
discardsWhatIsLeft(serverReceives, ["41/server-left-1"]);
