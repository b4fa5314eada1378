/**
 * RFC 28, request and reply: REQ, REP, DEALER, ROUTER.
 *
 * The sentence of its goals, that implementations SHOULD follow the document, is this whole list.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";
import { discardsUnread, EVERY } from "./pattern-clauses.ts";

export const clauses: readonly Clause[] = [
	...section("The REQ Socket Type", EVERY, [
		must("28/req-1", "Sends one request, then receives one reply, and so on; anything out of turn is refused."),
		must("28/req-2", "On the wire requests and replies are an empty frame, which the REQ adds, and then at least one frame of data."),
		must("28/req-3", "Puts the empty frame in front of what it sends."),
		must("28/req-4", "Gives requests to its peers in rotation."),
		must("28/req-5", "Waits, or says so, when it has no peer to send to."),
		must("28/req-6", "Keeps a request that it cannot hand to a peer."),
		must("28/req-7", "Takes a reply only from the peer that it asked last."),
		must("28/req-8", "Drops what other peers send, without a word."),
	]),
	...section("The REP Socket Type", EVERY, [
		must("28/rep-1", "Changes and filters no message in either direction."),
		must("28/rep-2", "Receives one request, then sends one reply, and so on; anything out of turn is refused."),
		must("28/rep-3", "On the wire messages are an envelope of any number of addresses, an empty frame, and at least one frame of data."),
		must("28/rep-4", "Receives from its peers in fair turns."),
		must("28/rep-5", "Takes the envelope with its empty frame off a request and keeps it."),
		must("28/rep-6", "Gives the application the frames behind the envelope."),
		must("28/rep-7", "Takes exactly one reply from the application."),
		must("28/rep-8", "Puts the kept envelope in front of the reply."),
		must("28/rep-9", "Sends the reply to the peer that asked."),
		must(
			"28/rep-10",
			"Drops the reply, or says so, when that peer has left; one that the REP connects to is there until it is disconnected.",
		),
		must("28/rep-11", "Never waits to send."),
	]),
	...section("The DEALER Socket Type", EVERY, [
		must("28/dealer-1", "Changes and filters no message in either direction."),
		must("28/dealer-2", "Has two queues for each peer, one a direction, which fill and drain independently."),
		must("28/dealer-3", "Makes the queues of an outgoing connection when it begins to connect."),
		must("28/dealer-4", "Keeps the queues of an outgoing connection while there is no connection."),
		must("28/dealer-5", "Makes queues for each peer that connects to it."),
		must("28/dealer-6", "Ends the queues of such a peer when it leaves."),
		must("28/dealer-7", "Discards what still waits to be sent to such a peer when it leaves."),
		must("28/dealer-left-1", discardsUnread("peer")),
		should("28/dealer-8", "The sizes of its queues have limits that a program sets."),
		must("28/dealer-9", "Counts a peer as available only while its outgoing queue has room."),
		must("28/dealer-10", "Gives messages to the available peers in rotation."),
		must("28/dealer-11", "Waits, or says so, when no peer is available."),
		must("28/dealer-12", "Accepts nothing more while no peer is available."),
		must("28/dealer-13", "Loses no message for want of room."),
		must("28/dealer-14", "Receives from its peers in fair turns."),
		must("28/dealer-15", "Gives the application what it receives."),
	]),
	...section("The ROUTER Socket Type", EVERY, [
		must("28/router-1", "Has two queues for each peer, one a direction, which fill and drain independently."),
		must(
			"28/router-2",
			"Makes the queues of an outgoing connection when it begins to connect, given the identity that the peer is to have; else nobody can be meant by them before the peer has told its own.",
		),
		must("28/router-3", "Keeps the queues of an outgoing connection while there is no connection."),
		must("28/router-4", "Makes queues for each peer that connects to it."),
		must("28/router-5", "Ends the queues of such a peer when it leaves."),
		must("28/router-6", "Discards what still waits to be sent to such a peer when it leaves."),
		must("28/router-left-1", discardsUnread("peer")),
		must("28/router-7", "Knows each peer's queues by a binary identity that no other has."),
		should("28/router-8", "Lets a peer choose its identity, by the Identity property of its metadata."),
		should("28/router-9", "The sizes of its queues have limits that a program sets."),
		must("28/router-10", "Receives from its peers in fair turns."),
		must("28/router-11", "Puts a frame with the sender's identity in front of each message."),
		must("28/router-12", "Gives the application what results."),
		must("28/router-13", "Takes the first frame off a message and uses it as the identity of whom to send to."),
		must("28/router-14", "Queues the message for that peer if it is there and has room."),
		must("28/router-15", "Drops the message, or says so, as configured, when that peer is not there or has no room."),
		must("28/router-16", "Never waits to send, unless configured to report instead of dropping."),
	]),
];
