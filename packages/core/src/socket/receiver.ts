/**
 * One way to receive from a socket: its messages in one shape, by every means of receiving.
 *
 * A socket has one of its own, and others that give more beside each message. All of them draw on the same inbox: a message goes
 * to whoever asked first, whichever way.
 */

import type { WaitOptions } from "../wait/waiters.ts";
import type { InPlaceFrames } from "./in-place.ts";
import type { Inbox, Reading, Received } from "./inbox.ts";
import { readableStreamOf } from "./web-streams.ts";

/** Everything that receives messages. */
export interface Receiving<Message> extends AsyncIterable<Message> {
	/** True when a message would be received at once. */
	readonly readable: boolean;
	/**
	 * Receives one message. Concurrent receives queue up in order.
	 *
	 * Rejects with EAGAIN (time ran out), ABORT_ERR (`signal`; no message is lost), EBADF (closed), ENOBUFS (too many wait), EFSM.
	 */
	receive(options?: WaitOptions): Promise<Message>;
	/** Receives a message that is there, or returns undefined. @throws ZmqError EBADF, EFSM */
	tryReceive(): Message | undefined;
	/** Waits for at least one message and returns what is there, `max` messages at most. Rejects as `receive`, and with EINVAL. */
	receiveMany(max: number, options?: WaitOptions): Promise<Message[]>;
	/**
	 * Messages as they come, for a loop; ends when the socket is closed. Leaving the loop does not close the socket. Each wait is
	 * bounded by the options: then the loop throws EAGAIN or ABORT_ERR.
	 */
	messages(options?: WaitOptions): AsyncIterableIterator<Message, undefined>;
	/** As `messages()`. */
	[Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined>;
	/**
	 * A Web Stream of the messages: takes one from the socket when its reader asks for one, and ends when the socket is closed.
	 * Cancelling it takes no message and does not close the socket. `receiveTimeout` does not apply.
	 */
	toReadableStream(): ReadableStream<Message>;
}

function itself<Message>(message: Received): Message {
	return message as Message;
}

type Step<Message> = IteratorResult<Message, undefined>;

class Messages<Message> implements AsyncIterableIterator<Message, undefined> {
	readonly #inbox: Inbox;
	readonly #reading: Reading<Step<Message>>;
	readonly #options: WaitOptions | undefined;
	#returned = false;

	constructor(inbox: Inbox, { shape, inPlace }: Reading<Message>, options: WaitOptions | undefined) {
		this.#inbox = inbox;
		this.#options = options;
		this.#reading = { shape: (message) => ({ value: shape(message), done: false }), ended: { value: undefined, done: true }, inPlace };
	}

	next(): Promise<Step<Message>> {
		return this.#returned ? this.return() : this.#inbox.receive(this.#reading, this.#options);
	}

	async return(): Promise<Step<Message>> {
		this.#returned = true;
		return { value: undefined, done: true };
	}

	[Symbol.asyncIterator](): this {
		return this;
	}
}

export class Receiver<Message> implements Receiving<Message> {
	readonly #inbox: Inbox;
	readonly #reading: Reading<Message>;

	/** @param shape undefined: the message itself; @param inPlace given: frames are received where they lie */
	constructor(inbox: Inbox, shape: ((message: Received) => Message) | undefined, inPlace?: InPlaceFrames) {
		this.#inbox = inbox;
		this.#reading = { shape: shape ?? itself, asItIs: shape === undefined && inPlace === undefined, ended: undefined, inPlace };
	}

	get readable(): boolean {
		return this.#inbox.readable;
	}

	receive(options?: WaitOptions): Promise<Message> {
		return this.#inbox.receive(this.#reading, options);
	}

	tryReceive(): Message | undefined {
		return this.#inbox.tryReceive(this.#reading);
	}

	receiveMany(max: number, options?: WaitOptions): Promise<Message[]> {
		return this.#inbox.receiveMany(this.#reading, max, options);
	}

	messages(options?: WaitOptions): AsyncIterableIterator<Message, undefined> {
		return new Messages(this.#inbox, this.#reading, options);
	}

	[Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
		return this.messages();
	}

	toReadableStream(): ReadableStream<Message> {
		return readableStreamOf(this.#inbox, this.#reading);
	}
}
