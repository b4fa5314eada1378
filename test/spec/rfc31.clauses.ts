/**
 * RFC 31, exclusive pair: PAIR.
 *
 * The sentence of its goals, that implementations SHOULD follow the document, is this whole list. That a PAIR has one peer at
 * most is a MAY there; the clauses on receiving depend on it.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";
import { discardsUnread, EVERY } from "./pattern-clauses.ts";

export const clauses: readonly Clause[] = [
	...section("The PAIR Socket Type", EVERY, [
		must("31/pair-1", "Changes and filters no message in either direction."),
		must("31/pair-2", "Has two queues for its peer, one a direction, which fill and drain independently."),
		must("31/pair-3", "Makes the queues of an outgoing connection when it begins to connect."),
		must("31/pair-4", "Keeps the queues of an outgoing connection while there is no connection."),
		must("31/pair-5", "Makes queues for a peer that connects to it."),
		must("31/pair-6", "Ends the queues of such a peer when it leaves."),
		must("31/pair-7", "Discards what still waits to be sent to such a peer when it leaves."),
		must("31/pair-left-1", discardsUnread("peer")),
		should("31/pair-8", "The sizes of its queues have limits that a program sets."),
		must("31/pair-9", "Counts its peer as available only while its outgoing queue has room."),
		must("31/pair-10", "Waits, or says so, when its peer is not available."),
		must("31/pair-11", "Accepts nothing more while its peer is not available."),
		must("31/pair-12", "Loses no message for want of room."),
		must("31/pair-13", "Receives from the one peer that it has, and from nobody else."),
		must("31/pair-14", "Gives the application what it receives."),
	]),
];
