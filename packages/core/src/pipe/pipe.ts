/**
 * A pipe: one logical conversation between two ends, and the one meeting point of patterns and transports.
 *
 * `pipePair()` makes two ends that share two queues. A socket's pattern owns one end; the other end is owned by a
 * transport engine (tcp, ipc), by a lane endpoint (inproc to another thread), or by the pattern of another socket
 * (inproc within a thread). Both ends live in one thread; nothing here is shared memory.
 *
 * Invariants
 * - Messages are whole and stay in order, per direction.
 * - A refused write leaves the message with the caller; the owner then hears `onWritable` once there is room.
 * - `onReadable` is called when the inbound queue goes from empty to not empty, at once, in the writer's stack.
 * - After the peer's `onClosed` what was already queued inbound can still be read; every write is refused.
 *
 * Shutdown: `close()` ends this end: its unread inbound messages are dropped; what it wrote stays readable for the peer,
 * unless `discard` is set. The peer hears `onClosed` exactly once, in the closer's stack. Closing twice does nothing.
 */
import { dropQueued } from "../memory/arena-buffer.ts";
import { surface } from "../memory/surface.ts";
import type { Message } from "../message.ts";
import { MessageQueue } from "./message-queue.ts";

/** Who is told what happens at one end of a pipe. All calls come synchronously; an owner must not assume a clean stack. */
export interface PipeOwner {
	/** The inbound queue went from empty to not empty. */
	onReadable(pipe: Pipe): void;
	/** A write was refused earlier, and now there is room. */
	onWritable(pipe: Pipe): void;
	/** Much waits to be read, and more to be written: whoever can read now does. */
	onUrged?(pipe: Pipe): void;
	/** The connection behind the other end was lost and will be made again: what was told to it must be told anew. */
	onHiccup?(pipe: Pipe): void;
	/** A new connection serves the pipe: {@link Pipe.peerProperties} are its own from here on. */
	onConnected?(pipe: Pipe): void;
	/** The other end closed. Inbound messages may still be queued: see {@link Pipe.readable}. */
	onClosed(pipe: Pipe): void;
}

/** Takes messages one at a time; false: not this one. */
export interface MessageTaker {
	takeMessage(message: Message): boolean;
}

const NO_ROUTING_ID: Uint8Array = Buffer.alloc(0);
const NO_PROPERTIES: ReadonlyMap<string, Buffer> = new Map();

/** A connection that was lost, and whose messages are not all read. */
interface FormerSource {
	readonly properties: ReadonlyMap<string, Buffer>;
	unread: number;
}

export class Pipe {
	/** Told of events; set by whoever takes this end, before anything is written. */
	owner: PipeOwner | undefined;
	/** The routing id that the peer announced; empty when it did not. Set by the transport before the pipe is attached. */
	peerRoutingId: Uint8Array = NO_ROUTING_ID;
	/** Messages of the peer with more frames are dropped. */
	framesMax: number = Number.MAX_SAFE_INTEGER;
	/** RADIO: the peer cannot say which groups it wants, and gets them all (udp). Set by the transport before the pipe is attached. */
	takesAll = false;
	/** The name that this socket has given to the peer, instead of what the peer announces; undefined = none. */
	givenRoutingId: Uint8Array | undefined = undefined;
	/** The peer's own high-water marks, where one queue stands for both (inproc within a thread); undefined = it has queues of its own. */
	peerMarks: { readonly send: number; readonly receive: number } | undefined = undefined;
	/** The peer's address for errors and metadata, for example `tcp://127.0.0.1:5555`. */
	peerAddress = "";
	/** What the peer, and the ZAP handler, say of it, by lower-case name; of the newest connection. */
	peerProperties: ReadonlyMap<string, Buffer> = NO_PROPERTIES;
	#peer!: Pipe;
	/** Oldest first; undefined as long as all that is unread came through one connection. */
	#former: FormerSource[] | undefined;
	#closed = false;
	#because: Error | undefined;
	readonly #inbound: MessageQueue;
	readonly #outbound: MessageQueue;

	/** Use {@link pipePair}. */
	constructor(inbound: MessageQueue, outbound: MessageQueue) {
		this.#inbound = inbound;
		this.#outbound = outbound;
	}

	/** @internal Only {@link pipePair} joins two ends. */
	static join(a: Pipe, b: Pipe): void {
		a.#peer = b;
		b.#peer = a;
	}

	/** True when {@link tryRead} would return a message. */
	get readable(): boolean {
		return this.#inbound.length > 0;
	}

	/** True when {@link tryWrite} would accept a message. */
	get writable(): boolean {
		return !this.#closed && !this.#peer.#closed && !this.#outbound.full;
	}

	/** True once either end was closed. */
	get closed(): boolean {
		return this.#closed || this.#peer.#closed;
	}

	/** What the peer at the other end was closed for: what it had sent was too much. Undefined when it was not closed for that. */
	get closedBecause(): Error | undefined {
		return this.#peer.#because;
	}

	/** Messages that the peer has written and this end has not read. */
	get inboundLength(): number {
		return this.#inbound.length;
	}

	/** Messages that this end has written and the peer has not read. */
	get outboundLength(): number {
		return this.#outbound.length;
	}

	/** Writes a whole message; false when the pipe is full or closed: the message stays with the caller. */
	tryWrite(message: Message): boolean {
		if (this.#closed || this.#peer.#closed) return false;
		if (message.length > this.#peer.framesMax) {
			dropQueued(message);
			return true;
		}
		if (!this.#outbound.push(message)) return false;
		if (this.#outbound.length === 1) this.#peer.owner?.onReadable(this.#peer);
		return true;
	}

	/** Writes messages from `start` to `end` as far as there is room; returns how many. The peer is told once. */
	writeMany(messages: readonly Message[], start: number, end: number): number {
		if (this.#closed || this.#peer.#closed) return 0;
		if (this.#peer.framesMax !== Number.MAX_SAFE_INTEGER) return this.#writeEach(messages, start, end);
		const before = this.#outbound.length;
		const written = this.#outbound.pushMany(messages, start, end);
		if (before === 0 && written > 0) this.#tellReadable();
		return written;
	}

	/** An owner that throws in the middle hears of what it has left unread, as it would if messages came one at a time. */
	#tellReadable(): void {
		for (let left = this.#outbound.length; ; left = this.#outbound.length) {
			try {
				this.#peer.owner?.onReadable(this.#peer);
				return;
			} catch (error) {
				if (this.#outbound.length === 0 || this.#outbound.length === left) throw error;
				surface(error);
			}
		}
	}

	#writeEach(messages: readonly Message[], start: number, end: number): number {
		let at = start;
		while (at < end && this.tryWrite(messages[at] as Message)) at += 1;
		return at - start;
	}

	/** Reads the oldest messages, `max` at most, and appends them to `into`. */
	readMany(into: Message[], max: number): void {
		if (this.#former !== undefined) {
			for (let left = max; left > 0 && this.readable; left--) into.push(this.tryRead() as Message);
			return;
		}
		this.#inbound.shiftMany(into, max);
		if (this.#inbound.takeRelief() && !this.#peer.#closed) this.#peer.owner?.onWritable(this.#peer);
	}

	/** Offers the oldest messages, `max` at most, to `taker`, until it refuses one, which stays here; returns how many were taken. */
	passOn(taker: MessageTaker, max: number): number {
		const inbound = this.#inbound;
		let taken = 0;
		for (let message = inbound.first; message !== undefined && taken < max && taker.takeMessage(message); message = inbound.first) {
			this.tryRead();
			taken += 1;
		}
		return taken;
	}

	/** Reads the oldest message, or undefined. */
	tryRead(): Message | undefined {
		const message = this.#inbound.shift();
		if (this.#former !== undefined && message !== undefined) this.#former = afterRead(this.#former);
		if (message !== undefined && this.#inbound.takeRelief() && !this.#peer.#closed) this.#peer.owner?.onWritable(this.#peer);
		return message;
	}

	/** The owner hears {@link PipeOwner.onWritable} when a pipe that is full has room, though nothing was refused. */
	wantRoom(): void {
		if (!this.closed) this.#outbound.wantRoom();
	}

	/** The {@link peerProperties} of the connection through which the message came that was read last. */
	get sourceProperties(): ReadonlyMap<string, Buffer> {
		return this.#former?.[0]?.properties ?? this.peerProperties;
	}

	/** A new connection serves this pipe: what is unread came through the one before. */
	connected(peer: { readonly routingId: Uint8Array; readonly properties: ReadonlyMap<string, Buffer> }): void {
		const before = this.peerProperties;
		this.peerRoutingId = peer.routingId;
		this.peerProperties = peer.properties;
		this.owner?.onConnected?.(this);
		// Of a conflated queue nobody knows whether what is unread is of before or of after.
		if (before === NO_PROPERTIES || this.#inbound.conflating) return;
		this.#former ??= [];
		let unread = this.#inbound.length;
		for (const former of this.#former) unread -= former.unread;
		if (unread > 0 || this.#former.length === 0) this.#former.push({ properties: before, unread });
	}

	/** The owner hears {@link PipeOwner.onWritable} once when the peer has read what was written down to `length` messages. */
	watchOutbound(length: number): void {
		this.#outbound.watch(length);
	}

	/** The marks of the socket at this end have changed: where one queue stands for both, the peer must know. */
	tellMarks(marks: { readonly send: number; readonly receive: number }): void {
		if (this.#peer.peerMarks !== undefined) this.#peer.peerMarks = marks;
	}

	/** Drops what the peer has written and this end has not read. The peer is not told of the room: it has left. */
	dropUnread(): void {
		this.#inbound.clear();
		this.#former = undefined;
	}

	/** Puts a message behind what the peer has written, as if it came from it; there is always room. The owner is not told. */
	inject(message: Message): void {
		this.#inbound.force(message);
	}

	/** Keeps only the newest message of a direction from now on. */
	conflate(directions: { outbound: boolean; inbound: boolean }): void {
		if (directions.outbound) this.#outbound.conflate();
		if (directions.inbound) this.#inbound.conflate();
	}

	/** What this end writes is bounded by other means: its limit stays as it is. */
	fixOutboundLimit(): void {
		this.#outbound.fix();
	}

	/** Changes the high-water marks (messages, 0 = none) seen from this end. */
	setLimits(limits: { outbound?: number; inbound?: number }): void {
		if (limits.outbound !== undefined && this.#outbound.setLimit(limits.outbound) && this.writable) this.owner?.onWritable(this);
		const peer = this.#peer;
		if (limits.inbound !== undefined && this.#inbound.setLimit(limits.inbound) && peer.writable) peer.owner?.onWritable(peer);
	}

	/** Tells the owner of the other end {@link PipeOwner.onUrged}. */
	urge(): void {
		if (!this.closed) this.#peer.owner?.onUrged?.(this.#peer);
	}

	/** Tells the owner of the other end {@link PipeOwner.onHiccup}. */
	hiccup(): void {
		if (!this.closed) this.#peer.owner?.onHiccup?.(this.#peer);
	}

	/**
	 * Ends this end. With `discard`, messages that the peer has not read yet are dropped too. With `because` the other end is at fault:
	 * a transport then ends its connection at once and says why. See Shutdown above.
	 */
	close(options: { discard?: boolean; because?: Error } = {}): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#because = options.because;
		this.#inbound.clear();
		if (options.discard === true) this.#outbound.clear();
		if (!this.#peer.#closed) this.#peer.owner?.onClosed(this.#peer);
	}
}

/** One message of the oldest was read. That entry stays for as long as the message is the last one read. */
function afterRead(former: FormerSource[]): FormerSource[] | undefined {
	while (former[0] !== undefined && former[0].unread <= 0) former.shift();
	const oldest = former[0];
	if (oldest === undefined) return undefined;
	oldest.unread -= 1;
	return former;
}

/**
 * Makes a pipe and returns its two ends.
 *
 * @param limits high-water marks in messages (0 = none): `forward` bounds what the first end writes, `backward` what the
 *   second end writes.
 */
export function pipePair(limits: { forward: number; backward: number }): [Pipe, Pipe] {
	const forward = new MessageQueue(limits.forward);
	const backward = new MessageQueue(limits.backward);
	const first = new Pipe(backward, forward);
	const second = new Pipe(forward, backward);
	Pipe.join(first, second);
	return [first, second];
}
