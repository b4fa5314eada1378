/**
 * The contract of a messaging pattern: it takes the socket's ends of pipes and decides which peer gets a message and
 * whose message comes next. It never waits, makes no promise and knows no transport: whoever may have to wait is the
 * socket above it, which is told through {@link PatternHost} when another try is worth it.
 *
 * Invariants
 * - A message that was not "sent" or "dropped" is unchanged and still the caller's.
 * - Whole messages only; per peer they stay in order; what a peer wrote before it left can still be received, unless the
 *   host wants it dropped.
 * - A host call may come in the middle of another call: the socket must not assume a clean stack.
 *
 * Shutdown: `close()` ends every pipe; afterwards nothing is attached, sent or received.
 */
import type { Message } from "../message.ts";
import type { Pipe } from "../pipe/pipe.ts";

/**
 * What became of a message.
 * - "sent": a peer's queue has it.
 * - "dropped": this pattern drops what it cannot route (ROUTER without `mandatory`).
 * - "full": every peer that could take it is at its high-water mark.
 * - "no-peer": nobody is connected.
 * - "unreachable": the message names a peer that is not there (ROUTER with `mandatory`).
 */
export type SendOutcome = "sent" | "dropped" | "full" | "no-peer" | "unreachable";

/** What a pattern says besides: "out-of-turn": REQ or REP must receive first; the message is still the caller's. */
export type PatternOutcome = SendOutcome | "out-of-turn";

/** The socket as its pattern sees it. */
export interface PatternHost {
	/** True: what a peer has left behind unread is dropped. Live: asked when a peer leaves; default: it can still be received. */
	readonly discardUnread?: boolean;
	/** A receive may succeed now. */
	onReadable(): void;
	/** A send that was "full" or "no-peer" may end differently now. */
	onWritable(): void;
	/** A pipe was refused though its peer has done nothing wrong: there is no room for it. {@link Pattern.attach} then says false. */
	onRefused?(pipe: Pipe): void;
	/** The pattern let go of this pipe for good: both ends are closed, all its messages are read or dropped. */
	onDetached(pipe: Pipe): void;
}

export interface Pattern {
	/** True when {@link tryReceive} would return a message. */
	readonly readable: boolean;
	/** True when some message could be sent or would be dropped now. */
	readonly writable: boolean;
	/** True when a receive makes no sense before a send (REQ, REP): the state of the socket, not a lack of messages. */
	readonly outOfTurn: boolean;
	/** Where the message came from that {@link tryReceive} returned last; undefined when no peer sent it. */
	readonly source: Pipe | undefined;
	/** Pipes held, those included that are closed but not read to the end. */
	readonly pipeCount: number;
	/** Takes a pipe and becomes its owner; false when it was refused, then it is closed. */
	attach(pipe: Pipe): boolean;
	/** Ends one pipe: its unread messages are dropped; with `discard`, so is what its peer has not read yet. */
	detach(pipe: Pipe, options: { discard: boolean }): void;
	trySend(message: Message): PatternOutcome;
	/** As so many {@link trySend}, from `start` on, until one is not "sent"; returns how many were. */
	sendMany(messages: readonly Message[], start: number): number;
	tryReceive(): Message | undefined;
	/** As so many {@link tryReceive}: appends messages to `into` until it has `max` or there is none. */
	receiveMany(into: Message[], max: number): void;
	/** Somebody waits for {@link writable}, without a message: the host is to hear when full peers have room. */
	wantRoom(): void;
	/** The high-water marks of the socket were changed (messages, 0 = no limit). */
	setMarks(marks: { send: number; receive: number }): void;
	close(options: { discard: boolean }): void;
}
