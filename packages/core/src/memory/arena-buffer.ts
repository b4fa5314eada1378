/**
 * A Buffer that may lie in shared memory and counts who uses it in this thread; and what is done to all such frames of a message.
 *
 * References, in this thread: `mine`, those of the program, and `queued`, one for each queue that holds a message with the buffer. A send
 * makes one of mine a queued one; whoever takes the message out of a queue drops it, or hands it out. At the last one the
 * buffer ends and its home gets the memory back. A buffer without a home lies in plain memory and counts nothing.
 *
 * Everything here is cheap when the thread has no such buffer: {@link arenaUse}.live is 0 then, which hot paths look at first.
 */
import { ZmqError } from "../errors.ts";
import type { Frame, Message } from "../message.ts";

/** Who gives memory out and takes it back. */
export interface ArenaHome {
	/** True where all threads share the memory. */
	readonly shared: boolean;
	/** No reference to the buffer is left in this thread. */
	ended(buffer: ArenaBuffer): void;
	/** The program gives the content away for the first time: from now on it must not change. */
	sealed(buffer: ArenaBuffer): void;
	/** False when the content is not what was given away. */
	intact(buffer: ArenaBuffer): boolean;
	/** The content in plain memory, for good. */
	plain(buffer: ArenaBuffer): Buffer;
	/** Another one of the same memory, with a queued reference of its own; undefined when that is not possible. */
	again(buffer: ArenaBuffer): ArenaBuffer | undefined;
}

/**
 * How many buffers of this thread count references; how many of these are there because the arena had no slot (arena-overflow.ts);
 * whether there ever was one: it may have ended, and must not be sent any more.
 */
export const arenaUse: { live: number; overflow: number; ever: boolean } = { live: 0, overflow: 0, ever: false };

/** Buffer.prototype is put behind ArenaBuffer's below; `Buffer` itself cannot be extended. */
const BufferClass: new (memory: ArrayBufferLike, byteOffset: number, length: number) => Buffer = Uint8Array as never;

/**
 * A Buffer for a large frame, from {@link alloc} or from `socket.inPlace`: in memory that all threads share, so that a send to another
 * thread passes it on instead of copying it.
 *
 * It ends when nobody in this thread has a reference to it any more; its memory is used again then, so do not touch it, or what
 * `subarray` made of it, afterwards. Where `shared` is false it lies in plain memory, and all this does nothing.
 */
export class ArenaBuffer extends BufferClass {
	/** What a method of Uint8Array makes anew is a plain Buffer. */
	static get [Symbol.species](): BufferConstructor {
		return Buffer;
	}

	/** @internal */
	readonly home: ArenaHome | undefined;
	/** @internal Word index of its slot. */
	readonly base: number;
	/** @internal Word index of the claim that this thread has; 0 = none any more. */
	claim: number;
	/** @internal */
	mine: number;
	/** @internal */
	queued: number;
	/** @internal The content was given away once. */
	isSealed = false;
	/** @internal What the leak net knows of it; the net sets it. */
	leak: { claim: number } | undefined = undefined;

	/** @internal Use {@link alloc}. */
	constructor(
		memory: ArrayBufferLike,
		place: { byteOffset: number; length: number; home?: ArenaHome; base?: number; claim?: number; queued?: number },
	) {
		super(memory, place.byteOffset, place.length);
		this.home = place.home;
		this.base = place.base ?? 0;
		this.claim = place.claim ?? 0;
		this.queued = place.queued ?? 0;
		this.mine = 1 - this.queued;
		if (place.home === undefined) return;
		arenaUse.live += 1;
		arenaUse.ever = true;
	}

	/** True when it lies in memory that all threads share; false: in plain memory, because it is small or the arena is full. */
	get shared(): boolean {
		return this.home?.shared === true;
	}

	/** True when its memory was given back or belongs to a receiver: it must not be read or written any more. */
	get ended(): boolean {
		return this.home !== undefined && this.mine === 0;
	}

	/**
	 * Adds a reference: of a received buffer to keep it beyond the next receive, of one's own to send it once more.
	 * Each is given back by `release()`, by `using`, or by a send.
	 * @throws ZmqError EFAULT when it has ended
	 */
	retain(): this {
		if (this.home === undefined) return this;
		if (this.mine === 0) throw ended();
		this.mine += 1;
		return this;
	}

	/** Gives a reference back; with the last one the buffer ends. Does nothing when it has ended. */
	release(): void {
		if (this.mine === 0 || this.home === undefined) return;
		this.mine -= 1;
		this.#look(this.home);
	}

	/** As {@link release}: for `using`. */
	[Symbol.dispose](): void {
		this.release();
	}

	/** @internal Counted once more until the returned callback was called, which calls `written` then. */
	untilWritten(written: () => void): () => void {
		this.queued += 1;
		return () => {
			this.dropQueued();
			written();
		};
	}

	/** @internal A queue has let go of it. */
	dropQueued(): void {
		if (this.queued === 0) return;
		this.queued -= 1;
		if (this.home !== undefined) this.#look(this.home);
	}

	#look(home: ArenaHome): void {
		if (this.mine + this.queued !== 0) return;
		arenaUse.live -= 1;
		home.ended(this);
	}
}

Object.setPrototypeOf(ArenaBuffer.prototype, Buffer.prototype);

function ended(): ZmqError {
	return new ZmqError(
		"EFAULT",
		"This buffer has ended: it was sent or released, and its memory belongs to others. Allocate another one, or retain() it once for each further use",
	);
}

/** The frame as a buffer that counts; undefined for all others. */
export function countedFrame(frame: Frame): ArenaBuffer | undefined {
	return frame instanceof ArenaBuffer && frame.home !== undefined ? frame : undefined;
}

/** The message is offered to a pattern: references of the program become queued ones. False: it has none. @throws ZmqError EFAULT */
export function lend(message: Message): boolean {
	let any = false;
	for (let i = 0; i < message.length; i++) {
		const buffer = countedFrame(message[i] as Frame);
		if (buffer === undefined) continue;
		if (buffer.mine === 0) {
			if (any) takeBack(message.slice(0, i));
			throw ended();
		}
		if (!buffer.isSealed) {
			buffer.isSealed = true;
			buffer.home?.sealed(buffer);
		}
		buffer.mine -= 1;
		buffer.queued += 1;
		any = true;
	}
	return any;
}

/** The pattern did not take it. */
export function takeBack(message: Message): void {
	for (const frame of message) {
		const buffer = countedFrame(frame);
		if (buffer === undefined) continue;
		buffer.queued -= 1;
		buffer.mine += 1;
	}
}

/** As many queues more are to hold the message. */
export function addQueued(message: Message, count: number): void {
	if (arenaUse.live === 0) return;
	for (const frame of message) {
		const buffer = countedFrame(frame);
		if (buffer !== undefined) buffer.queued += count;
	}
}

/** So many queues do not hold the message any more: it was sent on, or dropped. */
export function dropQueued(message: Message, count = 1): void {
	if (arenaUse.live === 0) return;
	for (const frame of message) {
		const buffer = countedFrame(frame);
		for (let i = 0; buffer !== undefined && i < count; i++) buffer.dropQueued();
	}
}

/** A frame out of a queue as the program's own: with one reference of mine. */
export function handedOut(buffer: ArenaBuffer): ArenaBuffer {
	// Sent in this very thread: the sender has this object, and it must not come back to life for him.
	const fresh = buffer.isSealed ? buffer.home?.again(buffer) : buffer;
	if (fresh === undefined) {
		const copy = asPlain(buffer.home?.plain(buffer) ?? plainCopy(buffer));
		buffer.dropQueued();
		return copy;
	}
	if (fresh !== buffer) buffer.dropQueued();
	fresh.queued -= 1;
	fresh.mine += 1;
	return fresh;
}

/** A message out of a queue with copies in plain memory in the place of its buffers, which end. Others may have the same list. */
export function copiedOut(message: Message): Message {
	if (arenaUse.live === 0) return message;
	let copy = message;
	for (let i = 0; i < message.length; i++) {
		const buffer = countedFrame(message[i] as Frame);
		if (buffer === undefined) continue;
		if (copy === message) copy = message.slice();
		copy[i] = buffer.home?.plain(buffer) ?? plainCopy(buffer);
		buffer.dropQueued();
	}
	return copy;
}

/** Plain memory behind the same face. */
export function asPlain({ buffer, byteOffset, length }: Uint8Array): ArenaBuffer {
	return new ArenaBuffer(buffer, { byteOffset, length });
}

export function plainCopy(buffer: Uint8Array): Buffer {
	// Not from the pool and not zeroed: it is overwritten whole.
	const copy = Buffer.allocUnsafeSlow(buffer.length);
	copy.set(buffer);
	return copy;
}

/** False when a frame of the message was written to after it had been sent. */
export function isIntact(message: Message): boolean {
	if (arenaUse.live === 0) return true;
	for (const frame of message) {
		const buffer = countedFrame(frame);
		if (buffer !== undefined && buffer.home?.intact(buffer) === false) return false;
	}
	return true;
}
