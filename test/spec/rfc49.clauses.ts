/**
 * RFC 49, scatter and gather: SCATTER and GATHER.
 *
 * The sentence of its goals, that implementations SHOULD follow the document, is this whole list.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";
import { discardsUnread, EVERY, ONE_THREAD, SCRIPTED } from "./pattern-clauses.ts";

export const clauses: readonly Clause[] = [
	...section("Overall Goals of this Pattern", EVERY, [
		must("49/goals-1", "One call sends or receives one whole message, and calls that overlap never mix."),
		must("49/goals-2", "There are no messages of several parts."),
	]),
	...section("The SCATTER Socket Type", EVERY, [
		must("49/scatter-1", "Sends and does not receive."),
		must("49/scatter-2", "Changes and filters no message."),
		must("49/scatter-3", "Has an outgoing queue for each peer."),
		must("49/scatter-4", "Makes the queue of an outgoing connection when it begins to connect."),
		must("49/scatter-5", "Keeps the queue of an outgoing connection while there is no connection."),
		must("49/scatter-6", "Makes a queue for each peer that connects to it."),
		must("49/scatter-7", "Ends the queue of such a peer when it leaves."),
		must("49/scatter-8", "Discards what that queue holds."),
		should("49/scatter-9", "The sizes of its queues have a limit that a program sets."),
		must("49/scatter-10", "Counts a peer as available only while its queue has room."),
		must("49/scatter-11", "Gives messages to the available peers in rotation."),
		must("49/scatter-12", "Waits, or says so, when no peer is available."),
		must("49/scatter-13", "Accepts nothing more while no peer is available."),
		must("49/scatter-14", "Loses no message for want of room."),
		must("49/scatter-15", "Sends no message of several parts."),
	]),
	...section("The GATHER Socket Type", EVERY, [
		must("49/gather-1", "Receives and does not send."),
		must("49/gather-2", "Changes and filters no message."),
		must("49/gather-3", "Has an incoming queue for each peer."),
		must("49/gather-4", "Makes the queue of an outgoing connection when it begins to connect."),
		must("49/gather-5", "Keeps the queue of an outgoing connection while there is no connection."),
		must("49/gather-6", "Makes a queue for each peer that connects to it."),
		must("49/gather-7", "Ends the queue of such a peer when it leaves."),
		must("49/gather-left-1", discardsUnread("peer")),
		should("49/gather-8", "The sizes of its queues have a limit that a program sets."),
		must("49/gather-9", "Receives from its peers in fair turns."),
		must("49/gather-10", "Gives the application what it receives."),
	]),
	...section("The GATHER Socket Type", SCRIPTED, [must("49/gather-11", "Drops every part of a message of several parts.")]),
	...section("The SCATTER Socket Type; The GATHER Socket Type", EVERY, [
		must("49/threads-1", "SCATTER can be used by several threads.", ONE_THREAD),
		must("49/threads-2", "GATHER can be used by several threads.", ONE_THREAD),
	]),
];
