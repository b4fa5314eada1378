/**
 * What the RFCs of PAIR (31) and CHANNEL (52) say alike: one peer, which is everything that any peer is, and nobody else.
 */
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { type Both, hasTwoQueues } from "./duplex-contract.ts";
import { happens, textOf, turn } from "./ends.ts";
import { meet } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";
import { discardsWhatIsLeft, keepsUnread, receivesUnchanged, stopsAtMarks } from "./receiver-contract.ts";
import { endsAcceptedQueues, keepsOutgoingQueues, type QueueIds, type RoomIds, sendsUnchanged, waitsForRoom } from "./sender-contract.ts";

export interface PairIds extends QueueIds, RoomIds {
	readonly unchanged: readonly string[];
	readonly twoQueues: readonly string[];
	/** What happens to the messages of a peer that leaves. */
	readonly discards: readonly string[];
	readonly single: readonly string[];
	readonly delivered: readonly string[];
}

/** @param make a socket with these marks */
export function exclusivePair(make: (mark?: number) => Both, multipart: boolean, ids: PairIds): void {
	const subject = { sender: make, receiver: make, gone: "no-peer" as const, multipart };
	sendsUnchanged(subject, ids.unchanged);
	receivesUnchanged(subject, ids);
	keepsOutgoingQueues(subject, ids);
	endsAcceptedQueues(subject, ids);
	keepsUnread(subject, [...ids.made, ...ids.kept]);
	stopsAtMarks(subject, ids.limited);
	discardsWhatIsLeft(subject, ids.discards);
	waitsForRoom(subject, ids);
	hasTwoQueues(ids.twoQueues, async (transport) => {
		const [own, peer] = [make(2), make(2)];
		await meet(transport, own.socket, peer.socket);
		return [own, peer];
	});

	covers(ids.single, { transports: EVERY }, "a second peer is not heard while there is one", async (transport) => {
		const [own, first, second] = [make(), make(), make()];
		const endpoint = await meet(transport, own.socket, first.socket);
		await first.send("from the first");
		expect(textOf(await own.receive())).toBe("from the first");
		const turnedAway = happens(own.socket, "disconnect");
		second.connect(endpoint);
		second.trySend("from the second");
		await turnedAway;
		for (let number = 0; number < 20; number++) {
			await first.send(`${number}`);
			expect(textOf(await own.receive())).toBe(`${number}`);
			await turn();
		}
		expect(own.tryReceive()).toBe(undefined);
	});
}
