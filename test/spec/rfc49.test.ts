import { Gather, Scatter } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { receiver, sender } from "./ends.ts";
import { anyEndpoint, meet, open } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";
import { discardsWhatIsLeft, hasQueueEach, keepsIncomingQueues, receivesFairly, receivesUnchanged } from "./receiver-contract.ts";
import { endsAcceptedQueues, keepsOutgoingQueues, sendsInRotation, sendsUnchanged, waitsForRoom } from "./sender-contract.ts";
import { dropsParts, hasOnePart, type Join, movesWholeMessages } from "./single-frame-contract.ts";

const subject = {
	sender: (mark = 1000) => sender(new Scatter({ sendHighWaterMark: mark })),
	receiver: (mark = 1000) => receiver(new Gather({ receiveHighWaterMark: mark })),
	gone: "no-peer" as const,
	multipart: false,
};

const join: Join = async (transport) => {
	const [own, peer] = [subject.sender(), subject.receiver()];
	await meet(transport, own.socket, peer.socket);
	return [own, peer];
};

covers(["49/scatter-1", "49/gather-1"], { transports: EVERY }, "a SCATTER cannot receive and a GATHER cannot send", async (transport) => {
	const [scatter, gather] = [open(new Scatter()), open(new Gather())];
	await meet(transport, scatter, gather);
	await scatter.send("one way");
	expect(String((await gather.receive())[0])).toBe("one way");
	for (const name of ["receive", "tryReceive", "receiveMany", "messages", "toReadableStream", Symbol.asyncIterator])
		expect(name in scatter).toBe(false);
	for (const name of ["send", "trySend", "sendMany", "toWritableStream"]) expect(name in gather).toBe(false);
});

sendsUnchanged(subject, ["49/scatter-2"]);
keepsOutgoingQueues(subject, { made: ["49/scatter-4"], kept: ["49/scatter-5"], limited: ["49/scatter-9"] });
endsAcceptedQueues(subject, { accepted: ["49/scatter-6"], ended: ["49/scatter-7", "49/scatter-8"] });
sendsInRotation(subject, { rotation: ["49/scatter-11"], available: ["49/scatter-10"], each: ["49/scatter-3"] });
waitsForRoom(subject, { available: [], waits: ["49/scatter-12"], refuses: ["49/scatter-13"], losesNothing: ["49/scatter-14"] });

receivesUnchanged(subject, { unchanged: ["49/gather-2"], delivered: ["49/gather-10"] });
keepsIncomingQueues(subject, {
	made: ["49/gather-4"],
	kept: ["49/gather-5"],
	accepted: ["49/gather-6"],
	ended: ["49/gather-7"],
	limited: ["49/gather-8"],
});
hasQueueEach(subject, ["49/gather-3"]);
receivesFairly(subject, ["49/gather-9"]);
discardsWhatIsLeft(subject, ["49/gather-left-1"]);

movesWholeMessages(["49/goals-1"], join);
hasOnePart(["49/goals-2", "49/scatter-15"], join);
dropsParts(["49/gather-11"], "SCATTER", async (transport) => {
	const own = subject.receiver();
	await own.socket.bind(anyEndpoint(transport));
	return own;
});
