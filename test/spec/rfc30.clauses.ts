/**
 * RFC 30, pipeline: PUSH and PULL.
 *
 * The sentence of its goals, that implementations SHOULD follow the document, is this whole list.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";
import { discardsUnread, EVERY } from "./pattern-clauses.ts";

export const clauses: readonly Clause[] = [
	...section("The PUSH Socket Type", EVERY, [
		must("30/push-1", "Sends and does not receive."),
		must("30/push-2", "Changes and filters no message."),
		must("30/push-3", "Has an outgoing queue for each peer."),
		must("30/push-4", "Makes the queue of an outgoing connection when it begins to connect."),
		must("30/push-5", "Keeps the queue of an outgoing connection while there is no connection."),
		must("30/push-6", "Makes a queue for each peer that connects to it."),
		must("30/push-7", "Ends the queue of such a peer when it leaves."),
		must("30/push-8", "Discards what that queue holds."),
		should("30/push-9", "The sizes of its queues have a limit that a program sets."),
		must("30/push-10", "Counts a peer as available only while its queue has room."),
		must("30/push-11", "Gives messages to the available peers in rotation."),
		must("30/push-12", "Waits, or says so, when no peer is available."),
		must("30/push-13", "Accepts nothing more while no peer is available."),
		must("30/push-14", "Loses no message for want of room."),
	]),
	...section("The PULL Socket Type", EVERY, [
		must("30/pull-1", "Receives and does not send."),
		must("30/pull-2", "Changes and filters no message."),
		must("30/pull-3", "Has an incoming queue for each peer."),
		must("30/pull-4", "Makes the queue of an outgoing connection when it begins to connect."),
		must("30/pull-5", "Keeps the queue of an outgoing connection while there is no connection."),
		must("30/pull-6", "Makes a queue for each peer that connects to it."),
		must("30/pull-7", "Ends the queue of such a peer when it leaves."),
		must("30/pull-left-1", discardsUnread("peer")),
		should("30/pull-8", "The sizes of its queues have a limit that a program sets."),
		must("30/pull-9", "Receives from its peers in fair turns."),
		must("30/pull-10", "Gives the application what it receives."),
	]),
];
