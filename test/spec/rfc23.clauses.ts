/**
 * RFC 23, ZMTP 3.0, from top to bottom. We speak 3.1 (RFC 37), whose greeting a peer of 3.0 must accept; what 3.0 has of its own
 * is tested against peers that announce 3.0.
 *
 * Left out: how mechanisms and their names are standardised, and two strategies for old peers that are only offered.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";

const WIRE = ["tcp", "ipc"] as const;
const ALL = ["tcp", "ipc", "inproc", "ws"] as const;

export const clauses: readonly Clause[] = [
	...section("Formal Grammar", WIRE, [
		must("23/grammar-1", "A connection is a greeting, then a handshake of one or more commands, then traffic; no message comes before."),
		must("23/grammar-2", "The greeting is FF, 8 octets, 7F, version, mechanism, as-server and filler: 64 octets."),
		must("23/grammar-3", "The major version is 3."),
		must("23/grammar-4", "The mechanism is 20 octets: upper-case letters, digits, - _ . + and zero."),
		must("23/grammar-5", "as-server is 0 or 1."),
		must("23/grammar-6", "The filler is 31 zero octets."),
		must("23/grammar-7", "A command is one frame with flags 4 and a short size, or 6 and a long one."),
		must("23/grammar-8", "A command's name has 1 to 255 letters."),
		must("23/grammar-9", "Commands and messages may be mixed once the handshake is done."),
		must("23/grammar-10", "The frames of a message have flags 1 or 3 up to the last one, which has 0 or 2."),
		must("23/grammar-11", "The body of a frame may be empty."),
	]),
	...section("Version Negotiation", WIRE, [
		must(
			"23/version-1",
			"Who detects older versions sends at once as much greeting as that takes, without waiting for the other: the signature, where 1.0 may be.",
		),
		must("23/version-2", "It reads the first eleven octets of the other and decides by them whether to step down."),
		must("23/version-3", "The whole greeting is 64 octets on both sides, and as many are waited for."),
		should(
			"23/version-4",
			"Who does not detect older versions sends zeros as padding.",
			"We detect them; the padding then has the length that ZMTP 1.0 reads.",
		),
		must("23/version-5", "The padding means nothing and is never checked."),
		must("23/version-6", "Version 3.0 and those above are accepted."),
		must("23/version-7", "To an equal or higher version we speak our own."),
		must("23/version-8", "A peer whose version we cannot step down to loses its connection."),
	]),
	...section("Topology", WIRE, [
		must("23/topology-1", "Where the mechanism has roles, as-server is 1 from the server and 0 from the client, whoever binds."),
		must("23/topology-2", "Where the mechanism has no roles, as-server means nothing."),
		should("23/topology-3", "Where the mechanism has no roles, as-server is zero."),
	]),
	...section("Authentication and Confidentiality", WIRE, [
		must("23/mechanism-1", "Mechanisms for everybody are those that RFCs define: NULL, PLAIN, CURVE."),
		must("23/mechanism-2", "A mechanism's name has only upper-case letters, digits, hyphens and underscores."),
		must("23/mechanism-3", "The name is ASCII and padded with zeros to 20 octets."),
		should("23/mechanism-4", "A command of at most 255 octets has a short size."),
		should("23/mechanism-5", "A command of 256 octets or more has a long size."),
		must("23/mechanism-6", "The size of a command is never encrypted."),
		must("23/mechanism-7", "Who has read a whole greeting has also sent a whole one."),
		must("23/mechanism-8", "Another mechanism than one's own ends the connection."),
	]),
	...section("Error Handling", WIRE, [
		must("23/error-1", "An ERROR ends the connection."),
		must("23/error-2", "After an ERROR one does not connect again with the same credentials."),
		should("23/error-3", "Any other trouble is told by closing the connection."),
		must("23/error-4", "A connection that closes unexpectedly is a passing trouble."),
		should("23/error-5", "One reconnects after it."),
		should("23/error-6", "The time between attempts is short and somewhat random, and can grow."),
	]),
	...section("Framing", WIRE, [
		must("23/frame-1", "After the greeting all is frames: flags, size, and as many octets of body as the size says."),
		must("23/frame-2", "A short frame has 0 to 255 octets."),
		must("23/frame-3", "The size of a long frame is eight octets, high octet first, and not above 2^63-1."),
		must("23/frame-4", "Bits 7 to 3 of the flags are zero."),
		must("23/frame-5", "Bit 2 tells commands from messages."),
		must("23/frame-6", "Bit 1 tells a size of 64 bits, high octet first, from one of 8 bits."),
		must("23/frame-7", "Bit 0 says that more frames follow."),
		must("23/frame-8", "Bit 0 is zero in a command."),
		must(
			"23/frame-9",
			"A frame of any size up to 2^63-1 octets is taken.",
			"Above 2^31-1 octets, or what maxMessageSize allows, the connection ends with a reason in the events: a frame is one piece of memory.",
		),
		must("23/command-1", "A command is always one frame, with a name that can be printed."),
	]),
	...section("Messages", ALL, [must("23/message-1", "A message is sent and delivered with all its frames or not at all.")]),
	...section("The NULL Security Mechanism", WIRE, [
		should("23/null-1", "NULL is not used on public networks without security below it.", "It is the user's choice what to use where."),
		must("23/null-2", "Both peers send READY."),
		should("23/null-3", "Both parse the other's READY."),
		must("23/null-4", "as-server is zero."),
		must("23/null-5", "READY is its name and a list of properties: name length, name, four octets of size, value."),
		must("23/null-6", "ERROR is its name, the length of a reason, and the reason in visible characters."),
		must("23/null-7", "A property's name has 1 to 255 letters, digits, - _ . +; an empty one is not valid."),
		must("23/null-8", "Upper or lower case of names does not matter."),
		must("23/null-9", "A value is any octets, also none; a size above 2^31-1 is none."),
		must(
			"23/null-20",
			"A value of any size up to 2^31-1 octets is taken.",
			"A command above 64 KiB ends the handshake: what a peer that is not known yet may make us keep is bounded.",
		),
		must("23/null-10", "The size of a value is four octets, high octet first."),
		must("23/null-11", "READY goes out before the other's is waited for."),
	]),
	...section("Connection Metadata", WIRE, [
		must("23/metadata-1", "Every mechanism lets the peers exchange names and values."),
		must("23/metadata-2", "The names do not depend on case."),
		should("23/metadata-3", "The sender says its Socket-Type."),
		must("23/metadata-4", "Names that begin with X- are the application's."),
		must("23/socket-type-1", "Socket-Type is one of the names of the socket types."),
		should("23/socket-type-2", "Only socket types that fit each other may talk, by the table of the RFC."),
		should("23/socket-type-3", "A type that does not fit is answered with ERROR, and then disconnected."),
		must("23/identity-1", "Identity is ignored but from REQ, DEALER and ROUTER peers of a ROUTER."),
		must("23/identity-2", "Identity has at most 255 octets."),
	]),
	...section("Socket Semantics", ALL, [
		must("23/socket-1", "Every socket can bind, and can connect."),
		must("23/socket-2", "Connecting does not wait for the other side to be there."),
		must("23/socket-4", "On sending, all frames are kept until the last one is there."),
		must("23/socket-5", "A message reaches a peer at most once."),
		must("23/socket-6", "Messages between two peers arrive in order."),
	]),
	...section("Socket Semantics", WIRE, [should("23/socket-3", "A broken connection is made again after a while.")]),
	...section("The Request-Reply Pattern", ALL, [should("23/pattern-1", "REQ, REP, DEALER and ROUTER follow RFC 28.")]),
	...section("The Publish-Subscribe Pattern", WIRE, [
		must("23/pubsub-1", "Messages are filtered by the publisher."),
		must("23/pubsub-2", "To subscribe, a subscriber sends a message of 1 and the subscription."),
		must("23/pubsub-3", "To unsubscribe, it sends a message of 0 and the subscription."),
	]),
	...section("The Publish-Subscribe Pattern", ALL, [
		should("23/pattern-2", "PUB, XPUB, SUB and XSUB follow RFC 29."),
		must("23/pubsub-4", "A subscription matches every message that begins with it."),
		must("23/pubsub-5", "An empty subscription matches every message."),
		must("23/pubsub-8", "Subscriptions are added together: what several of them match is matched, no more than once."),
		must("23/pubsub-6", "Subscriptions add up: two of the same take two unsubscribes."),
		must("23/pubsub-7", "With `countSubscriptions`, a publisher counts the subscriptions of each peer, and undoes them one at a time."),
	]),
	...section("The Pipeline Pattern", ALL, [should("23/pattern-3", "PUSH and PULL follow RFC 30.")]),
	...section("The Exclusive Pair Pattern", ALL, [should("23/pattern-4", "PAIR follows RFC 31.")]),
	...section("Backwards Interoperability", WIRE, [
		should("23/old-1", "Who needs no older peers sends its whole greeting at once.", "We talk to older peers, so we step through it."),
		must("23/old-2", "For peers of 1.0 the padding has, in 8 octets with the high one first, the length of the identity plus one."),
		must("23/old-3", "With a mechanism other than NULL a peer of 1.0, or of 2.0, which is version 1 or 2, is disconnected at once."),
	]),
	...section("Wire Analysis of the Connection", WIRE, [
		must("23/analysis-1", "On a clear connection the data of messages is in message frames."),
		must("23/analysis-2", "All mechanisms in clear text use the framing of this RFC."),
		must(
			"23/analysis-3",
			"On an encrypted connection the data of messages is in commands.",
			"The body is a MESSAGE command, but its frame has no COMMAND flag, as in libzmq. Both forms are taken.",
		),
		must("23/analysis-4", "The names of commands are visible and printable, whatever is encrypted."),
	]),
	...section("Security Considerations", WIRE, [
		must("23/security-1", "Nobody can step a connection down: not by an older header, and not by a weaker mechanism."),
		should("23/security-2", "Encrypted messages are padded to a random size.", "Nobody does; sizes are visible, as with libzmq."),
		should("23/security-3", "An idle encrypted connection sends noise.", "Nobody does; silence is visible, as with libzmq."),
	]),
];
