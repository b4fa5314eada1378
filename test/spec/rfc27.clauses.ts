/**
 * RFC 27, ZAP: a server asks a handler in its process about clients. Server is a socket of ours with a mechanism; handler is an
 * Authenticator, or a socket of the user's own.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";

/** Over which the clients come; the handler is always asked over inproc. */
const WIRE = ["tcp", "ipc", "ws"] as const;
const INPROC = ["inproc"] as const;

export const clauses: readonly Clause[] = [
	...section("Architecture", WIRE, [
		must("27/architecture-1", "The server asks as a REQ or a DEALER."),
		must("27/architecture-2", "The handler is a REP or a ROUTER."),
		must("27/architecture-3", "The handler is bound to inproc://zeromq.zap.01."),
		must("27/architecture-4", "The server connects there."),
		must("27/architecture-6", "The handler is there before the servers: nobody gets past a server that needs one and has none."),
	]),
	...section("Architecture", INPROC, [must("27/architecture-5", "A process has one handler.")]),
	...section("Message Format", WIRE, [
		must("27/dialog-1", "A dialog is one request of a server and one reply of the handler."),
		must("27/request-1", "A request begins with an empty frame."),
		must("27/request-2", "Then the version, 1.0."),
		must(
			"27/request-3",
			"The domain is a text that is not empty.",
			"It is what the option zapDomain says, which may be empty, as in libzmq; handlers written for libzmq take that for the global domain.",
		),
		must("27/request-4", "The address is the client's: IPv4 with dots, or IPv6 in its canonical form; over ipc it is empty."),
		must("27/request-5", "The identity has at most 255 octets."),
		must("27/request-6", "The mechanism is a text, never empty."),
		must("27/request-7", "The credentials are any number of frames, as many as the mechanism has."),
		must("27/request-8", "All texts are ASCII of at most 255 characters."),
		must("27/reply-1", "A reply begins with an empty frame."),
		must("27/reply-2", "Then the version, 1.0."),
		must("27/reply-3", "The request id comes back unchanged."),
		must("27/reply-4", "The status code is a text: 200, 300, 400 or 500."),
		must("27/reply-5", "The status text is a text and may be empty."),
		must("27/reply-6", "The user id is a text."),
		must("27/reply-8", "The metadata has the format of ZMTP's."),
		must("27/reply-9", "Anything else is no reply, and lets nobody in."),
	]),
	...section("Message Format", INPROC, [must("27/reply-7", "For any status but 200 the user id is empty.")]),
	...section("Socket Types", WIRE, [
		must("27/types-1", "A REQ adds and takes the empty frame itself; a DEALER sends and receives it."),
		must("27/types-2", "A handler that is a REP neither sends nor receives the empty frame."),
		must("27/types-3", "A handler that is a ROUTER receives the routing id of who asks as a first frame."),
		must("27/types-4", "It sends that routing id first in its reply."),
	]),
	...section("Proxy Handlers", WIRE, [
		must("27/proxy-1", "A handler that passes requests on is a ROUTER towards the servers."),
		must("27/proxy-2", "It passes on the whole message, with the routing id."),
		should("27/proxy-3", "Apart from that it changes nothing."),
	]),
	...section("Proxy Handlers", INPROC, [
		must("27/proxy-4", "A handler takes an envelope of any number of routing ids and an empty frame."),
		must("27/proxy-5", "It keeps the envelope while it judges."),
		must("27/proxy-6", "It sends the same envelope back with the reply."),
	]),
	...section("The NULL Mechanism", WIRE, [must("27/null-1", "The mechanism is NULL."), must("27/null-2", "There are no credentials.")]),
	...section("The PLAIN Mechanism", WIRE, [
		must("27/plain-1", "The mechanism is PLAIN."),
		must("27/plain-2", "The credentials are two frames: user name and password."),
	]),
	...section("The CURVE Mechanism", WIRE, [
		must("27/curve-1", "The mechanism is CURVE."),
		must("27/curve-2", "The credentials are the 32 octets of the client's long-term public key."),
	]),
];
