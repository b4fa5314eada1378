/**
 * RFC 45, ZWS 2.0: ZeroMQ over WebSocket. The text writes most of what it demands in lower case; it counts as MUST here where it
 * says how bytes look or who does what.
 *
 * Left out: BEARER, which the text itself does not specify.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";

export const clauses: readonly Clause[] = [
	...section(
		"Implementation",
		["ws"],
		[
			must("45/websocket-1", "A connection begins after the handshake of WebSocket."),
			must("45/websocket-2", "Everything goes in binary messages of WebSocket."),
		],
	),
	...section(
		"Handshake",
		["ws"],
		[
			must("45/handshake-1", "The client's request names at least one protocol in Sec-WebSocket-Protocol."),
			must("45/handshake-2", "The protocols are ZWS2.0, ZWS2.0/NULL and ZWS2.0/PLAIN."),
			must("45/handshake-3", "Host and path of the request are those that connect was given."),
			must("45/handshake-4", "The server chooses one of the client's protocols and says which in its answer."),
			should("45/handshake-5", "A server that knows none of them refuses, or closes the connection."),
		],
	),
	...section(
		"No Mechanism",
		["ws"],
		[
			must("45/plain-zws-1", "ZWS2.0 without a mechanism is understood by everybody."),
			must("45/plain-zws-2", "There the first message of each side is its routing id, in one last frame."),
			must("45/plain-zws-3", "What follows are messages: frames that begin with 1 up to the last one, which begins with 0."),
		],
	),
	...section(
		"Mechanisms",
		["ws"],
		[
			must("45/mechanism-1", "With ZWS2.0/NULL the handshake is that of NULL in ZMTP."),
			must("45/mechanism-2", "With ZWS2.0/PLAIN the handshake is that of PLAIN in ZMTP."),
			must("45/mechanism-3", "The handshake is one or more commands; then commands and messages may be mixed."),
			must("45/mechanism-4", "A command is one frame: 2, the length of its name, its name of letters, and data."),
		],
	),
	...section(
		"Framing",
		["ws"],
		[
			must("45/frame-1", "One frame of ZeroMQ is one message of WebSocket: a flags octet and the body."),
			must("45/frame-2", "The flags are 0 for the last frame, 1 for one with more behind it, 2 for a command; nothing else."),
		],
	),
	...section(
		"Socket Compatibility",
		["ws"],
		[
			should("45/types-1", "Only socket types that fit each other may talk, by the list of the RFC."),
			should(
				"45/types-2",
				"Any other peer is disconnected without a word.",
				"It gets an ERROR first, as over tcp: that is what the RFC of the mechanism asks for.",
			),
		],
	),
	...section(
		"Publish-Subscribe",
		["ws"],
		[
			must("45/pubsub-1", "XPUB and XSUB are on the wire what PUB and SUB are, also by name."),
			must("45/pubsub-2", "To subscribe, a message of 1 and the subscription is sent; to unsubscribe, one of 0 and the subscription."),
		],
	),
	...section(
		"Security",
		["ws"],
		[
			must("45/security-1", "The mechanisms authenticate; ZWS itself encrypts nothing."),
			must("45/security-2", "A client that is given wss goes through TLS."),
		],
	),
];
