/**
 * The socket classes, named and shaped as in zeromq.js: each joins a pattern with the faces that its type allows.
 *
 * `new Push({ sendHighWaterMark: 10 })`: options are given to the constructor or set as properties later. An instance takes no
 * other properties, so that a misspelt option throws; a class that extends one of these may have its own.
 */
import { Context, context as defaultContext } from "./context.ts";
import { ZmqError } from "./errors.ts";
import { DuplexSocket, ReadableSocket, WritableSocket } from "./faces.ts";
import type { SocketOptionsInput } from "./options.ts";
import { DealerPattern } from "./pattern/dealer.ts";
import { PairPattern } from "./pattern/pair.ts";
import { PullPattern } from "./pattern/pull.ts";
import { PushPattern } from "./pattern/push.ts";
import { RouterPattern } from "./pattern/router.ts";
import { Socket, type SocketMake } from "./socket.ts";

type RouterOnly = "mandatory" | "handover";
type SendOnly = "sendHighWaterMark" | "sendTimeout";
type ReceiveOnly = "receiveHighWaterMark" | "receiveTimeout";

type Options<Without extends keyof SocketOptionsInput> = Omit<SocketOptionsInput, Without> & {
	/** Default: the context of this thread. */
	context?: Context;
};

export type PairOptions = Options<RouterOnly | "routingId">;
export type DealerOptions = Options<RouterOnly>;
export type RouterOptions = Options<never>;
export type PushOptions = Options<RouterOnly | ReceiveOnly | "routingId">;
export type PullOptions = Options<RouterOnly | SendOnly | "routingId">;

function make(type: SocketMake["type"], given: Options<never>, pattern: SocketMake["pattern"]): SocketMake {
	if (typeof given !== "object" || given === null)
		throw new ZmqError("EINVAL", `The options of a socket must be an object, got ${String(given)}`);
	const { context = defaultContext, ...options } = given;
	if (!(context instanceof Context)) throw new ZmqError("EINVAL", "The option context must be a Context of this package");
	return { type, context, options, pattern };
}

/** Exactly one peer, both ways. Peers: PAIR. */
export class Pair extends DuplexSocket {
	/** @throws ZmqError EINVAL */
	constructor(options: PairOptions = {}) {
		super(make("PAIR", options, (host) => new PairPattern(host)));
		if (new.target === Pair) Object.preventExtensions(this);
	}
}

/** Sends round robin, receives from all in turn. Peers: ROUTER, DEALER, REP. */
export class Dealer extends DuplexSocket {
	/** @throws ZmqError EINVAL */
	constructor(options: DealerOptions = {}) {
		super(make("DEALER", options, (host) => new DealerPattern(host)));
		if (new.target === Dealer) Object.preventExtensions(this);
	}

	/** Announced to peers of connections made from now on; a ROUTER addresses this socket by it. Empty = none. */
	get routingId(): Buffer {
		return this.settings.routingId as Buffer;
	}

	set routingId(value: Uint8Array | string) {
		this.setOption("routingId", value);
	}
}

/**
 * Sends to the peer that the first frame names, receives from all in turn with that frame in front. Peers: DEALER, REQ,
 * ROUTER.
 *
 * The routing-id frame of received messages is one buffer per peer: keep it, send it back, but do not write into it.
 */
export class Router extends DuplexSocket {
	/** True: sending to a peer that is not there rejects with EHOSTUNREACH, and to a full one waits; else both are dropped. */
	declare mandatory: boolean;
	/** True: a new peer takes over the routing id of an older one; else the new one is refused. */
	declare handover: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: RouterOptions = {}) {
		super(make("ROUTER", options, (host, settings) => new RouterPattern(host, settings)));
		if (new.target === Router) Object.preventExtensions(this);
	}

	/** Announced to peers of connections made from now on; another ROUTER addresses this socket by it. Empty = none. */
	get routingId(): Buffer {
		return this.settings.routingId as Buffer;
	}

	set routingId(value: Uint8Array | string) {
		this.setOption("routingId", value);
	}

	static {
		Socket.defineOptions(Router.prototype, ["mandatory", "handover"]);
	}
}

/** Sends round robin, never receives. Peers: PULL. */
export class Push extends WritableSocket {
	/** @throws ZmqError EINVAL */
	constructor(options: PushOptions = {}) {
		super(make("PUSH", options, (host) => new PushPattern(host)));
		if (new.target === Push) Object.preventExtensions(this);
	}
}

/** Receives from all in turn, never sends. Peers: PUSH. */
export class Pull extends ReadableSocket {
	/** @throws ZmqError EINVAL */
	constructor(options: PullOptions = {}) {
		super(make("PULL", options, (host) => new PullPattern(host)));
		if (new.target === Pull) Object.preventExtensions(this);
	}
}
