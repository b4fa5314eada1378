/**
 * The socket classes of ZeroMQ's draft types: Server, Client, Radio, Dish, Scatter, Gather, Peer, Channel.
 *
 * Their messages are one frame each; a message of several frames is refused with EINVAL, and one that a peer sends is dropped.
 * What it goes to, or comes from, stands beside the message: `send(message, { routingId })`, `const [message, { group }]`.
 */
import { ZmqError } from "../errors.ts";
import { GROUP_BYTES_MAX } from "../limits.ts";
import { DealerPattern } from "../pattern/dealer.ts";
import { DishPattern } from "../pattern/dish.ts";
import { PairPattern } from "../pattern/pair.ts";
import { PullPattern } from "../pattern/pull.ts";
import { PushPattern } from "../pattern/push.ts";
import { RadioPattern } from "../pattern/radio.ts";
import { routingIdFrame, ServerPattern } from "../pattern/server.ts";
import { DuplexSocket, ReadableSocket, WritableSocket } from "../socket/faces.ts";
import type { Received } from "../socket/inbox.ts";
import { Socket, type SocketMake } from "../socket/socket.ts";
import { type Tagged, TaggedDuplexSocket, TaggedWritableSocket } from "../socket/tagged-faces.ts";
import { closedError } from "../wait/waiters.ts";
import {
	make,
	type OptionsWith,
	type ReceiveAnyOption,
	type SendOption,
	type UdpReceiveOption,
	type UdpSendOption,
} from "./socket-make.ts";

/** What the constructor of {@link Server} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type ServerOptions = OptionsWith<SendOption | ReceiveAnyOption | "helloMessage" | "disconnectMessage">;
/** What the constructor of {@link Client} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type ClientOptions = OptionsWith<SendOption | ReceiveAnyOption | "helloMessage" | "hiccupMessage">;
/** What the constructor of {@link Radio} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type RadioOptions = OptionsWith<SendOption | UdpSendOption>;
/** What the constructor of {@link Dish} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type DishOptions = OptionsWith<ReceiveAnyOption | UdpReceiveOption>;
/** What the constructor of {@link Scatter} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type ScatterOptions = OptionsWith<SendOption | "conflate">;
/** What the constructor of {@link Gather} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type GatherOptions = OptionsWith<ReceiveAnyOption | "conflate">;
/** What the constructor of {@link Peer} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type PeerOptions = OptionsWith<SendOption | ReceiveAnyOption | "helloMessage" | "disconnectMessage" | "hiccupMessage">;
/** What the constructor of {@link Channel} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type ChannelOptions = OptionsWith<SendOption | ReceiveAnyOption>;

/** A peer of a Server or Peer: 1 to 2^32 - 1. */
export interface RoutingIdTag {
	/** Who it goes to, or came from. */
	routingId: number;
}

/** What a Radio sends to: 0 to 255 bytes, none of them 0, or text as UTF-8. */
export interface GroupTag {
	/** The group that the message goes to. */
	group: Uint8Array | string;
}

/** What a Dish has received from. */
export interface ReceivedGroup {
	/** The group that the message was sent to. */
	group: Buffer;
}

const ONE_FRAME = 1;

function checkId(routingId: unknown): number {
	if (Number.isInteger(routingId) && (routingId as number) > 0 && (routingId as number) < 2 ** 32) return routingId as number;
	throw new ZmqError(
		"EINVAL",
		`routingId must be a whole number from 1 to ${2 ** 32 - 1}, as a receive showed it; got ${String(routingId)}`,
	);
}

function groupBytes(group: unknown): Buffer {
	if (typeof group !== "string" && !(group instanceof Uint8Array))
		throw new ZmqError("EINVAL", `A group must be bytes or a string, got ${typeof group}`);
	const bytes = Buffer.from(group as string);
	if (bytes.includes(0)) throw new ZmqError("EINVAL", "A group has no byte of value 0 (RFC 48)");
	if (bytes.length <= GROUP_BYTES_MAX) return bytes;
	throw new ZmqError("EINVAL", `A group has at most ${GROUP_BYTES_MAX} bytes, got ${bytes.length}`);
}

function single(made: SocketMake): SocketMake {
	return { ...made, framesMax: ONE_FRAME };
}

function idFrame({ routingId }: RoutingIdTag): Buffer {
	return routingIdFrame(checkId(routingId));
}

function withRoutingId([id, message]: Received): Tagged<RoutingIdTag> {
	return [message as Buffer, { routingId: id.readUInt32BE(0) }];
}

/** Answers clients by their routing id, receives from all in turn. Peers: CLIENT. */
export class Server extends TaggedDuplexSocket<RoutingIdTag> {
	/** Sent to each new client first; null = none. */
	declare helloMessage: Uint8Array | string | null;
	/** What a receive returns when a client has left; null = nothing. */
	declare disconnectMessage: Uint8Array | string | null;
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: ServerOptions = {}) {
		super(
			make("SERVER", options, (host, settings) => new ServerPattern(host, settings)),
			idFrame,
			withRoutingId,
		);
		if (new.target === Server) Object.preventExtensions(this);
	}

	static {
		Socket.defineOptions(Server.prototype, ["helloMessage", "disconnectMessage", "discardUnread"]);
	}
}

/** Sends round robin, receives from all in turn. Peers: SERVER. */
export class Client extends DuplexSocket {
	/** Sent to each new server first; null = none. */
	declare helloMessage: Uint8Array | string | null;
	/** What a receive returns when a connection is lost and will be made again; null = nothing. */
	declare hiccupMessage: Uint8Array | string | null;
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: ClientOptions = {}) {
		super(single(make("CLIENT", options, (host, settings) => new DealerPattern(host, settings))));
		if (new.target === Client) Object.preventExtensions(this);
	}

	static {
		Socket.defineOptions(Client.prototype, ["helloMessage", "hiccupMessage", "discardUnread"]);
	}
}

/** Sends to all that have joined the group of a message; it is lost for those that are full. Peers: DISH. */
export class Radio extends TaggedWritableSocket<GroupTag> {
	/** Over udp: the operating system's buffer for datagrams to send, bytes; -1 = as it is set there. */
	declare sendBufferSize: number;
	/** How many routers a datagram to a multicast group passes at most. */
	declare multicastHops: number;
	/** True: datagrams to a multicast group reach receivers on this machine, too. */
	declare multicastLoop: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: RadioOptions = {}) {
		super(
			make("RADIO", options, (host) => new RadioPattern(host)),
			({ group }) => groupBytes(group),
		);
		if (new.target === Radio) Object.preventExtensions(this);
	}

	static {
		Socket.defineOptions(Radio.prototype, ["multicastHops", "multicastLoop", "sendBufferSize"]);
	}
}

/** Receives what is sent to the groups that it has joined. Peers: RADIO. */
export class Dish extends ReadableSocket<Tagged<ReceivedGroup>> {
	/** Over udp: the operating system's buffer for datagrams that have come, bytes; -1 = as it is set there. */
	declare receiveBufferSize: number;
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: DishOptions = {}) {
		super(
			make("DISH", options, (host) => new DishPattern(host)),
			([group, message]) => [message as Buffer, { group }],
		);
		if (new.target === Dish) Object.preventExtensions(this);
	}

	/** Receives messages of these groups from now on. @throws ZmqError EINVAL (also for a group that is joined already), EBADF */
	join(...groups: (Uint8Array | string)[]): void {
		for (const group of this.#checked(groups)) {
			if ((this.pattern as DishPattern).join(group)) continue;
			throw new ZmqError("EINVAL", `The group ${JSON.stringify(group.toString())} is joined already`);
		}
	}

	/** Takes {@link join} back. @throws ZmqError EINVAL (also for a group that is not joined), EBADF */
	leave(...groups: (Uint8Array | string)[]): void {
		for (const group of this.#checked(groups)) {
			if ((this.pattern as DishPattern).leave(group)) continue;
			throw new ZmqError("EINVAL", `The group ${JSON.stringify(group.toString())} is not joined`);
		}
	}

	#checked(groups: (Uint8Array | string)[]): Buffer[] {
		if (this.closed) throw closedError();
		return groups.map(groupBytes);
	}

	static {
		Socket.defineOptions(Dish.prototype, ["receiveBufferSize", "discardUnread"]);
	}
}

/** Sends round robin, never receives. Peers: GATHER. */
export class Scatter extends WritableSocket {
	/** True: only the newest message is kept, for each peer. */
	declare conflate: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: ScatterOptions = {}) {
		super(single(make("SCATTER", options, (host) => new PushPattern(host))));
		if (new.target === Scatter) Object.preventExtensions(this);
	}

	static {
		Socket.defineOptions(Scatter.prototype, ["conflate"]);
	}
}

/** Receives from all in turn, never sends. Peers: SCATTER. */
export class Gather extends ReadableSocket {
	/** True: only the newest message is kept, for each peer. */
	declare conflate: boolean;
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: GatherOptions = {}) {
		super(make("GATHER", options, (host) => new PullPattern(host)));
		if (new.target === Gather) Object.preventExtensions(this);
	}

	static {
		Socket.defineOptions(Gather.prototype, ["conflate", "discardUnread"]);
	}
}

/** Every node talks with every other by routing ids; whoever connects learns the id at once. Peers: PEER. */
export class Peer extends TaggedDuplexSocket<RoutingIdTag> {
	/** Sent to each new peer first; null = none. */
	declare helloMessage: Uint8Array | string | null;
	/** What a receive returns when a peer has left; null = nothing. */
	declare disconnectMessage: Uint8Array | string | null;
	/** What a receive returns when a connection is lost and will be made again; null = nothing. */
	declare hiccupMessage: Uint8Array | string | null;
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: PeerOptions = {}) {
		super(
			make("PEER", options, (host, settings) => new ServerPattern(host, settings)),
			idFrame,
			withRoutingId,
		);
		if (new.target === Peer) Object.preventExtensions(this);
	}

	/** Connects and returns the routing id of the peer: what is sent to it before it is there waits. @throws ZmqError as connect */
	connectPeer(endpoint: string): number {
		const id = (this.pattern as ServerPattern).generateId();
		this.connectTo(endpoint, routingIdFrame(id));
		return id;
	}

	/** Ends the connection with this peer. @throws ZmqError EHOSTUNREACH, EINVAL, EBADF */
	disconnectPeer(routingId: number): void {
		if (this.closed) throw closedError();
		if ((this.pattern as ServerPattern).disconnect(checkId(routingId), { discard: this.linger === 0 })) return;
		throw new ZmqError("EHOSTUNREACH", `No peer has the routing id ${routingId}`);
	}

	static {
		Socket.defineOptions(Peer.prototype, ["helloMessage", "disconnectMessage", "hiccupMessage", "discardUnread"]);
	}
}

/** Exactly one peer, both ways. Peers: CHANNEL. */
export class Channel extends DuplexSocket {
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: ChannelOptions = {}) {
		super(single(make("CHANNEL", options, (host) => new PairPattern(host))));
		if (new.target === Channel) Object.preventExtensions(this);
	}

	static {
		Socket.defineOptions(Channel.prototype, ["discardUnread"]);
	}
}
