/**
 * The application thread's end of one connection whose engine runs in the I/O thread.
 *
 * What the socket writes goes into the lane; what comes is the peer's messages, and signals in between (signal.ts), which are told to
 * the place and never reach the socket.
 *
 * **Shutdown**: as lane-pipe.ts: what was written is handed over first, for the linger period at most.
 */
import type { Lane } from "../memory/lane.ts";
import type { Message } from "../message.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { Party } from "../transport/inproc-party.ts";
import { LanePipe } from "../transport/lane-pipe.ts";
import type { Opening } from "./opening.ts";
import { decodeSignal, type Signal } from "./signal.ts";

/** The place as its pipes see it. */
export interface NearPipeOwner {
	readonly secret: Buffer;
	lingerMs(): number;
	/** Something was or will be handed to the I/O thread that it must deliver before this thread may end. */
	owes(): void;
	onSignal(pipe: NearPipe, signal: Signal): void;
	/** The socket closes the pipe; `because` of what the peer has sent. */
	onClosing(pipe: NearPipe, because: Error | undefined): void;
	/** Over. */
	onDone(pipe: NearPipe): void;
}

/** What one side of a pipe may send ahead, in the form in which lane pipes know it. */
function party(sendHighWaterMark: number, receiveHighWaterMark: number): Party {
	return { type: "", routingId: Buffer.alloc(0), properties: new Map(), sendHighWaterMark, receiveHighWaterMark };
}

/** The marks as the application's end has them. */
export const nearParty = ({ sendMark, receiveMark }: Opening): Party => party(sendMark, receiveMark);
/** The marks as the I/O thread's end has them. */
export const farParty = ({ sendMark, receiveMark }: Opening): Party => party(receiveMark, sendMark);

export class NearPipe extends LanePipe {
	/** The end that the socket has, or will have. */
	readonly near: Pipe;
	readonly #owner: NearPipeOwner;

	/** @param ends of one pipe: the socket's and ours */
	constructor(lane: Lane, ends: readonly [near: Pipe, far: Pipe], opening: Opening, owner: NearPipeOwner) {
		super({ lane, pipe: ends[1], self: nearParty(opening), lingerMs: () => owner.lingerMs(), passesAll: true });
		this.near = ends[0];
		this.#owner = owner;
	}

	/** The same on both sides of the lane. */
	get id(): number {
		return this.number;
	}

	/** Grants what the I/O thread has asked for; what the socket has written already goes on its way. */
	accept(number: number, opening: Opening): void {
		this.number = number;
		this.lane.accept(number, this, Buffer.alloc(0));
		this.start(farParty(opening));
		const { near } = this;
		// The new limit may have made room without a read.
		if (near.writable) near.owner?.onWritable(near);
		if (this.pipe.readable) this.onReadable();
		if (this.pipe.closed) this.onClosed();
	}

	override onReadable(): void {
		this.#owner.owes();
		super.onReadable();
		// Now, not when this code ends: it may compute for long, and the peer is to have what was sent before.
		this.lane.flush();
	}

	override onClosed(): void {
		this.#owner.onClosing(this, this.pipe.closedBecause);
		super.onClosed();
	}

	override onCredit(messages: number): boolean {
		this.#owner.owes();
		return super.onCredit(messages);
	}

	override onRoom(): void {
		this.#owner.owes();
		super.onRoom();
	}

	onAccept(): void {}

	onRefuse(): void {}

	/** The place tells its socket. */
	hiccup(): void {
		this.pipe.hiccup();
	}

	override onMessages(messages: readonly Message[]): void {
		let from = 0;
		for (let at = 0; at < messages.length; at++) {
			const signal = decodeSignal(this.#owner.secret, messages[at] as Message);
			if (signal === undefined) continue;
			// What came before it is delivered before it.
			if (at > from) super.onMessages(messages.slice(from, at));
			from = at + 1;
			// A signal takes nothing from the window, which is the socket's mark for messages.
			this.lane.credit(this.number, 1);
			if (!this.pipe.closed) this.#owner.onSignal(this, signal);
		}
		if (from === 0) super.onMessages(messages);
		else if (from < messages.length) super.onMessages(messages.slice(from));
	}

	protected override finish(): void {
		super.finish();
		this.#owner.onDone(this);
	}
}
