/**
 * RFC 37, ZMTP 3.1: it repeats RFC 23 but for what is listed here as its own. The repeated clauses keep their names.
 *
 * Where the text contradicts itself the grammar counts: no zero octet stands between the name and the data of a command.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";
import { clauses as of23 } from "./rfc23.clauses.ts";

const WIRE = ["tcp", "ipc"] as const;
const ALL = ["tcp", "ipc", "inproc", "ws"] as const;

/** What RFC 37 says in other words, or no more. */
const CHANGED = new Set(
	["grammar-3", "version-6", "topology-1", "mechanism-6", "null-2", "null-11", "pubsub-2", "pubsub-3"].map((name) => `23/${name}`),
);

export const clauses: readonly Clause[] = [
	...of23.filter(({ id }) => !CHANGED.has(id)).map((clause) => ({ ...clause, id: clause.id.replace("23/", "37/") })),
	...section("Formal Grammar", WIRE, [must("37/grammar-3", "The version is 3.1.")]),
	...section("Version Negotiation", WIRE, [must("37/version-6", "Version 3.1 and those above are accepted.")]),
	...section("Authentication and Confidentiality", WIRE, [must("37/mechanism-6", "Flags and size of a command are never encrypted.")]),
	...section("The NULL Security Mechanism", WIRE, [
		must("37/null-2", "The peer that binds is the server, the one that connects the client."),
		must("37/null-11", "The client sends READY without waiting for the server's."),
		must("37/null-12", "The server answers a READY that it accepts with its own."),
		must("37/null-13", "Messages begin only when READY was both sent and received."),
	]),
	...section("The Identity Property", WIRE, [
		must(
			"37/identity-3",
			"The first octet of an Identity is not zero: those are the implementation's.",
			"libzmq takes such ids from its users and from peers, and so do we: a program that comes from there keeps its ids.",
		),
	]),
	...section(
		"The Resource Property",
		["tcp"],
		[
			must("37/resource-1", "A Resource is one or more names of letters, digits and $ - _ @ . & +, with slashes between."),
			must("37/resource-2", "A peer may ask for any resource, also for one that will be there only later, and stays connected."),
			must("37/resource-3", "All that share one endpoint have the same credentials."),
		],
	),
	...section("The Publish-Subscribe Pattern", WIRE, [
		must("37/pubsub-2", "To subscribe, a subscriber sends the command SUBSCRIBE with the subscription as its data."),
		must("37/pubsub-3", "To unsubscribe, it sends the command CANCEL with the subscription as its data."),
	]),
	...section("The Client-Server Pattern", ALL, [should("37/pattern-5", "CLIENT and SERVER follow their RFC, which today is 41.")]),
	...section("The Radio-Dish Pattern", WIRE, [
		should("37/pattern-6", "RADIO and DISH follow RFC 48."),
		must("37/radio-1", "Who is in a group is checked by the RADIO."),
		must("37/radio-2", "To join, a DISH sends the command JOIN with the group as its data."),
		must("37/radio-3", "To leave, it sends the command LEAVE with the group as its data."),
		must("37/radio-4", "A group has at most 255 octets, none of them zero."),
		must("37/radio-5", "Groups match when they are equal, and only then."),
		must("37/radio-7", "A message reaches all members of its group."),
		must("37/radio-6", "A message is two frames: the group, short and with more to follow, and the body."),
	]),
	...section("The Scatter-Gather Pattern", ALL, [should("37/pattern-7", "SCATTER and GATHER follow RFC 49.")]),
	...section("The Peer-to-Peer Pattern", ALL, [should("37/pattern-8", "PEER follows RFC 51.")]),
	...section("The CHANNEL Pattern", ALL, [should("37/pattern-9", "CHANNEL follows RFC 52.")]),
	...section("Thread-Safe Socket Types", ALL, [
		must("37/thread-safe-1", "A send of such a socket sends one whole message, a receive takes one whole message."),
		must("37/thread-safe-2", "It cannot be made to send several frames."),
		must("37/thread-safe-4", "A routing id or a group is attached to the message, not a frame of it."),
	]),
	...section("Thread-Safe Socket Types", WIRE, [
		must("37/thread-safe-3", "It discards a message of several frames that comes from the wire."),
	]),
	...section("Connection Heartbeating", WIRE, [
		must("37/heartbeat-1", "PING goes out only after the handshake."),
		must(
			"37/heartbeat-2",
			"PING is its name, 16 bits of time to live in tenths of a second, high octet first, and up to 16 octets of context.",
		),
		must("37/heartbeat-3", "PING is answered by PONG with the same context."),
		must("37/heartbeat-4", "The context has at most 16 octets."),
		should("37/heartbeat-5", "How long to wait for an answer can be set to suit the application."),
		should("37/heartbeat-6", "Whatever comes is a sign of life, not PONG alone."),
		should("37/heartbeat-7", "Few PINGs are sent while none is answered."),
		should("37/heartbeat-8", "A peer that stays silent after a PING is dead."),
		should("37/heartbeat-9", "A peer that stays silent for the time to live of its own PING is dead."),
		should("37/heartbeat-10", "After a heartbeat has failed one reconnects as usual."),
	]),
];
