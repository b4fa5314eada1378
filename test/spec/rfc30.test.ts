import { Pull, Push } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { receiver, sender } from "./ends.ts";
import { meet, open } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";
import { discardsWhatIsLeft, hasQueueEach, keepsIncomingQueues, receivesFairly, receivesUnchanged } from "./receiver-contract.ts";
import { endsAcceptedQueues, keepsOutgoingQueues, sendsInRotation, sendsUnchanged, waitsForRoom } from "./sender-contract.ts";

const subject = {
	sender: (mark = 1000) => sender(new Push({ sendHighWaterMark: mark })),
	receiver: (mark = 1000) => receiver(new Pull({ receiveHighWaterMark: mark })),
	gone: "no-peer" as const,
};

covers(["30/push-1", "30/pull-1"], { transports: EVERY }, "a PUSH cannot receive and a PULL cannot send", async (transport) => {
	const [push, pull] = [open(new Push()), open(new Pull())];
	await meet(transport, push, pull);
	await push.send("one way");
	expect(String((await pull.receive())[0])).toBe("one way");
	for (const name of ["receive", "tryReceive", "receiveMany", Symbol.asyncIterator]) expect(name in push).toBe(false);
	for (const name of ["send", "trySend", "sendMany"]) expect(name in pull).toBe(false);
});

sendsUnchanged(subject, ["30/push-2"]);
keepsOutgoingQueues(subject, { made: ["30/push-4"], kept: ["30/push-5"], limited: ["30/push-9"] });
endsAcceptedQueues(subject, { accepted: ["30/push-6"], ended: ["30/push-7", "30/push-8"] });
sendsInRotation(subject, { rotation: ["30/push-11"], available: ["30/push-10"], each: ["30/push-3"] });
waitsForRoom(subject, { available: [], waits: ["30/push-12"], refuses: ["30/push-13"], losesNothing: ["30/push-14"] });

receivesUnchanged(subject, { unchanged: ["30/pull-2"], delivered: ["30/pull-10"] });
keepsIncomingQueues(subject, {
	made: ["30/pull-4"],
	kept: ["30/pull-5"],
	accepted: ["30/pull-6"],
	ended: ["30/pull-7"],
	limited: ["30/pull-8"],
});
hasQueueEach(subject, ["30/pull-3"]);
receivesFairly(subject, ["30/pull-9"]);
discardsWhatIsLeft(subject, ["30/pull-left-1"]);
