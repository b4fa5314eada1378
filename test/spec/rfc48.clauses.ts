/**
 * RFC 48, radio and dish: RADIO and DISH.
 *
 * The sentence of its goals, that implementations SHOULD follow the document, is this whole list.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";
import { discardsUnread, EVERY, ONE_THREAD, SCRIPTED, WITH_UDP } from "./pattern-clauses.ts";

/** Over udp nobody connects and nobody joins: a RADIO sends to addresses, and a DISH takes what is for its groups. */
const OVER_UDP: ReadonlySet<string> = new Set([
	...["48/goals-1", "48/goals-2", "48/radio-1", "48/radio-2", "48/radio-3", "48/radio-8", "48/radio-10", "48/radio-11", "48/radio-12"],
	...["48/radio-13", "48/radio-14", "48/radio-16", "48/dish-1", "48/dish-7", "48/dish-8", "48/dish-9", "48/dish-11", "48/dish-12"],
	...["48/dish-13", "48/group-1", "48/group-2"],
]);

const all: readonly Clause[] = [
	...section("Overall Goals of this Pattern", EVERY, [
		must("48/goals-1", "One call sends or receives one whole message, and calls that overlap never mix."),
		must("48/goals-2", "There are no messages of several parts."),
	]),
	...section("The RADIO Socket Type", EVERY, [
		must("48/radio-1", "Sends and does not receive."),
		must("48/radio-2", "Has one outgoing queue for each peer."),
		must("48/radio-3", "Makes the queue of an outgoing connection when it begins to connect."),
		must("48/radio-4", "Keeps the queue of an outgoing connection while there is no connection."),
		must("48/radio-5", "Makes a queue for each peer that connects to it."),
		must("48/radio-6", "Ends the queue of such a peer when it leaves."),
		must("48/radio-7", "Discards what that queue holds."),
		should("48/radio-8", "The sizes of its queues have a limit that a program sets."),
		must("48/radio-9", "Drops messages that peers send, without a word."),
		must("48/radio-10", "A message and its group are one, whoever else sends meanwhile."),
		must("48/radio-11", "Changes no message."),
		must("48/radio-12", "Compares groups as a whole: equal or not."),
		must("48/radio-13", "Drops the message, without a word, for a peer whose queue is full."),
		must("48/radio-14", "Never waits to send."),
		must("48/radio-15", "Takes joins and leaves from its peers."),
		must("48/radio-16", "Does not show them to the application."),
	]),
	...section("The DISH Socket Type", EVERY, [
		must("48/dish-1", "Receives and does not send."),
		must("48/dish-2", "Has one incoming queue for each radio."),
		must("48/dish-3", "Makes the queue of an outgoing connection when it begins to connect."),
		must("48/dish-4", "Keeps the queue of an outgoing connection while there is no connection."),
		must("48/dish-5", "Makes a queue for each radio that connects to it."),
		must("48/dish-6", "Ends the queue of such a radio when it leaves."),
		must("48/dish-left-1", discardsUnread("radio")),
		should("48/dish-7", "The sizes of its queues have a limit that a program sets."),
		must("48/dish-8", "A message and its group come as one, whoever else receives meanwhile."),
		must(
			"48/dish-9",
			"What its full queues cannot take is lost without a word: on the radio's side, which it holds up instead, or over udp on its own.",
		),
		must("48/dish-10", "Receives from its radios in fair turns."),
		must("48/dish-11", "Changes no message."),
		must("48/dish-12", "Tells the group of each message."),
		must("48/dish-13", "Gives the application what it receives."),
	]),
	...section("Group", EVERY, [
		must("48/group-1", "A group has 0 to 255 bytes."),
		must("48/group-2", "Each byte of a group is from 1 to 255."),
	]),
	...section("The RADIO Socket Type; The DISH Socket Type", EVERY, [
		must("48/threads-1", "RADIO can be used by several threads.", ONE_THREAD),
		must("48/threads-2", "DISH can be used by several threads.", ONE_THREAD),
	]),
];

export const clauses: readonly Clause[] = all.map((clause) => {
	// Ours send nothing else: it takes a peer that breaks the rules.
	if (clause.id === "48/radio-9") return { ...clause, over: [...SCRIPTED, "udp"] };
	return OVER_UDP.has(clause.id) ? { ...clause, over: WITH_UDP } : clause;
});
