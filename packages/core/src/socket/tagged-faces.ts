/**
 * The sending faces of sockets whose messages are one frame and a tag beside it: a routing id of SERVER and PEER, a group of RADIO.
 * They receive as all others do (faces.ts), a frame and its tag.
 *
 * As in faces.ts, everything is handed over to outbox and inbox, where the tag is the first frame of two.
 */
import { ZmqError } from "../errors.ts";
import type { MessageLike } from "../message.ts";
import type { SendOutcome } from "../pattern/pattern.ts";
import type { WaitOptions } from "../wait/waiters.ts";
import { type Readable, ReadableSocket } from "./faces.ts";
import type { Received } from "./inbox.ts";
import type { Content, Outbox } from "./outbox.ts";
import { Socket, type SocketMake } from "./socket.ts";
import { writableStreamOf } from "./web-streams.ts";

/** What a receiver gets: the bytes, and what stands beside them. */
export type Tagged<Tag> = [message: Buffer, tag: Tag];

/** What is sent where several messages are: each with its tag, as a receive gives it. */
export type TaggedContent<Tag> = readonly [message: MessageLike, tag: Tag];

/** The receiving face. */
export type TaggedReadable<Tag> = Readable<Tagged<Tag>>;

/** A socket that can send. */
export interface TaggedWritable<Tag> {
	/** Most messages queued per peer outbound; 0 = no limit. */
	sendHighWaterMark: number;
	/** How long a send may wait, ms; -1 = for ever, 0 = not at all. */
	sendTimeout: number;
	/** True when some message would be accepted at once. */
	readonly writable: boolean;
	/**
	 * Sends one frame; settles when it is accepted. Rejects with EAGAIN, ABORT_ERR, EHOSTUNREACH (no peer has this routing id),
	 * EBADF, ENOBUFS, EINVAL.
	 */
	send(message: MessageLike, options: Tag & WaitOptions): Promise<void>;
	/** Sends if that is possible at once and says what became of the message. @throws ZmqError EBADF, EINVAL */
	trySend(message: MessageLike, tag: Tag): SendOutcome;
	/** Sends many messages in order with one promise; the error of a rejection says how many went out. */
	sendMany(messages: readonly TaggedContent<Tag>[], options?: WaitOptions): Promise<void>;
	/** A Web Stream that sends what is written to it, as `[message, tag]`. See Writable. */
	toWritableStream(): WritableStream<TaggedContent<Tag>>;
}

/** Makes the frame that stands for a tag. @throws ZmqError EINVAL */
type TagFrame<Tag> = (tag: Tag) => Buffer;

/** @throws ZmqError EINVAL */
function tie<Tag>(tagFrame: TagFrame<Tag>, message: MessageLike, tag: Tag): Content {
	if (typeof tag === "object" && tag !== null) return [tagFrame(tag), message];
	throw new ZmqError("EINVAL", "This socket sends one frame and says to whom beside it, as a second argument: { routingId } or { group }");
}

/** As the outbox: what it takes at once makes no promise. */
function sendTagged<Tag>(outbox: Outbox, tagFrame: TagFrame<Tag>, message: MessageLike, options: Tag & WaitOptions): Promise<void> {
	let content: Content;
	try {
		content = tie(tagFrame, message, options);
	} catch (error) {
		return Promise.reject(error);
	}
	return outbox.send(content, options);
}

/** @throws ZmqError EINVAL */
function tieAll<Tag>(tagFrame: TagFrame<Tag>, messages: readonly TaggedContent<Tag>[]): Content[] {
	if (Array.isArray(messages) && messages.every(Array.isArray)) return messages.map(([message, tag]) => tie(tagFrame, message, tag));
	throw new ZmqError("EINVAL", "sendMany takes an array of messages, each with its tag: [message, { routingId }] or [message, { group }]");
}

export abstract class TaggedWritableSocket<Tag> extends Socket implements TaggedWritable<Tag> {
	declare sendHighWaterMark: number;
	declare sendTimeout: number;
	readonly #tagFrame: TagFrame<Tag>;

	protected constructor(make: SocketMake, tagFrame: TagFrame<Tag>) {
		super(make);
		this.#tagFrame = tagFrame;
	}

	get writable(): boolean {
		return this.outbox.writable;
	}

	send(message: MessageLike, options: Tag & WaitOptions): Promise<void> {
		return sendTagged(this.outbox, this.#tagFrame, message, options);
	}

	trySend(message: MessageLike, tag: Tag): SendOutcome {
		return this.outbox.trySend(tie(this.#tagFrame, message, tag));
	}

	async sendMany(messages: readonly TaggedContent<Tag>[], options?: WaitOptions): Promise<void> {
		await this.outbox.sendMany(tieAll(this.#tagFrame, messages), options);
	}

	toWritableStream(): WritableStream<TaggedContent<Tag>> {
		return writableStreamOf(([message, tag], options) => this.send(message, { ...tag, ...options }));
	}

	static {
		Socket.defineOptions(TaggedWritableSocket.prototype, ["sendHighWaterMark", "sendTimeout"]);
	}
}

/** Both faces. */
export abstract class TaggedDuplexSocket<Tag> extends ReadableSocket<Tagged<Tag>> implements TaggedWritable<Tag> {
	declare sendHighWaterMark: number;
	declare sendTimeout: number;
	readonly #tagFrame: TagFrame<Tag>;

	protected constructor(make: SocketMake, tagFrame: TagFrame<Tag>, untie: (message: Received) => Tagged<Tag>) {
		super(make, untie);
		this.#tagFrame = tagFrame;
	}

	get writable(): boolean {
		return this.outbox.writable;
	}

	send(message: MessageLike, options: Tag & WaitOptions): Promise<void> {
		return sendTagged(this.outbox, this.#tagFrame, message, options);
	}

	trySend(message: MessageLike, tag: Tag): SendOutcome {
		return this.outbox.trySend(tie(this.#tagFrame, message, tag));
	}

	async sendMany(messages: readonly TaggedContent<Tag>[], options?: WaitOptions): Promise<void> {
		await this.outbox.sendMany(tieAll(this.#tagFrame, messages), options);
	}

	toWritableStream(): WritableStream<TaggedContent<Tag>> {
		return writableStreamOf(([message, tag], options) => this.send(message, { ...tag, ...options }));
	}

	static {
		Socket.defineOptions(TaggedDuplexSocket.prototype, ["sendHighWaterMark", "sendTimeout"]);
	}
}
