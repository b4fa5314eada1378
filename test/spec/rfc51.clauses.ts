/**
 * RFC 51, peer to peer: PEER.
 *
 * The sentence of its goals, that implementations SHOULD follow the document, is this whole list.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";
import { discardsUnread, EVERY, SCRIPTED } from "./pattern-clauses.ts";

export const clauses: readonly Clause[] = [
	...section("Overall Goals of this Pattern", EVERY, [
		must("51/goals-1", "One call sends or receives one whole message, and calls that overlap never mix."),
		must("51/goals-2", "There are no messages of several parts."),
	]),
	...section("The PEER Socket Type", EVERY, [
		must("51/peer-1", "Changes and filters no message in either direction."),
		must("51/peer-2", "Has two queues for each peer, one a direction, which fill and drain independently."),
		must("51/peer-3", "Makes the queues of an outgoing connection when it begins to connect."),
		must("51/peer-4", "Keeps the queues of an outgoing connection while there is no connection."),
		must("51/peer-5", "Makes queues for each peer that connects to it."),
		must("51/peer-6", "Ends the queues of such a peer when it leaves."),
		must("51/peer-7", "Discards what still waits to be sent to such a peer when it leaves."),
		must("51/peer-left-1", discardsUnread("peer")),
		must("51/peer-8", "Knows each peer's queues by a routing id that no other has, a number from 1 to 2^32 - 1."),
		must("51/peer-9", "Connects and tells the routing id of the new queues in one call."),
		must("51/peer-10", "Lets no peer choose its routing id."),
		should("51/peer-11", "The sizes of its queues have limits that a program sets."),
		must("51/peer-12", "Receives from its peers in fair turns."),
		must("51/peer-13", "Gives the application what it receives."),
		must("51/peer-14", "Tells the application the routing id of each message."),
	]),
	...section("The PEER Socket Type", SCRIPTED, [must("51/peer-15", "Drops every part of a message of several parts.")]),
	...section("The PEER Socket Type", EVERY, [
		must("51/peer-16", "Lets the application say the routing id of what it sends."),
		must("51/peer-17", "Queues the message for that peer if it is there and has room."),
		must("51/peer-18", "Reports an error when that peer is not there."),
		must("51/peer-19", "Waits while that peer has no room, unless configured otherwise."),
		must("51/peer-20", "Loses no message for want of room."),
		must("51/peer-21", "Sends no message of several parts."),
	]),
];
