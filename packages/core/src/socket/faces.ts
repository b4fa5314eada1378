/**
 * What a socket can do with messages: the sending face, the receiving face, and sockets with both.
 *
 * Every method only hands over to the outbox or the inbox of its socket, so the classes differ in what their type allows
 * and in nothing else. Errors come as rejections, never as throws, except from the `try…` methods.
 */

import type { SendOutcome } from "../pattern/pattern.ts";
import type { WaitOptions } from "../wait/waiters.ts";
import { type InPlace, InPlaceFrames } from "./in-place.ts";
import type { Received } from "./inbox.ts";
import { metadataOf, type WithMetadata } from "./message-metadata.ts";
import type { Content } from "./outbox.ts";
import { Receiver, type Receiving } from "./receiver.ts";
import { Socket, type SocketMake } from "./socket.ts";
import { writableStreamOf } from "./web-streams.ts";

/** A socket that can send. */
export interface Writable {
	/** Most messages queued per peer outbound; 0 = no limit. Takes effect at once; what is queued above a lowered mark stays. */
	sendHighWaterMark: number;
	/** How long a send may wait, ms; -1 = for ever, 0 = not at all. */
	sendTimeout: number;
	/** True when a message would be accepted at once. */
	readonly writable: boolean;
	/**
	 * Sends one message (a frame, or a list of frames); settles when it is accepted: queued for a peer, not yet delivered.
	 *
	 * Waits while no peer has room; concurrent sends queue up in order. The frames belong to the receiver from here on.
	 * Rejects with EAGAIN (time ran out), ABORT_ERR (`signal`), EHOSTUNREACH (ROUTER with `mandatory`), EBADF (closed),
	 * ENOBUFS (too many wait), EFSM, EINVAL.
	 */
	send(message: Content, options?: WaitOptions): Promise<void>;
	/**
	 * Sends if that is possible at once and says what became of the message; unless "sent" or "dropped" it is still yours.
	 * @throws ZmqError EBADF, EFSM, EINVAL
	 */
	trySend(message: Content): SendOutcome;
	/** Sends many messages in order with one promise; the error of a rejection says how many went out. */
	sendMany(messages: readonly Content[], options?: WaitOptions): Promise<void>;
	/**
	 * A Web Stream that sends what is written to it; a write settles when its message is accepted. An error of a send ends the
	 * stream; closing or aborting it does not close the socket.
	 */
	toWritableStream(): WritableStream<Content>;
}

/** A socket that can receive; a message is the list of its frames, or what its class says. */
export interface Readable<Message = Received> extends Receiving<Message> {
	/** Most messages queued per peer inbound; 0 = no limit. Takes effect at once; what is queued above a lowered mark stays. */
	receiveHighWaterMark: number;
	/** How long a receive may wait, ms; -1 = for ever, 0 = not at all. */
	receiveTimeout: number;
	/** Receives the same messages, each with what is known of its sender: `const { message, metadata } = await socket.withMetadata.receive()`. */
	readonly withMetadata: Receiving<WithMetadata<Message>>;
	/**
	 * Receives the same messages where they lie: what another thread has sent from `alloc` is not copied. A frame is good until the next
	 * receive of `inPlace` begins; `retain()` keeps it longer, `release()` or `using` ends it earlier. Everything else that receives
	 * gives copies in plain memory.
	 */
	readonly inPlace: Receiving<InPlace<Message>>;
}

export abstract class ReadableSocket<Message = Received> extends Socket implements Readable<Message> {
	declare receiveHighWaterMark: number;
	declare receiveTimeout: number;
	readonly #shape: (message: Received) => Message;
	readonly #receiver: Receiver<Message>;
	#withMetadata: Receiver<WithMetadata<Message>> | undefined;
	#inPlace: Receiver<InPlace<Message>> | undefined;

	/** @param shape what a receiver gets of a message; default: the message itself, then `Message` must be `Received` */
	protected constructor(make: SocketMake, shape?: (message: Received) => Message) {
		super(make);
		this.#shape = shape ?? ((message) => message as Message);
		this.#receiver = new Receiver(this.inbox, shape);
	}

	get readable(): boolean {
		return this.inbox.readable;
	}

	receive(options?: WaitOptions): Promise<Message> {
		return this.#receiver.receive(options);
	}

	tryReceive(): Message | undefined {
		return this.#receiver.tryReceive();
	}

	receiveMany(max: number, options?: WaitOptions): Promise<Message[]> {
		return this.#receiver.receiveMany(max, options);
	}

	messages(options?: WaitOptions): AsyncIterableIterator<Message, undefined> {
		return this.#receiver.messages(options);
	}

	/** As `messages()` without options: `for await (const message of socket)`. Ends when the socket is closed. */
	[Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
		return this.#receiver.messages();
	}

	toReadableStream(): ReadableStream<Message> {
		return this.#receiver.toReadableStream();
	}

	get withMetadata(): Receiving<WithMetadata<Message>> {
		this.#withMetadata ??= new Receiver(this.inbox, (message) => ({
			message: this.#shape(message),
			metadata: metadataOf(this.pattern.source),
		}));
		return this.#withMetadata;
	}

	get inPlace(): Receiving<InPlace<Message>> {
		this.#inPlace ??= new Receiver(this.inbox, this.#shape as (message: Received) => InPlace<Message>, new InPlaceFrames("all"));
		return this.#inPlace;
	}

	static {
		Socket.defineOptions(ReadableSocket.prototype, ["receiveHighWaterMark", "receiveTimeout"]);
	}
}

export abstract class WritableSocket extends Socket implements Writable {
	declare sendHighWaterMark: number;
	declare sendTimeout: number;

	protected constructor(make: SocketMake) {
		super(make);
	}

	get writable(): boolean {
		return this.outbox.writable;
	}

	send(message: Content, options?: WaitOptions): Promise<void> {
		return this.outbox.send(message, options);
	}

	trySend(message: Content): SendOutcome {
		return this.outbox.trySend(message);
	}

	sendMany(messages: readonly Content[], options?: WaitOptions): Promise<void> {
		return this.outbox.sendMany(messages, options);
	}

	toWritableStream(): WritableStream<Content> {
		return writableStreamOf((message, options) => this.send(message, options));
	}

	static {
		Socket.defineOptions(WritableSocket.prototype, ["sendHighWaterMark", "sendTimeout"]);
	}
}

/** Both faces. */
export abstract class DuplexSocket extends ReadableSocket implements Writable {
	declare sendHighWaterMark: number;
	declare sendTimeout: number;

	protected constructor(make: SocketMake) {
		super(make);
	}

	get writable(): boolean {
		return this.outbox.writable;
	}

	send(message: Content, options?: WaitOptions): Promise<void> {
		return this.outbox.send(message, options);
	}

	trySend(message: Content): SendOutcome {
		return this.outbox.trySend(message);
	}

	sendMany(messages: readonly Content[], options?: WaitOptions): Promise<void> {
		return this.outbox.sendMany(messages, options);
	}

	toWritableStream(): WritableStream<Content> {
		return writableStreamOf((message, options) => this.send(message, options));
	}

	static {
		Socket.defineOptions(DuplexSocket.prototype, ["sendHighWaterMark", "sendTimeout"]);
	}
}
