/**
 * The contract between a lane and one pipe on it: what the pipe's end hears. The calls of one channel come one at a time, in
 * the order in which the peer wrote, in a turn of the engine or in the stack of whoever wrote last.
 */
import type { Message } from "../message.ts";

/** One pipe's end at a lane. Calls come from the engine's turn, or from the one that wrote. */
export interface LaneChannel {
	/** Takes frames that lie in the arena as they are, and drops their references; else they come as copies in plain memory. */
	readonly sharesMemory: boolean;
	onAccept(payload: Uint8Array): void;
	onRefuse(reason: number, payload: Uint8Array): void;
	/** At least one. */
	onMessages(messages: readonly Message[]): void;
	/** So many messages more may be sent. False: nonsense, the lane is corrupt. */
	onCredit(messages: number): boolean;
	/** The peer has closed and sends nothing more. */
	onClose(): void;
	/** A write was refused for want of room; now is this pipe's turn. */
	onRoom(): void;
	onLaneEnd(): void;
}
