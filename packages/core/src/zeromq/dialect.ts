/**
 * What each socket type makes of what it sends and receives, and which class of core carries it.
 *
 * Most types send and receive lists of frames. The drafts with one frame say beside it where it goes (`send(message, { group })`) or
 * came from (`[message, { routingId }]`); within core that is the first frame of two.
 */
import type { Context as CoreContext } from "../context.ts";
import { GROUP_BYTES_MAX } from "../limits.ts";
import type { Message } from "../message.ts";
import { routingIdFrame } from "../pattern/server.ts";
import type { Received } from "../socket/inbox.ts";
import type { Socket as CoreSocket } from "../socket/socket.ts";
import { Datagram } from "../sockets/datagram-socket.ts";
import { Channel, Client, Dish, Gather, Peer, Radio, Scatter, Server } from "../sockets/draft-sockets.ts";
import { Publisher, Subscriber, XPublisher, XSubscriber } from "../sockets/publish-sockets.ts";
import { Dealer, Pair, Pull, Push, Reply, Request, Router } from "../sockets/sockets.ts";
import { Stream } from "../sockets/stream-socket.ts";
import { checkBytes, checkTag, refuse } from "./arguments.ts";
import { toFrames } from "./frames.ts";

type CoreClass = new (options: { context: CoreContext }) => CoreSocket;

export interface Dialect {
	readonly core: CoreClass;
	/** What goes in front of a message, out of what stands beside it; undefined: nothing stands there. @throws TypeError, EINVAL */
	readonly tie?: (tag: unknown) => Buffer;
	/** How many frames one message has, with what stands beside it; undefined: any number. */
	readonly frames?: number;
	/** True: libzmq calls it writable at any time, and a peer that is not there is told at once. */
	readonly alwaysWritable?: true;
	/** The code for a message to nobody; default EHOSTUNREACH. */
	readonly toNobody?: string;
	/** A received message in zeromq.js's shape. */
	readonly shape: (message: Received) => unknown[];
}

const UINT32_COUNT = 2 ** 32;

function frames(message: Received): unknown[] {
	return message;
}

function tieRoutingId(tag: unknown): Buffer {
	const { routingId } = checkTag(tag);
	if (routingId === undefined) refuse();
	if (typeof routingId !== "number") throw new TypeError("A number was expected");
	const id = routingId >>> 0;
	return id > 0 && id < UINT32_COUNT ? routingIdFrame(id) : refuse();
}

function untieRoutingId([id, message]: Received): unknown[] {
	return [message, { routingId: id.readUInt32BE(0) }];
}

/** libzmq keeps groups as C strings: what follows a zero is not part of it. */
export function groupBytes(value: unknown): Buffer {
	const bytes = checkBytes(value, "Value");
	if (bytes.length > GROUP_BYTES_MAX) refuse();
	const end = bytes.indexOf(0);
	return end === -1 ? bytes : bytes.subarray(0, end);
}

function tieGroup(tag: unknown): Buffer {
	const { group } = checkTag(tag);
	return group === undefined ? refuse() : groupBytes(group);
}

function untieGroup([group, message]: Received): unknown[] {
	return [message, { group }];
}

/** Each class of core takes at least a context; what more it takes has no part here. */
function plain(core: unknown): Dialect {
	return { core: core as CoreClass, shape: frames };
}

function tagged(core: unknown, parts: Omit<Dialect, "core">): Dialect {
	return { core: core as CoreClass, ...parts };
}

/** By libzmq's number of the type. */
export const DIALECTS: Readonly<Record<number, Dialect>> = {
	0: plain(Pair),
	1: plain(Publisher),
	2: plain(Subscriber),
	3: plain(Request),
	4: plain(Reply),
	5: plain(Dealer),
	6: plain(Router),
	7: plain(Pull),
	8: plain(Push),
	9: plain(XPublisher),
	10: plain(XSubscriber),
	11: tagged(Stream, { shape: frames, alwaysWritable: true }),
	12: tagged(Server, { tie: tieRoutingId, shape: untieRoutingId, frames: 2, alwaysWritable: true }),
	13: plain(Client),
	14: tagged(Radio, { tie: tieGroup, shape: frames, frames: 2 }),
	15: tagged(Dish, { shape: untieGroup, alwaysWritable: true }),
	16: plain(Gather),
	17: plain(Scatter),
	18: tagged(Datagram, { shape: frames, frames: 2, toNobody: "EINVAL" }),
	19: tagged(Peer, { tie: tieRoutingId, shape: untieRoutingId, frames: 2, alwaysWritable: true }),
	20: plain(Channel),
};

/** The frames of a message, with what stands beside it in front. @throws TypeError, EINVAL */
export function framesOf(dialect: Dialect, message: unknown, tag: unknown): Message {
	return dialect.tie === undefined ? toFrames(message) : [dialect.tie(tag), ...toFrames(message)];
}
