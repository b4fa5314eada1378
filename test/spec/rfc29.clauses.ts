/**
 * RFC 29, publish and subscribe: PUB, XPUB, SUB, XSUB.
 *
 * The sentence of its goals, that implementations SHOULD follow the document, is this whole list.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";
import { discardsUnread, EVERY } from "./pattern-clauses.ts";

const ENDS_ANYWAY =
	"The end of the connection cancels them all, and publishers tell so (29/xpub-16); a million cancellings in front of it would only hold it up.";

export const clauses: readonly Clause[] = [
	...section("The PUB Socket Type", EVERY, [
		must("29/pub-1", "Sends and does not receive."),
		must("29/pub-2", "Has one outgoing queue for each subscriber."),
		must("29/pub-3", "Makes the queue of an outgoing connection when it begins to connect."),
		must("29/pub-4", "Keeps the queue of an outgoing connection while there is no connection."),
		must("29/pub-5", "Makes a queue for each subscriber that connects to it."),
		must("29/pub-6", "Ends the queue of such a subscriber when it leaves."),
		must("29/pub-7", "Discards what that queue holds."),
		should("29/pub-8", "The sizes of its queues have a limit that a program sets."),
		must("29/pub-9", "Drops messages that subscribers send, without a word."),
		must("29/pub-10", "Changes no message."),
		must("29/pub-11", "Compares subscriptions as bytes with the beginning of the first frame."),
		must("29/pub-12", "Drops the message, without a word, for a subscriber whose queue is full."),
		must("29/pub-13", "Never waits to send."),
		must("29/pub-14", "Takes subscriptions and their cancelling from its subscribers."),
		must("29/pub-15", "Does not show them to the application."),
	]),
	...section("The XPUB Socket Type", EVERY, [
		must("29/xpub-1", "Has two queues for each subscriber, one a direction, which fill and drain independently."),
		must("29/xpub-2", "Makes the queues of an outgoing connection when it begins to connect."),
		must("29/xpub-3", "Keeps the queues of an outgoing connection while there is no connection."),
		must("29/xpub-4", "Makes queues for each subscriber that connects to it."),
		must("29/xpub-5", "Ends the queues of such a subscriber when it leaves."),
		must("29/xpub-6", "Discards what still waits to be sent to such a subscriber when it leaves."),
		must("29/xpub-left-1", discardsUnread("subscriber")),
		should("29/xpub-7", "The sizes of its queues have limits that a program sets."),
		must("29/xpub-8", "Changes no message that it sends."),
		must("29/xpub-9", "Compares subscriptions as bytes with the beginning of the first frame."),
		must("29/xpub-10", "Drops the message, without a word, for a subscriber whose queue is full."),
		must("29/xpub-11", "Never waits to send."),
		must("29/xpub-12", "Receives from its subscribers fairly: as things come in, and of none more than its mark ahead of another."),
		must("29/xpub-13", "Gives the application what subscribers send."),
		must("29/xpub-14", "Takes subscriptions and their cancelling from its subscribers."),
		must("29/xpub-15", "Shows them to the application."),
		must(
			"29/xpub-16",
			"Makes up the cancelling of what a subscriber leaves behind that goes without a word; where it connects, when it disconnects.",
		),
	]),
	...section("The SUB Socket Type", EVERY, [
		must("29/sub-1", "Receives and does not send."),
		must("29/sub-2", "Has one incoming queue for each publisher."),
		must("29/sub-3", "Makes the queue of an outgoing connection when it begins to connect."),
		must("29/sub-4", "Keeps the queue of an outgoing connection while there is no connection."),
		must("29/sub-5", "Makes a queue for each publisher that connects to it."),
		must("29/sub-6", "Ends the queue of such a publisher when it leaves."),
		must("29/sub-left-1", discardsUnread("publisher")),
		should("29/sub-7", "The sizes of its queues have a limit that a program sets."),
		must("29/sub-8", "What its full queues cannot take is lost without a word: on the publisher's side, which it holds up instead."),
		must("29/sub-9", "Receives from its publishers in fair turns."),
		must("29/sub-10", "Changes no message."),
		must("29/sub-11", "Gives the application what it receives."),
	]),
	...section("The XSUB Socket Type", EVERY, [
		must("29/xsub-1", "Has two queues for each publisher, one a direction, which fill and drain independently."),
		must("29/xsub-2", "Makes the queues of an outgoing connection when it begins to connect."),
		must("29/xsub-3", "Keeps the queues of an outgoing connection while there is no connection."),
		must("29/xsub-4", "Makes queues for each publisher that connects to it."),
		must("29/xsub-5", "Ends the queues of such a publisher when it leaves."),
		must("29/xsub-6", "Discards what still waits to be sent to such a publisher when it leaves."),
		must("29/xsub-left-1", discardsUnread("publisher")),
		should("29/xsub-7", "The sizes of its queues have limits that a program sets."),
		must("29/xsub-8", "Changes no message that it receives."),
		must("29/xsub-9", "What its full queues cannot take is lost without a word: on the publisher's side, which it holds up instead."),
		must("29/xsub-10", "Receives from its publishers in fair turns."),
		must("29/xsub-11", "Gives the application what it receives."),
		must("29/xsub-12", "Changes no message that it sends."),
		must("29/xsub-13", "Sends each message to all of its publishers."),
		must("29/xsub-14", "Drops the message, without a word, for a publisher whose queue is full."),
		must("29/xsub-15", "Never waits to send."),
		must("29/xsub-16", "Takes subscriptions from the application."),
		must("29/xsub-17", "Sends subscriptions and their cancelling to its publishers."),
		should("29/xsub-18", "Cancels its subscriptions at a publisher whose connection it closes.", ENDS_ANYWAY),
	]),
];
