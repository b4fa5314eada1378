/**
 * RFC 52, channel: CHANNEL.
 *
 * The sentence of its goals, that implementations SHOULD follow the document, is this whole list. That a CHANNEL has one peer at
 * most is a MAY there; the clauses on receiving depend on it.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";
import { discardsUnread, EVERY, ONE_THREAD, SCRIPTED } from "./pattern-clauses.ts";

export const clauses: readonly Clause[] = [
	...section("Overall Goals of this Pattern", EVERY, [
		must("52/goals-1", "One call sends or receives one whole message, and calls that overlap never mix."),
		must("52/goals-2", "There are no messages of several parts."),
	]),
	...section("The CHANNEL Socket Type", EVERY, [
		must("52/channel-1", "Changes and filters no message in either direction."),
		must("52/channel-2", "Has two queues for its peer, one a direction, which fill and drain independently."),
		must("52/channel-3", "Makes the queues of an outgoing connection when it begins to connect."),
		must("52/channel-4", "Keeps the queues of an outgoing connection while there is no connection."),
		must("52/channel-5", "Makes queues for a peer that connects to it."),
		must("52/channel-6", "Ends the queues of such a peer when it leaves."),
		must("52/channel-7", "Discards what still waits to be sent to such a peer when it leaves."),
		must("52/channel-left-1", discardsUnread("peer")),
		should("52/channel-8", "The sizes of its queues have limits that a program sets."),
		must("52/channel-9", "Counts its peer as available only while its outgoing queue has room."),
		must("52/channel-10", "Waits, or says so, when its peer is not available."),
		must("52/channel-11", "Accepts nothing more while its peer is not available."),
		must("52/channel-12", "Loses no message for want of room."),
		must("52/channel-13", "Sends no message of several parts."),
		must("52/channel-14", "Receives from the one peer that it has, and from nobody else."),
		must("52/channel-15", "Gives the application what it receives."),
	]),
	...section("The CHANNEL Socket Type", SCRIPTED, [must("52/channel-16", "Drops every part of a message of several parts.")]),
	...section("The CHANNEL Socket Type", EVERY, [must("52/threads-1", "CHANNEL can be used by several threads.", ONE_THREAD)]),
];
