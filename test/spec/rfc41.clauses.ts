/**
 * RFC 41, client and server: CLIENT and SERVER.
 *
 * The sentence of its goals, that implementations SHOULD follow the document, is this whole list.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";
import { discardsUnread, EVERY } from "./pattern-clauses.ts";

export const clauses: readonly Clause[] = [
	...section("The CLIENT Socket Type", EVERY, [
		must("41/client-1", "Changes and filters no message in either direction."),
		must("41/client-2", "Has two queues for each peer, one a direction, which fill and drain independently."),
		must("41/client-3", "Makes the queues of an outgoing connection when it begins to connect."),
		must("41/client-4", "Keeps the queues of an outgoing connection while there is no connection."),
		must("41/client-5", "Makes queues for each peer that connects to it."),
		must("41/client-6", "Ends the queues of such a peer when it leaves."),
		must("41/client-7", "Discards what still waits to be sent to such a peer when it leaves."),
		must("41/client-left-1", discardsUnread("peer")),
		should("41/client-8", "The sizes of its queues have limits that a program sets."),
		must("41/client-9", "Counts a peer as available only while its outgoing queue has room."),
		must("41/client-10", "Gives messages to the available peers in rotation."),
		must("41/client-11", "Waits, or says so, when no peer is available."),
		must("41/client-12", "Accepts nothing more while no peer is available."),
		must("41/client-13", "Loses no message for want of room."),
		must("41/client-14", "Receives from its peers in fair turns."),
		must("41/client-15", "Gives the application what it receives."),
	]),
	...section("The SERVER Socket Type", EVERY, [
		must("41/server-1", "Changes and filters no message in either direction."),
		must("41/server-2", "Has two queues for each peer, one a direction, which fill and drain independently."),
		must("41/server-3", "Makes the queues of an outgoing connection when it begins to connect."),
		must("41/server-4", "Keeps the queues of an outgoing connection, and their routing id, while there is no connection."),
		must("41/server-5", "Makes queues for each peer that connects to it."),
		must("41/server-6", "Ends the queues of such a peer when it leaves."),
		must("41/server-7", "Discards what still waits to be sent to such a peer when it leaves."),
		must("41/server-left-1", discardsUnread("peer")),
		must("41/server-8", "Knows each peer's queues by a routing id that no other has, a number from 1 to 2^32 - 1."),
		should("41/server-9", "The sizes of its queues have limits that a program sets."),
		must("41/server-10", "Receives from its peers in fair turns."),
		must("41/server-11", "Gives the application what it receives."),
		must("41/server-12", "Tells the application the routing id of each message."),
		must("41/server-13", "Lets the application say the routing id of what it sends."),
		must("41/server-14", "Queues the message for that peer if it is there and has room."),
		must("41/server-15", "Reports an error when that peer is not there."),
		must("41/server-16", "Waits while that peer has no room, unless configured otherwise."),
		must("41/server-17", "Loses no message for want of room."),
	]),
];
