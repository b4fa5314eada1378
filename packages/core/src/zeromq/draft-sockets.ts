/**
 * The socket classes of zeromq.js's draft door: one frame a message, and beside it where it goes to or came from.
 */
import type { MessageLike, ReceivedMessage } from "./frames.ts";
import { defineOptionProperties } from "./option-access.ts";
import { Socket, type SocketWith } from "./socket.ts";
import { RECEIVING_PROPERTIES, SENDING_PROPERTIES, SPECIAL_PROPERTIES } from "./socket-options.ts";
import type { Readable, SocketOptions, Writable } from "./socket-surface.ts";

interface ServerRoutingOptions {
	routingId: number;
}

/** Answers clients by the number that stands beside their messages. */
export class Server extends (Socket as SocketWith<
	Writable<MessageLike, [ServerRoutingOptions]> & Readable<[ReceivedMessage, ServerRoutingOptions]>
>) {
	constructor(options?: SocketOptions<Server>) {
		super(12, options);
	}
}

/** Sends round robin to servers, receives from all in turn. */
export class Client extends (Socket as SocketWith<Writable<MessageLike> & Readable<[ReceivedMessage]>>) {
	constructor(options?: SocketOptions<Client>) {
		super(13, options);
	}
}

interface RadioGroupOptions {
	group: Buffer | string;
}

/** Sends to all that have joined the group beside a message. */
export class Radio extends (Socket as SocketWith<Writable<MessageLike, [RadioGroupOptions]>>) {
	constructor(options?: SocketOptions<Radio>) {
		super(14, options);
	}
}

interface DishGroupOptions {
	group: Buffer;
}

interface Grouping {
	/** @throws TypeError, Error EINVAL a group that is joined already, EBADF */
	join(...values: (Buffer | string)[]): void;
	/** @throws TypeError, Error EINVAL a group that is not joined, EBADF */
	leave(...values: (Buffer | string)[]): void;
}

/** Receives what is sent to the groups that it has joined. */
export class Dish extends (Socket as SocketWith<Readable<[ReceivedMessage, DishGroupOptions]> & Grouping>) {
	constructor(options?: SocketOptions<Dish>) {
		super(15, options);
	}
}

/** Receives from all scatters in turn. */
export class Gather extends (Socket as SocketWith<Readable<[ReceivedMessage]>>) {
	declare conflate: boolean;

	constructor(options?: SocketOptions<Gather>) {
		super(16, options);
	}
}

/** Sends round robin to gathers. */
export class Scatter extends (Socket as SocketWith<Writable<MessageLike>>) {
	declare conflate: boolean;

	constructor(options?: SocketOptions<Scatter>) {
		super(17, options);
	}
}

/** Datagrams: the address of the other side, and the data. */
export class Datagram extends (Socket as SocketWith<Writable<[MessageLike, MessageLike]> & Readable<[ReceivedMessage, ReceivedMessage]>>) {
	constructor(options?: SocketOptions<Datagram>) {
		super(18, options);
	}
}

const { conflate } = SPECIAL_PROPERTIES;

for (const { prototype } of [Server, Client, Datagram]) defineOptionProperties(prototype, [...SENDING_PROPERTIES, ...RECEIVING_PROPERTIES]);
defineOptionProperties(Radio.prototype, SENDING_PROPERTIES);
defineOptionProperties(Dish.prototype, RECEIVING_PROPERTIES);
defineOptionProperties(Gather.prototype, [...RECEIVING_PROPERTIES, conflate]);
defineOptionProperties(Scatter.prototype, [...SENDING_PROPERTIES, conflate]);
