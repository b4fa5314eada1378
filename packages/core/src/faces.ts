/**
 * What a socket can do with messages: the sending face, the receiving face, and sockets with both.
 *
 * Every method only hands over to the outbox or the inbox of its socket, so the classes differ in what their type allows
 * and in nothing else. Errors come as rejections, never as throws, except from the `try…` methods.
 */
import type { Inbox, Received } from "./inbox.ts";
import type { Content } from "./outbox.ts";
import type { SendOutcome } from "./pattern/pattern.ts";
import { Socket, type SocketMake } from "./socket.ts";
import type { WaitOptions } from "./waiters.ts";

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
	 * ENOBUFS (too many wait), EINVAL.
	 */
	send(message: Content, options?: WaitOptions): Promise<void>;
	/**
	 * Sends if that is possible at once and says what became of the message; unless "sent" or "dropped" it is still yours.
	 * @throws ZmqError EBADF, EINVAL
	 */
	trySend(message: Content): SendOutcome;
	/** Sends many messages in order with one promise; the error of a rejection says how many went out. */
	sendMany(messages: readonly Content[], options?: WaitOptions): Promise<void>;
}

/** A socket that can receive. */
export interface Readable extends AsyncIterable<Received> {
	/** Most messages queued per peer inbound; 0 = no limit. Takes effect at once; what is queued above a lowered mark stays. */
	receiveHighWaterMark: number;
	/** How long a receive may wait, ms; -1 = for ever, 0 = not at all. */
	receiveTimeout: number;
	/** True when a message would be received at once. */
	readonly readable: boolean;
	/**
	 * Receives the frames of one message. Concurrent receives queue up in order.
	 *
	 * Rejects with EAGAIN (time ran out), ABORT_ERR (`signal`; no message is lost), EBADF (closed), ENOBUFS (too many wait).
	 */
	receive(options?: WaitOptions): Promise<Received>;
	/** Receives a message that is there, or returns undefined. @throws ZmqError EBADF */
	tryReceive(): Received | undefined;
	/** Waits for at least one message and returns what is there, `max` messages at most. */
	receiveMany(max: number, options?: WaitOptions): Promise<Received[]>;
	/** Messages as they come; ends when the socket is closed. Leaving the loop does not close the socket. */
	[Symbol.asyncIterator](): AsyncIterableIterator<Received, undefined>;
}

class Messages implements AsyncIterableIterator<Received, undefined> {
	readonly #inbox: Inbox;
	#returned = false;

	constructor(inbox: Inbox) {
		this.#inbox = inbox;
	}

	next(): Promise<IteratorResult<Received, undefined>> {
		return this.#returned ? this.return() : this.#inbox.next();
	}

	async return(): Promise<IteratorResult<Received, undefined>> {
		this.#returned = true;
		return { value: undefined, done: true };
	}

	[Symbol.asyncIterator](): this {
		return this;
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

	static {
		Socket.defineOptions(WritableSocket.prototype, ["sendHighWaterMark", "sendTimeout"]);
	}
}

export abstract class ReadableSocket extends Socket implements Readable {
	declare receiveHighWaterMark: number;
	declare receiveTimeout: number;

	protected constructor(make: SocketMake) {
		super(make);
	}

	get readable(): boolean {
		return this.inbox.readable;
	}

	receive(options?: WaitOptions): Promise<Received> {
		return this.inbox.receive(options);
	}

	tryReceive(): Received | undefined {
		return this.inbox.tryReceive();
	}

	receiveMany(max: number, options?: WaitOptions): Promise<Received[]> {
		return this.inbox.receiveMany(max, options);
	}

	[Symbol.asyncIterator](): AsyncIterableIterator<Received, undefined> {
		return new Messages(this.inbox);
	}

	static {
		Socket.defineOptions(ReadableSocket.prototype, ["receiveHighWaterMark", "receiveTimeout"]);
	}
}

/** Both faces. */
export abstract class DuplexSocket extends WritableSocket implements Readable {
	declare receiveHighWaterMark: number;
	declare receiveTimeout: number;

	protected constructor(make: SocketMake) {
		super(make);
	}

	get readable(): boolean {
		return this.inbox.readable;
	}

	receive(options?: WaitOptions): Promise<Received> {
		return this.inbox.receive(options);
	}

	tryReceive(): Received | undefined {
		return this.inbox.tryReceive();
	}

	receiveMany(max: number, options?: WaitOptions): Promise<Received[]> {
		return this.inbox.receiveMany(max, options);
	}

	[Symbol.asyncIterator](): AsyncIterableIterator<Received, undefined> {
		return new Messages(this.inbox);
	}

	static {
		Socket.defineOptions(DuplexSocket.prototype, ["receiveHighWaterMark", "receiveTimeout"]);
	}
}
