/**
 * The socket classes of zeromq.js: each a type of Socket with the options that its type has.
 */

import type { MessageLike, ReceivedMessage } from "./frames.ts";
import { defineOptionProperties, type OptionProperty } from "./option-access.ts";
import { Socket, type SocketWith } from "./socket.ts";
import { RECEIVING_PROPERTIES, SENDING_PROPERTIES, SPECIAL_PROPERTIES } from "./socket-options.ts";
import type { Readable, SocketOptions, Writable } from "./socket-surface.ts";

const { routingId, mandatory, probeRouter, correlate, relaxed, conflate, handover } = SPECIAL_PROPERTIES;
const { noDrop, manual, welcomeMessage, notify, invertMatching } = SPECIAL_PROPERTIES;

const CONNECT_ROUTING_ID = 61;
const SUBSCRIBE = 6;
const UNSUBSCRIBE = 7;
const VERBOSE = 40;
const VERBOSER = 78;

/** Exactly one peer, both ways. */
export class Pair extends (Socket as SocketWith<Writable & Readable>) {
	constructor(options?: SocketOptions<Pair>) {
		super(0, options);
	}
}

/** Sends to all subscribers; a full one loses the message. */
export class Publisher extends (Socket as SocketWith<Writable>) {
	/** True: a full subscriber makes the send wait. */
	declare noDrop: boolean;
	declare conflate: boolean;
	declare invertMatching: boolean;

	constructor(options?: SocketOptions<Publisher>) {
		super(1, options);
	}
}

/** Receives what it has subscribed to. */
export class Subscriber extends (Socket as SocketWith<Readable>) {
	declare conflate: boolean;
	declare invertMatching: boolean;

	constructor(options?: SocketOptions<Subscriber>) {
		super(2, options);
	}

	/** Receives messages that begin with one of these from now on; without an argument, all. @throws TypeError, Error ENOTSOCK */
	subscribe(...prefixes: (Buffer | string)[]): void {
		for (const prefix of prefixes.length === 0 ? [""] : prefixes) this.setStringOption(SUBSCRIBE, prefix);
	}

	/** Takes {@link subscribe} back. @throws TypeError, Error ENOTSOCK */
	unsubscribe(...prefixes: (Buffer | string)[]): void {
		for (const prefix of prefixes.length === 0 ? [""] : prefixes) this.setStringOption(UNSUBSCRIBE, prefix);
	}
}

/** Sends a request, then receives its reply. */
export class Request extends (Socket as SocketWith<Writable & Readable>) {
	declare routingId: string | null;
	declare probeRouter: boolean;
	declare correlate: boolean;
	declare relaxed: boolean;

	constructor(options?: SocketOptions<Request>) {
		super(3, options);
	}
}

/** Receives a request, then sends its reply. */
export class Reply extends (Socket as SocketWith<Writable & Readable>) {
	declare routingId: string | null;

	constructor(options?: SocketOptions<Reply>) {
		super(4, options);
	}
}

/** Sends round robin, receives from all in turn. */
export class Dealer extends (Socket as SocketWith<Writable & Readable>) {
	declare routingId: string | null;
	declare probeRouter: boolean;
	declare conflate: boolean;

	constructor(options?: SocketOptions<Dealer>) {
		super(5, options);
	}
}

export interface RouterConnectOptions {
	/** How the peer of this connection is called, whatever it announces. */
	routingId?: string;
}

/** Sends to the peer that the first frame names, receives from all in turn with that frame in front. */
export class Router extends (Socket as SocketWith<Writable & Readable>) {
	declare routingId: string | null;
	/** True: sending to an unknown peer rejects with EHOSTUNREACH. */
	declare mandatory: boolean;
	declare probeRouter: boolean;
	declare handover: boolean;

	constructor(options?: SocketOptions<Router>) {
		super(6, options);
	}

	/** Connects, and names the peer. @throws as Socket.connect, TypeError */
	override connect(address: string, options: RouterConnectOptions = {}): void {
		if (options.routingId) this.setStringOption(CONNECT_ROUTING_ID, options.routingId);
		super.connect(address);
	}
}

/** Receives from all in turn. */
export class Pull extends (Socket as SocketWith<Readable>) {
	declare conflate: boolean;

	constructor(options?: SocketOptions<Pull>) {
		super(7, options);
	}
}

/** Sends round robin. */
export class Push extends (Socket as SocketWith<Writable>) {
	declare conflate: boolean;

	constructor(options?: SocketOptions<Push>) {
		super(8, options);
	}
}

/** A Publisher that receives the subscriptions of its peers: 1 or 0 and the topic. */
export class XPublisher extends (Socket as SocketWith<Writable & Readable>) {
	declare noDrop: boolean;
	declare manual: boolean;
	declare welcomeMessage: string | null;
	declare invertMatching: boolean;

	constructor(options?: SocketOptions<XPublisher>) {
		super(9, options);
	}

	/** Of what a receive tells: null: first subscribe and last unsubscribe of a topic; "allSubs"; "allSubsUnsubs". */
	set verbosity(value: null | "allSubs" | "allSubsUnsubs") {
		this.setBoolOption(value === "allSubsUnsubs" ? VERBOSER : VERBOSE, value === "allSubs" || value === "allSubsUnsubs");
	}
}

/** A Subscriber that subscribes by sending 1 or 0 and the topic. */
export class XSubscriber extends (Socket as SocketWith<Writable & Readable>) {
	constructor(options?: SocketOptions<XSubscriber>) {
		super(10, options);
	}
}

export interface StreamConnectOptions {
	/** How this connection is called. */
	routingId?: string;
}

/** Raw tcp: the id of a connection, and its data. */
export class Stream extends (Socket as SocketWith<Writable<[MessageLike, MessageLike]> & Readable<[ReceivedMessage, ReceivedMessage]>>) {
	declare notify: boolean;

	constructor(options?: SocketOptions<Stream>) {
		super(11, options);
	}

	/** Connects, and names the connection. @throws as Socket.connect, TypeError */
	override connect(address: string, options: StreamConnectOptions = {}): void {
		if (options.routingId) this.setStringOption(CONNECT_ROUTING_ID, options.routingId);
		super.connect(address);
	}
}

const BOTH: readonly OptionProperty[] = [...SENDING_PROPERTIES, ...RECEIVING_PROPERTIES];

defineOptionProperties(Pair.prototype, BOTH);
defineOptionProperties(Publisher.prototype, [...SENDING_PROPERTIES, conflate, noDrop, invertMatching]);
defineOptionProperties(Subscriber.prototype, [...RECEIVING_PROPERTIES, conflate, invertMatching]);
defineOptionProperties(Request.prototype, [...BOTH, routingId, probeRouter, correlate, relaxed]);
defineOptionProperties(Reply.prototype, [...BOTH, routingId]);
defineOptionProperties(Dealer.prototype, [...BOTH, routingId, probeRouter, conflate]);
defineOptionProperties(Router.prototype, [...BOTH, routingId, mandatory, probeRouter, handover]);
defineOptionProperties(Pull.prototype, [...RECEIVING_PROPERTIES, conflate]);
defineOptionProperties(Push.prototype, [...SENDING_PROPERTIES, conflate]);
defineOptionProperties(XPublisher.prototype, [...BOTH, noDrop, manual, welcomeMessage, invertMatching]);
defineOptionProperties(XSubscriber.prototype, BOTH);
defineOptionProperties(Stream.prototype, [...BOTH, notify]);
