/**
 * The faces of sockets whose messages are one frame and a tag beside it: a routing id of SERVER and PEER, a group of RADIO and DISH.
 *
 * As faces.ts, everything is handed over to outbox and inbox, where the tag is the first frame of two.
 */
import { ZmqError } from "./errors.ts";
import type { Inbox, Received } from "./inbox.ts";
import type { MessageLike } from "./message.ts";
import type { Content } from "./outbox.ts";
import type { SendOutcome } from "./pattern/pattern.ts";
import { Socket, type SocketMake } from "./socket.ts";
import type { WaitOptions } from "./waiters.ts";

/** What a receiver gets: the bytes, and what stands beside them. */
export type Tagged<Tag> = [message: Buffer, tag: Tag];

class TaggedMessages<Tag> implements AsyncIterableIterator<Tagged<Tag>, undefined> {
	readonly #inbox: Inbox;
	readonly #untie: (message: Received) => Tagged<Tag>;
	#returned = false;

	constructor(inbox: Inbox, untie: (message: Received) => Tagged<Tag>) {
		this.#inbox = inbox;
		this.#untie = untie;
	}

	async next(): Promise<IteratorResult<Tagged<Tag>, undefined>> {
		if (this.#returned) return this.return();
		const step = await this.#inbox.next();
		return step.done ? step : { done: false, value: this.#untie(step.value) };
	}

	async return(): Promise<IteratorResult<Tagged<Tag>, undefined>> {
		this.#returned = true;
		return { value: undefined, done: true };
	}

	[Symbol.asyncIterator](): this {
		return this;
	}
}

export abstract class TaggedWritableSocket<Tag> extends Socket {
	/** Most messages queued per peer outbound; 0 = no limit. */
	declare sendHighWaterMark: number;
	/** How long a send may wait, ms; -1 = for ever, 0 = not at all. */
	declare sendTimeout: number;

	protected constructor(make: SocketMake) {
		super(make);
	}

	/** True when some message would be accepted at once. */
	get writable(): boolean {
		return this.outbox.writable;
	}

	/**
	 * Sends one frame; settles when it is accepted. Rejects with EAGAIN, ABORT_ERR, EHOSTUNREACH (no peer has this routing id),
	 * EBADF, ENOBUFS, EINVAL.
	 */
	send(message: MessageLike, options: Tag & WaitOptions): Promise<void> {
		let content: Content;
		try {
			content = this.#tie(message, options);
		} catch (error) {
			return Promise.reject(error);
		}
		return this.outbox.send(content, options);
	}

	/** Sends if that is possible at once and says what became of the message. @throws ZmqError EBADF, EINVAL */
	trySend(message: MessageLike, tag: Tag): SendOutcome {
		return this.outbox.trySend(this.#tie(message, tag));
	}

	/** @internal @throws ZmqError EINVAL */
	protected abstract tagFrame(tag: Tag): Buffer;

	#tie(message: MessageLike, tag: Tag): Content {
		if (typeof tag !== "object" || tag === null)
			throw new ZmqError(
				"EINVAL",
				"This socket sends one frame and says to whom beside it, as a second argument: { routingId } or { group }",
			);
		return [this.tagFrame(tag), message];
	}

	static {
		Socket.defineOptions(TaggedWritableSocket.prototype, ["sendHighWaterMark", "sendTimeout"]);
	}
}

/** The receiving face, the same for sockets that send and that do not. */
export interface TaggedReadable<Tag> extends AsyncIterable<Tagged<Tag>> {
	/** Most messages queued per peer inbound; 0 = no limit. */
	receiveHighWaterMark: number;
	/** How long a receive may wait, ms; -1 = for ever, 0 = not at all. */
	receiveTimeout: number;
	/** True when a message would be received at once. */
	readonly readable: boolean;
	/** Receives one message and its tag. Rejects with EAGAIN, ABORT_ERR, EBADF, ENOBUFS. */
	receive(options?: WaitOptions): Promise<Tagged<Tag>>;
	/** Receives a message that is there, or returns undefined. @throws ZmqError EBADF */
	tryReceive(): Tagged<Tag> | undefined;
}

export abstract class TaggedReadableSocket<Tag> extends Socket implements TaggedReadable<Tag> {
	declare receiveHighWaterMark: number;
	declare receiveTimeout: number;

	protected constructor(make: SocketMake) {
		super(make);
	}

	get readable(): boolean {
		return this.inbox.readable;
	}

	receive(options?: WaitOptions): Promise<Tagged<Tag>> {
		return this.inbox.receive(options).then((message) => this.untie(message));
	}

	tryReceive(): Tagged<Tag> | undefined {
		const message = this.inbox.tryReceive();
		return message && this.untie(message);
	}

	[Symbol.asyncIterator](): AsyncIterableIterator<Tagged<Tag>, undefined> {
		return new TaggedMessages(this.inbox, (message) => this.untie(message));
	}

	/** @internal */
	protected abstract untie(message: Received): Tagged<Tag>;

	static {
		Socket.defineOptions(TaggedReadableSocket.prototype, ["receiveHighWaterMark", "receiveTimeout"]);
	}
}

/** Both faces. */
export abstract class TaggedDuplexSocket<Tag> extends TaggedWritableSocket<Tag> implements TaggedReadable<Tag> {
	declare receiveHighWaterMark: number;
	declare receiveTimeout: number;

	protected constructor(make: SocketMake) {
		super(make);
	}

	get readable(): boolean {
		return this.inbox.readable;
	}

	receive(options?: WaitOptions): Promise<Tagged<Tag>> {
		return this.inbox.receive(options).then((message) => this.untie(message));
	}

	tryReceive(): Tagged<Tag> | undefined {
		const message = this.inbox.tryReceive();
		return message && this.untie(message);
	}

	[Symbol.asyncIterator](): AsyncIterableIterator<Tagged<Tag>, undefined> {
		return new TaggedMessages(this.inbox, (message) => this.untie(message));
	}

	/** @internal */
	protected abstract untie(message: Received): Tagged<Tag>;

	static {
		Socket.defineOptions(TaggedDuplexSocket.prototype, ["receiveHighWaterMark", "receiveTimeout"]);
	}
}
