/**
 * The socket classes, named and shaped as in zeromq.js: each joins a pattern with the faces that its type allows.
 *
 * `new Push({ sendHighWaterMark: 10 })`: options are given to the constructor or set as properties later. An instance takes no
 * other properties, so that a misspelt option throws; a class that extends one of these may have its own.
 */

import { DealerPattern } from "../pattern/dealer.ts";
import { PairPattern } from "../pattern/pair.ts";
import { PullPattern } from "../pattern/pull.ts";
import { PushPattern } from "../pattern/push.ts";
import { RepPattern } from "../pattern/rep.ts";
import { ReqPattern } from "../pattern/req.ts";
import { RouterPattern } from "../pattern/router.ts";
import { DuplexSocket, ReadableSocket, WritableSocket } from "../socket/faces.ts";
import { peerName } from "../socket/peer-name.ts";
import { Socket } from "../socket/socket.ts";
import { make, type OptionsWith, type ReceiveAnyOption, type ReceiveOption, type SendOption } from "./socket-make.ts";

/** What the constructor of {@link Pair} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type PairOptions = OptionsWith<SendOption | ReceiveAnyOption>;
/** What the constructor of {@link Dealer} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type DealerOptions = OptionsWith<
	SendOption | ReceiveAnyOption | "routingId" | "probeRouter" | "conflate" | "helloMessage" | "hiccupMessage"
>;
/** What the constructor of {@link Router} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type RouterOptions = OptionsWith<
	| SendOption
	| ReceiveAnyOption
	| ("routingId" | "mandatory" | "handover" | "probeRouter" | "routerNotify")
	| ("helloMessage" | "disconnectMessage")
>;
/** What the constructor of {@link Push} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type PushOptions = OptionsWith<SendOption | "conflate">;
/** What the constructor of {@link Pull} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type PullOptions = OptionsWith<ReceiveAnyOption | "conflate">;
/** What the constructor of {@link Request} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type RequestOptions = OptionsWith<SendOption | ReceiveOption | "routingId" | "correlate" | "relaxed" | "probeRouter">;
/** What the constructor of {@link Reply} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type ReplyOptions = OptionsWith<SendOption | ReceiveAnyOption | "routingId">;

/** Exactly one peer, both ways. Peers: PAIR. */
export class Pair extends DuplexSocket {
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: PairOptions = {}) {
		super(make("PAIR", options, (host) => new PairPattern(host)));
		if (new.target === Pair) Object.preventExtensions(this);
	}

	static {
		Socket.defineOptions(Pair.prototype, ["discardUnread"]);
	}
}

/** Sends round robin, receives from all in turn. Peers: ROUTER, DEALER, REP. */
export class Dealer extends DuplexSocket {
	/** True: each new connection begins with an empty message, by which a ROUTER learns of it. */
	declare probeRouter: boolean;
	/** True: only the newest message is kept, for each peer and direction. */
	declare conflate: boolean;
	/** Sent to each new peer first; null = none. */
	declare helloMessage: Uint8Array | string | null;
	/** What a receive returns when a connection is lost and will be made again; null = nothing. */
	declare hiccupMessage: Uint8Array | string | null;
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: DealerOptions = {}) {
		super(make("DEALER", options, (host, settings) => new DealerPattern(host, settings)));
		if (new.target === Dealer) Object.preventExtensions(this);
	}

	/** Announced to peers of connections made from now on; a ROUTER addresses this socket by it. Empty = none. */
	get routingId(): Buffer {
		return this.settings.routingId as Buffer;
	}

	/** Bytes or text (UTF-8), up to 255 bytes. @throws ZmqError EINVAL */
	set routingId(value: Uint8Array | string) {
		this.setOption("routingId", value);
	}

	static {
		Socket.defineOptions(Dealer.prototype, ["probeRouter", "conflate", "helloMessage", "hiccupMessage", "discardUnread"]);
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
	/** True: each new connection begins with an empty message, by which another ROUTER learns of it. */
	declare probeRouter: boolean;
	/** Of which peers a receive tells, as their id and an empty frame. */
	declare routerNotify: "connect" | "disconnect" | "both" | null;
	/** Sent to each new peer first; null = none. */
	declare helloMessage: Uint8Array | string | null;
	/** What a receive returns, behind its id, when a peer has left; null = nothing. */
	declare disconnectMessage: Uint8Array | string | null;
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: RouterOptions = {}) {
		super(make("ROUTER", options, (host, settings) => new RouterPattern(host, settings)));
		if (new.target === Router) Object.preventExtensions(this);
	}

	/**
	 * Connects, and with `routingId` names the peer, whatever it announces: it can be sent to at once.
	 * @throws ZmqError EINVAL (also for a name that is taken), EBADF, EPROTONOSUPPORT, ENAMETOOLONG
	 */
	override connect(endpoint: string, options: { routingId?: Uint8Array | string } = {}): void {
		this.connectTo(
			endpoint,
			peerName(options.routingId, (id) => (this.pattern as RouterPattern).has(id)),
		);
	}

	/** Announced to peers of connections made from now on; another ROUTER addresses this socket by it. Empty = none. */
	get routingId(): Buffer {
		return this.settings.routingId as Buffer;
	}

	/** Bytes or text (UTF-8), up to 255 bytes. @throws ZmqError EINVAL */
	set routingId(value: Uint8Array | string) {
		this.setOption("routingId", value);
	}

	static {
		Socket.defineOptions(Router.prototype, [
			"mandatory",
			"handover",
			"probeRouter",
			"routerNotify",
			"helloMessage",
			"disconnectMessage",
			"discardUnread",
		]);
	}
}

/** Sends round robin, never receives. Peers: PULL. */
export class Push extends WritableSocket {
	/** True: only the newest message is kept, for each peer. */
	declare conflate: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: PushOptions = {}) {
		super(make("PUSH", options, (host) => new PushPattern(host)));
		if (new.target === Push) Object.preventExtensions(this);
	}

	static {
		Socket.defineOptions(Push.prototype, ["conflate"]);
	}
}

/** Receives from all in turn, never sends. Peers: PUSH. */
export class Pull extends ReadableSocket {
	/** True: only the newest message is kept, for each peer. */
	declare conflate: boolean;
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: PullOptions = {}) {
		super(make("PULL", options, (host) => new PullPattern(host)));
		if (new.target === Pull) Object.preventExtensions(this);
	}

	static {
		Socket.defineOptions(Pull.prototype, ["conflate", "discardUnread"]);
	}
}

/**
 * Sends a request to one peer, round robin, then receives its reply; strictly in turn, else EFSM. Peers: REP, ROUTER.
 *
 * A peer that never replies is waited for; `relaxed` together with `correlate` lets a new request take over.
 */
export class Request extends DuplexSocket {
	/** True: each request carries a number, and only a reply that carries it too is taken. */
	declare correlate: boolean;
	/** True: a new request may be sent before the reply to the last one, which is then dropped. */
	declare relaxed: boolean;
	/** True: each new connection begins with an empty message, by which a ROUTER learns of it. */
	declare probeRouter: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: RequestOptions = {}) {
		super(make("REQ", options, (host, settings) => new ReqPattern(host, settings)));
		if (new.target === Request) Object.preventExtensions(this);
	}

	/** Announced to peers of connections made from now on; a ROUTER addresses this socket by it. Empty = none. */
	get routingId(): Buffer {
		return this.settings.routingId as Buffer;
	}

	/** Bytes or text (UTF-8), up to 255 bytes. @throws ZmqError EINVAL */
	set routingId(value: Uint8Array | string) {
		this.setOption("routingId", value);
	}

	static {
		Socket.defineOptions(Request.prototype, ["correlate", "relaxed", "probeRouter"]);
	}
}

/**
 * Receives a request, fair-queued, then sends its reply to whoever asked; strictly in turn, else EFSM. Peers: REQ, DEALER.
 *
 * A reply to a peer that is gone is dropped.
 */
export class Reply extends DuplexSocket {
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: ReplyOptions = {}) {
		super(make("REP", options, (host) => new RepPattern(host)));
		if (new.target === Reply) Object.preventExtensions(this);
	}

	/** Announced to peers of connections made from now on. Empty = none. */
	get routingId(): Buffer {
		return this.settings.routingId as Buffer;
	}

	/** Bytes or text (UTF-8), up to 255 bytes. @throws ZmqError EINVAL */
	set routingId(value: Uint8Array | string) {
		this.setOption("routingId", value);
	}

	static {
		Socket.defineOptions(Reply.prototype, ["discardUnread"]);
	}
}
