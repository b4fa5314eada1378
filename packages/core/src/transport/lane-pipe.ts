/**
 * Joins one pipe to one pipe number of a lane, as an engine joins a pipe to a connection: what this thread writes goes into
 * the lane while there is credit and room, what comes from the lane goes into the pipe.
 *
 * Queues stand where ZeroMQ has them: the sender's high-water mark bounds the pipe here, the receiver's is the credit window of
 * the other end (0 on either side = no limit at all). With `passesAll` the window alone bounds what the socket may write. A message that found no room for all its pieces stays here until it
 * is whole in the lane; nothing of the same pipe overtakes it.
 *
 * Keeps the event loop alive while messages wait to be sent to a peer that was found, unless linger is 0: a thread that has
 * nothing else to do ends after its last message has gone, not before. A pending connect holds nothing.
 *
 * **Shutdown**: when the socket closes its end, what it wrote is sent first, for the linger period at most, then CLOSE.
 * When the peer closes or dies, or the lane ends, the socket hears onClosed after everything that came was delivered.
 */

import { TIMER_MS_MAX } from "../limits.ts";
import { arenaUse, countedFrame, dropQueued } from "../memory/arena-buffer.ts";
import type { Lane, Outgoing } from "../memory/lane.ts";
import type { LaneChannel } from "../memory/lane-channel.ts";
import type { Frame, Message } from "../message.ts";
import { CreditWindow } from "../pipe/credit.ts";
import type { MessageTaker, Pipe, PipeOwner } from "../pipe/pipe.ts";
import { hold, release } from "../wait/keep-alive.ts";
import type { Party } from "./inproc-party.ts";

/** Peer window of a pipe without limit; never runs out in the life of a process. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Most messages that a socket writes at once. */
const TOGETHER_MAX = 64;
/** The limit of a pipe that takes not even one: 0 would be no limit. */
const NOTHING = -1;

export interface LanePipeOptions {
	readonly lane: Lane;
	/** Our end; the socket has the other one. */
	readonly pipe: Pipe;
	/** As the socket is configured, on our side. */
	readonly self: Party;
	lingerMs(): number;
	/** The socket may write no more than what the peer has granted, so nothing waits on this side; default: a mark's worth may. */
	readonly passesAll?: boolean | undefined;
	/** See {@link LaneChannel.sharesMemory}; default: false. */
	readonly sharesMemory?: boolean | undefined;
}

export abstract class LanePipe implements PipeOwner, MessageTaker, LaneChannel {
	protected readonly lane: Lane;
	protected readonly pipe: Pipe;
	protected readonly self: Party;
	readonly sharesMemory: boolean;
	/** The pipe's number on the lane; -1 before it has one. */
	protected number = -1;
	readonly #lingerMs: () => number;
	readonly #passesAll: boolean;
	/** {@link LanePipeOptions.passesAll}, and there is a mark. */
	#bounded = false;
	/** Of the pipe, as {@link LanePipe.#bound} has set it; -1 = not yet. */
	#limit = -1;
	#surplus = 0;
	#window: CreditWindow | undefined;
	/** Messages that may still be sent; 0 before the peer granted any. */
	#credit = 0;
	readonly #outgoing: Outgoing = { message: [], frame: 0, offset: 0 };
	/** True while `#outgoing` is a message that is not whole in the lane. */
	#sending = false;
	/** Room was refused; the lane calls. */
	#blocked = false;
	#pumping = false;
	#holding = false;
	#done = false;
	#onDone: (() => void) | undefined;
	#settled: Promise<void> | undefined;
	#linger: NodeJS.Timeout | undefined;

	constructor(options: LanePipeOptions) {
		this.lane = options.lane;
		this.pipe = options.pipe;
		this.self = options.self;
		this.#lingerMs = options.lingerMs;
		this.#passesAll = options.passesAll === true;
		this.sharesMemory = options.sharesMemory === true;
		this.pipe.owner = this;
	}

	/** The peer's marks are known: sets limits and windows, and starts to send. */
	protected start(peer: Party): void {
		const outbound = this.self.sendHighWaterMark === 0 ? 0 : peer.receiveHighWaterMark;
		const inbound = peer.sendHighWaterMark === 0 ? 0 : this.self.receiveHighWaterMark;
		this.#credit = outbound === 0 ? NO_LIMIT : outbound;
		this.#window = new CreditWindow(inbound);
		// Inbound is bounded by credit; the queue must take all of it.
		this.pipe.setLimits({ inbound: outbound === 0 ? 0 : this.self.sendHighWaterMark, outbound: 0 });
		this.pipe.fixOutboundLimit();
		this.#bounded = this.#passesAll && outbound !== 0;
		if (this.#bounded) this.#bound();
	}

	/** The socket's mark is set anew: of what the peer has granted under the old one nothing is taken back, what is more may wait here. */
	setMark(mark: number): void {
		this.#surplus = mark === 0 ? NO_LIMIT : Math.max(0, mark - this.self.sendHighWaterMark);
		// The socket has set the limit of the pipe, too.
		this.#limit = -1;
		if (this.#bounded) this.#bound();
	}

	/** Settles when everything was sent, or given up. Asked for after the socket has closed its end. */
	settled(): Promise<void> {
		// With nothing left to send, the peer's answer to a request is not worth waiting for.
		if (this.#done || (this.pipe.closed && !this.#unsent())) return Promise.resolve();
		this.#settled ??= new Promise((resolve) => {
			this.#onDone = resolve;
		});
		return this.#settled;
	}

	onReadable(): void {
		this.pump();
	}

	/** The socket has read its queue down to half a window. */
	onWritable(): void {
		this.#returnCredit();
	}

	onClosed(): void {
		if (this.#done) return;
		if (this.#unsent()) this.#startLinger();
		this.pump();
	}

	abstract onAccept(payload: Uint8Array): void;
	abstract onRefuse(reason: number, payload: Uint8Array): void;

	onMessages(messages: readonly Message[]): void {
		const window = this.#window;
		// More than was granted: the excess is dropped here, where it can do no harm.
		const accepted = window === undefined || this.pipe.closed ? 0 : window.arrived(messages.length);
		this.pipe.writeMany(messages, 0, accepted);
		if (accepted < messages.length) for (const message of messages.slice(accepted)) dropQueued(message);
		if (window === undefined) return;
		if (window.window !== 0) this.#returnCredit();
	}

	/** The way of most messages: one small frame, and room for it. */
	takeMessage(message: Message): boolean {
		const frame = message[0] as Frame;
		if (message.length !== 1 || (arenaUse.live !== 0 && countedFrame(frame) !== undefined)) return false;
		return this.lane.tryWrite(this.number, frame);
	}

	onCredit(messages: number): boolean {
		if (messages <= 0) return false;
		this.#credit += messages;
		this.pump();
		return true;
	}

	onRoom(): void {
		this.#blocked = false;
		this.pump();
	}

	onClose(): void {
		this.finish();
	}

	onLaneEnd(): void {
		this.finish();
	}

	/** Sends while there is something to send, credit and room; closes when the socket has closed and all is sent. */
	protected pump(): void {
		// Reading from the pipe lets the socket write, which calls here again.
		if (this.#pumping || this.#done) return;
		this.#pumping = true;
		try {
			do {
				if (!this.#sending && !this.#blocked && !this.#done) this.#credit -= this.pipe.passOn(this, this.#credit);
			} while (this.#sendOne());
		} finally {
			this.#pumping = false;
		}
		if (this.#bounded) this.#bound();
		if (this.pipe.closed && !this.#unsent() && this.#window !== undefined) {
			this.lane.close(this.number);
			this.finish();
			return;
		}
		this.#keepAlive(this.#unsent() && !this.#done && this.holdsLoop);
	}

	/** Whether messages that wait to be sent keep the event loop alive. */
	protected get holdsLoop(): boolean {
		return this.#lingerMs() !== 0;
	}

	/** True once the peer has granted the pipe. */
	protected get granted(): boolean {
		return this.#window !== undefined;
	}

	/** The request came to nothing: lets go of the pipe as it is. */
	protected abandon(): void {
		this.#end();
		this.pipe.owner = undefined;
	}

	/** Over: nothing more comes or goes. What was delivered stays readable. */
	protected finish(): void {
		if (this.#done) return;
		if (this.#sending) dropQueued(this.#outgoing.message);
		this.#sending = false;
		this.#end();
		this.pipe.close();
	}

	#end(): void {
		this.#done = true;
		this.#keepAlive(false);
		clearTimeout(this.#linger);
		this.#onDone?.();
	}

	/** Not a getter: V8 calls private ones by way of its runtime. */
	#unsent(): boolean {
		return this.#sending || this.pipe.readable;
	}

	#sendOne(): boolean {
		if (this.#blocked || this.#done) return false;
		if (!this.#sending) {
			if (this.#credit === 0) return false;
			const message = this.pipe.tryRead();
			if (message === undefined) return false;
			this.#credit -= 1;
			this.#outgoing.message = message;
			this.#outgoing.frame = 0;
			this.#outgoing.offset = 0;
			this.#sending = true;
		}
		if (!this.lane.write(this.number, this.#outgoing)) {
			this.#blocked = true;
			return false;
		}
		this.#sending = false;
		// What the lane has passed on is the peer's now, and what it has copied nobody's.
		if (arenaUse.live !== 0) dropQueued(this.#outgoing.message);
		return true;
	}

	/**
	 * The socket may write what can go at once, as far as that is granted. Below {@link TOGETHER_MAX} the limit follows the credit, above
	 * it stays, for the pipe is empty whenever the socket writes.
	 */
	#bound(): void {
		const granted = this.#blocked ? this.#credit : Math.min(this.#credit, TOGETHER_MAX);
		const limit = granted + this.#surplus;
		if (limit === this.#limit || this.#done) return;
		this.#limit = limit;
		this.pipe.setLimits({ inbound: limit >= NO_LIMIT ? 0 : limit || NOTHING });
	}

	#returnCredit(): void {
		const window = this.#window;
		if (window === undefined || this.#done || this.pipe.closed) return;
		const queued = this.pipe.outboundLength;
		const due = window.due(queued);
		if (due !== 0) this.lane.credit(this.number, due);
		else if (window.mustWatch(queued)) this.pipe.watchOutbound(window.watchAt);
	}

	#startLinger(): void {
		const lingerMs = this.#lingerMs();
		if (lingerMs < 0) return;
		this.#linger = setTimeout(
			() => {
				if (this.#done) return;
				if (this.granted) {
					// A message that is half in the lane cannot be taken back: the peer drops it at CLOSE.
					this.lane.close(this.number);
					this.finish();
					return;
				}
				// A request under way is closed when it has been answered; until then there is nothing left to send.
				this.pipe.close();
				this.#keepAlive(false);
			},
			Math.min(lingerMs, TIMER_MS_MAX),
		);
		this.#linger.unref();
	}

	#keepAlive(wanted: boolean): void {
		if (wanted === this.#holding) return;
		this.#holding = wanted;
		if (wanted) hold();
		else release();
	}
}
