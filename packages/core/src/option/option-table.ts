/**
 * Every socket option as data: libzmq's number, what values it takes, its default, which socket types have it and when a new
 * value takes effect. What an option is for stands at its name in {@link SocketOptions}; docs/options.md is made from both.
 *
 * Names are zeromq.js's where it has one. Times in ms, sizes in bytes or messages.
 */
import {
	BACKLOG_DEFAULT,
	HANDSHAKE_INTERVAL_MS_DEFAULT,
	HIGH_WATER_MARK_DEFAULT,
	RECONNECT_INTERVAL_MS_DEFAULT,
	ROUTING_ID_BYTES_MAX,
	SECURITY_TEXT_BYTES_MAX,
} from "../limits.ts";
import type { SocketTypeName } from "../socket-type.ts";
import { SECURITY_OPTION_ROWS, type SecurityOptions } from "./security-options.ts";

/** All options with their types as they are read; `docs/options.md` has numbers, ranges, defaults and socket types. */
export interface SocketOptions extends SecurityOptions {
	/** Most messages queued per peer outbound; 0 = no limit. */
	sendHighWaterMark: number;
	/** Most messages queued per peer inbound; 0 = no limit. */
	receiveHighWaterMark: number;
	/** How long a waiting send may wait, ms; -1 = for ever, 0 = not at all (EAGAIN). */
	sendTimeout: number;
	/** How long a waiting receive may wait, ms; -1 = for ever, 0 = not at all (EAGAIN). */
	receiveTimeout: number;
	/** How long queued messages may still be flushed after close, ms; -1 = for ever, 0 = dropped. */
	linger: number;
	/** First delay before reconnecting, ms; -1 = never reconnect. */
	reconnectInterval: number;
	/** Ceiling of the doubling reconnect delay, ms; 0 = no back-off, the first delay with jitter. */
	reconnectMaxInterval: number;
	/** True: messages queue only to peers that are connected now. */
	immediate: boolean;
	/** Largest inbound frame, bytes; -1 = no limit. A larger one ends that connection. */
	maxMessageSize: number;
	/** Greeting and handshake must end within this, ms; 0 = no limit. */
	handshakeInterval: number;
	/** A connection must be made within this, ms; 0 = as long as the operating system takes. */
	connectTimeout: number;
	/** After which of these a connection is not made again: refused by the other machine, a failed handshake, a lost connection. */
	reconnectStop: readonly ("refused" | "handshake" | "disconnect")[];
	/** Probes of tcp on idle connections: 1 = on, 0 = off, -1 = as the operating system does. */
	tcpKeepalive: number;
	/** How long a tcp connection is idle before the first probe, s; -1 = as the operating system does. Needs `tcpKeepalive: 1`. */
	tcpKeepaliveIdle: number;
	/** Which addresses a tcp listener takes connections from, as "10.0.0.0/8"; several with commas between. Null = all. */
	tcpAcceptFilter: string | null;
	/** Connections waiting to be accepted by a listener. */
	backlog: number;
	/** Private key of a wss bind, PEM. */
	wssKeyPem: string | null;
	/** Certificate of a wss bind, PEM, with the chain behind it. */
	wssCertPem: string | null;
	/** Certificates that a wss connect trusts, PEM. Null = none but those of `wssTrustSystem`. */
	wssTrustPem: string | null;
	/** True: a wss connect trusts the authorities that Node trusts. */
	wssTrustSystem: boolean;
	/** The name that the server of a wss connect must have a certificate for. Null = the host of the endpoint. */
	wssHostname: string | null;
	/** True: bind and connect may use IPv6. */
	ipv6: boolean;
	/** A descriptor that this process was given, bound and listening, which tcp and ipc use to bind; -1 = none. Not on Windows. */
	useFd: number;
	/** A SOCKS5 proxy, "host:port", that tcp connections go through; names of peers are resolved by it. Null = none. */
	socksProxy: string | null;
	/** For a SOCKS5 proxy that asks for it. */
	socksUsername: string | null;
	/** For a SOCKS5 proxy that asks for it. */
	socksPassword: string | null;
	/** The operating system's buffer for datagrams to send, bytes; -1 = as it is set there. */
	sendBufferSize: number;
	/** The operating system's buffer for datagrams that have come, bytes; -1 = as it is set there. What does not fit is lost. */
	receiveBufferSize: number;
	/** How many routers a datagram to a multicast group passes at most. */
	multicastHops: number;
	/** True: datagrams to a multicast group reach receivers on this machine, too. */
	multicastLoop: boolean;
	/** Announced to peers; 1 to 255 bytes, empty = none. A ROUTER peer addresses this socket by it. */
	routingId: Uint8Array;
	/** Sending to an unknown peer rejects with EHOSTUNREACH instead of dropping, and to a full one waits. */
	mandatory: boolean;
	/** A new peer takes over the routing id of an older one; else the new one is refused. */
	handover: boolean;
	/** Each request carries a number, and only a reply that carries it too is taken. */
	correlate: boolean;
	/** A new request may be sent before the reply to the last one; that reply is then dropped. Use it with `correlate`. */
	relaxed: boolean;
	/** "allSubs": a receive tells of every subscribe; "allSubsUnsubs": also of every unsubscribe; null: of the first and the last of each topic. */
	verbosity: "allSubs" | "allSubsUnsubs" | null;
	/** A full subscriber makes the send wait, instead of losing the message. */
	noDrop: boolean;
	/** True: who has subscribed to a topic several times has to unsubscribe as often, as the RFCs have it; false: once is enough, for subscribers of libzmq send only the last unsubscribe. */
	countSubscriptions: boolean;
	/** Subscriptions take effect only by `subscribe` and `unsubscribe` of the publisher, for the peer whose notice was received last. */
	manual: boolean;
	/** As `manual`; and the first message after a `subscribe` goes to that peer only, as the last value it has missed. */
	manualLastValue: boolean;
	/** Sent to each new subscriber first; it gets it when it has subscribed to it by then. Null = none. */
	welcomeMessage: Uint8Array | null;
	/** In a message of several frames only the first can be a subscription. */
	onlyFirstSubscribe: boolean;
	/** Messages that match no subscription are passed, and those that match are not. Set it on both sides. */
	invertMatching: boolean;
	/** Every unsubscribe is passed on to publishers, not only the last one of a topic. */
	verboseUnsubscribe: boolean;
	/** Each new connection begins with an empty message, by which a ROUTER learns that it is there. */
	probeRouter: boolean;
	/** A receive tells of peers that connect, disconnect, or both, as their routing id and an empty frame. Null = of none. */
	routerNotify: "connect" | "disconnect" | "both" | null;
	/** Only the newest message is kept, for each peer. */
	conflate: boolean;
	/** Sent to each new peer first. Null = none. */
	helloMessage: Uint8Array | null;
	/** What a receive returns when a peer has left. Null = nothing. */
	disconnectMessage: Uint8Array | null;
	/** What a receive returns when a connection is lost and will be made again. Null = nothing. */
	hiccupMessage: Uint8Array | null;
	/** True: what a peer has sent and nobody has received is discarded when its connection ends for good, as the RFCs have it; false: it can still be received, as in libzmq. */
	discardUnread: boolean;
	/** A receive tells of connections and disconnections by an empty data frame. */
	notify: boolean;
}

/** When a new value takes effect: for everything, for pipes made by the next bind or connect and connections accepted later, or for later messages. */
export type OptionEffect = "at once" | "next bind or connect" | "next connection";

interface RowBase {
	/** libzmq's number; undefined where it has none. */
	readonly number: number | undefined;
	readonly effect: OptionEffect;
	/** Which socket types have the option; undefined = all. */
	readonly types?: readonly SocketTypeName[];
}

/** One option. */
export type OptionRow =
	| (RowBase & {
			readonly kind: "integer";
			readonly default: number;
			readonly least: number;
			readonly most?: number;
			readonly unit: string;
	  })
	| (RowBase & { readonly kind: "boolean"; readonly default: boolean })
	| (RowBase & { readonly kind: "bytes"; readonly default: Uint8Array | null; readonly most?: number })
	| (RowBase & { readonly kind: "text"; readonly default: string | null; readonly bytesMost?: number; readonly ascii?: true })
	| (RowBase & { readonly kind: "curve key" | "read-only"; readonly default: null })
	| (RowBase & { readonly kind: "metadata"; readonly default: Readonly<Record<string, string | Uint8Array>> })
	| (RowBase & { readonly kind: "address ranges"; readonly default: string | null })
	| (RowBase & { readonly kind: "choices"; readonly default: readonly string[]; readonly choices: readonly string[] })
	| (RowBase & { readonly kind: "choice"; readonly default: string | null; readonly choices: readonly string[] });

const EMPTY = Buffer.alloc(0);
const SENDS: readonly SocketTypeName[] = [
	...(["PAIR", "PUB", "REQ", "REP", "DEALER", "ROUTER", "PUSH", "XPUB", "XSUB", "STREAM"] as const),
	...(["SERVER", "CLIENT", "RADIO", "SCATTER", "DGRAM", "PEER", "CHANNEL"] as const),
];
const RECEIVES: readonly SocketTypeName[] = [
	...(["PAIR", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "XPUB", "XSUB", "STREAM"] as const),
	...(["SERVER", "CLIENT", "DISH", "GATHER", "DGRAM", "PEER", "CHANNEL"] as const),
];
/** A reply is all that a REQ waits for, and a STREAM's connection often ends right behind its answer. */
const DISCARDS: readonly SocketTypeName[] = RECEIVES.filter((type) => !["REQ", "STREAM", "DGRAM"].includes(type));
const ROUTED: readonly SocketTypeName[] = ["REQ", "REP", "DEALER", "ROUTER"];
const PUBLISHERS: readonly SocketTypeName[] = ["PUB", "XPUB"];
const GREETS: readonly SocketTypeName[] = ["DEALER", "ROUTER", "SERVER", "CLIENT", "PEER"];

/** The options, by name. */
export const OPTION_TABLE: { readonly [Name in keyof SocketOptions]: OptionRow } = {
	sendHighWaterMark: {
		number: 23,
		kind: "integer",
		default: HIGH_WATER_MARK_DEFAULT,
		least: 0,
		unit: "messages, 0 = no limit",
		effect: "at once",
		types: SENDS,
	},
	receiveHighWaterMark: {
		number: 24,
		kind: "integer",
		default: HIGH_WATER_MARK_DEFAULT,
		least: 0,
		unit: "messages, 0 = no limit",
		effect: "at once",
		types: RECEIVES,
	},
	sendTimeout: { number: 28, kind: "integer", default: -1, least: -1, unit: "ms, -1 = for ever", effect: "at once", types: SENDS },
	receiveTimeout: { number: 27, kind: "integer", default: -1, least: -1, unit: "ms, -1 = for ever", effect: "at once", types: RECEIVES },
	linger: { number: 17, kind: "integer", default: -1, least: -1, unit: "ms, -1 = for ever", effect: "at once" },
	reconnectInterval: {
		number: 18,
		kind: "integer",
		default: RECONNECT_INTERVAL_MS_DEFAULT,
		least: -1,
		unit: "ms, -1 = never",
		effect: "next connection",
	},
	reconnectMaxInterval: { number: 21, kind: "integer", default: 0, least: 0, unit: "ms, 0 = no back-off", effect: "next connection" },
	immediate: { number: 39, kind: "boolean", default: false, effect: "next bind or connect" },
	maxMessageSize: { number: 22, kind: "integer", default: -1, least: -1, unit: "bytes, -1 = no limit", effect: "next connection" },
	handshakeInterval: {
		number: 66,
		kind: "integer",
		default: HANDSHAKE_INTERVAL_MS_DEFAULT,
		least: 0,
		unit: "ms, 0 = no limit",
		effect: "next connection",
	},
	connectTimeout: { number: 79, kind: "integer", default: 0, least: 0, unit: "ms, 0 = as the operating system", effect: "next connection" },
	reconnectStop: { number: 109, kind: "choices", default: [], choices: ["refused", "handshake", "disconnect"], effect: "at once" },
	tcpKeepalive: { number: 34, kind: "integer", default: -1, least: -1, most: 1, unit: "1 = on, 0 = off", effect: "next bind or connect" },
	tcpKeepaliveIdle: {
		number: 36,
		kind: "integer",
		default: -1,
		least: -1,
		unit: "s, -1 = as the operating system",
		effect: "next bind or connect",
	},
	tcpAcceptFilter: { number: 38, kind: "address ranges", default: null, effect: "at once" },
	backlog: { number: 19, kind: "integer", default: BACKLOG_DEFAULT, least: 1, unit: "connections", effect: "next bind or connect" },
	wssKeyPem: { number: 103, kind: "text", default: null, effect: "next bind or connect" },
	wssCertPem: { number: 104, kind: "text", default: null, effect: "next bind or connect" },
	wssTrustPem: { number: 105, kind: "text", default: null, effect: "next bind or connect" },
	wssTrustSystem: { number: 107, kind: "boolean", default: false, effect: "next bind or connect" },
	wssHostname: { number: 106, kind: "text", default: null, effect: "next bind or connect" },
	ipv6: { number: 42, kind: "boolean", default: false, effect: "next bind or connect" },
	useFd: { number: 89, kind: "integer", default: -1, least: -1, unit: "descriptor, -1 = none", effect: "next bind or connect" },
	socksProxy: { number: 68, kind: "text", default: null, effect: "next bind or connect" },
	socksUsername: { number: 99, kind: "text", default: null, bytesMost: SECURITY_TEXT_BYTES_MAX, effect: "next connection" },
	socksPassword: { number: 100, kind: "text", default: null, bytesMost: SECURITY_TEXT_BYTES_MAX, effect: "next connection" },
	sendBufferSize: {
		number: 11,
		kind: "integer",
		default: -1,
		least: -1,
		unit: "bytes, -1 = as the operating system",
		effect: "next bind or connect",
		types: ["RADIO", "DGRAM"],
	},
	receiveBufferSize: {
		number: 12,
		kind: "integer",
		default: -1,
		least: -1,
		unit: "bytes, -1 = as the operating system",
		effect: "next bind or connect",
		types: ["DISH", "DGRAM"],
	},
	multicastHops: {
		number: 25,
		kind: "integer",
		default: 1,
		least: 1,
		most: 255,
		unit: "routers",
		effect: "next bind or connect",
		types: ["RADIO", "DGRAM"],
	},
	multicastLoop: { number: 96, kind: "boolean", default: true, effect: "next bind or connect", types: ["RADIO", "DGRAM"] },
	routingId: { number: 5, kind: "bytes", default: EMPTY, most: ROUTING_ID_BYTES_MAX, effect: "next connection", types: ROUTED },
	mandatory: { number: 33, kind: "boolean", default: false, effect: "at once", types: ["ROUTER"] },
	handover: { number: 56, kind: "boolean", default: false, effect: "at once", types: ["ROUTER"] },
	correlate: { number: 52, kind: "boolean", default: false, effect: "at once", types: ["REQ"] },
	relaxed: { number: 53, kind: "boolean", default: false, effect: "at once", types: ["REQ"] },
	verbosity: { number: 78, kind: "choice", default: null, choices: ["allSubs", "allSubsUnsubs"], effect: "at once", types: ["XPUB"] },
	noDrop: { number: 69, kind: "boolean", default: false, effect: "at once", types: PUBLISHERS },
	countSubscriptions: { number: undefined, kind: "boolean", default: false, effect: "at once", types: PUBLISHERS },
	manual: { number: 71, kind: "boolean", default: false, effect: "at once", types: ["XPUB"] },
	manualLastValue: { number: 98, kind: "boolean", default: false, effect: "at once", types: ["XPUB"] },
	welcomeMessage: { number: 72, kind: "bytes", default: null, effect: "next connection", types: ["XPUB"] },
	onlyFirstSubscribe: { number: 108, kind: "boolean", default: false, effect: "at once", types: ["XPUB", "XSUB"] },
	invertMatching: { number: 74, kind: "boolean", default: false, effect: "at once", types: ["PUB", "XPUB", "SUB"] },
	verboseUnsubscribe: { number: 115, kind: "boolean", default: false, effect: "at once", types: ["XSUB"] },
	probeRouter: { number: 51, kind: "boolean", default: false, effect: "next connection", types: ["ROUTER", "DEALER", "REQ"] },
	routerNotify: {
		number: 97,
		kind: "choice",
		default: null,
		choices: ["connect", "disconnect", "both"],
		effect: "at once",
		types: ["ROUTER"],
	},
	conflate: {
		number: 54,
		kind: "boolean",
		default: false,
		effect: "next bind or connect",
		types: ["PULL", "PUSH", "SUB", "PUB", "DEALER", "SCATTER", "GATHER"],
	},
	helloMessage: { number: 110, kind: "bytes", default: null, effect: "next connection", types: GREETS },
	disconnectMessage: { number: 111, kind: "bytes", default: null, effect: "at once", types: ["ROUTER", "SERVER", "PEER"] },
	hiccupMessage: { number: 114, kind: "bytes", default: null, effect: "at once", types: ["DEALER", "CLIENT", "PEER"] },
	discardUnread: { number: undefined, kind: "boolean", default: false, effect: "at once", types: DISCARDS },
	notify: { number: 73, kind: "boolean", default: true, effect: "at once", types: ["STREAM"] },
	...SECURITY_OPTION_ROWS,
};
