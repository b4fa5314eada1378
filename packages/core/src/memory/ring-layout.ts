/**
 * Every offset of a lane's memory: two rings, first the initiator's, then the acceptor's, each for one writer and one reader.
 *
 * Positions count bytes and wrap at 2^32; a position modulo the capacity is the place in the data. Records are aligned to 8
 * bytes and may wrap around the end. A record: word 0 = payload length << 8 | kind, word 1 = pipe number, word 2 = argument,
 * word 3 not used, then the payload: on an 8-byte boundary, because V8 copies into shared memory by words only where both
 * sides are aligned alike, and byte by byte, seven times slower, where not. Whole records only are ever published.
 */
import type { Root } from "./root.ts";

/** Data bytes of one ring; a power of two, so that positions wrap with it. */
export const RING_BYTES = 128 * 1024;
export const RING_MASK = RING_BYTES - 1;

/** Words of a ring's header. Writer and reader write on different cache lines. */
export const RING = {
	/** Written by the writer: end of what is published. */
	HEAD: 0,
	/** Set by the writer when it found no room, cleared by the reader, who then rings the writer. */
	WAITING: 1,
	/** Written by the reader: end of what has been read. */
	TAIL: 16,
} as const;
export const RING_HEADER_BYTES = 128;
/** Both rings. */
export const LANE_BYTES = 2 * (RING_HEADER_BYTES + RING_BYTES);

export const RECORD_HEADER_BYTES = 16;
/** Longest payload of a record; longer frames go in pieces. A quarter of the ring: writer and reader work at the same time. */
export const RECORD_PAYLOAD_MAX = RING_BYTES / 4 - 64;
/** What data leaves free, so that control records find room behind any amount of data. */
export const CONTROL_RESERVE_BYTES = 8 * 1024;
/** A writer that found the ring full goes on when this much is free: fewer wake-ups for longer runs. */
export const RESUME_BYTES = RING_BYTES / 2;

/** Kinds of record. The argument is 0 where nothing is said. */
export const RECORD = {
	/** A message of one frame, which is the payload. */
	MESSAGE: 1,
	/** Begins the last frame of a message; argument = its length, payload = its beginning. */
	FRAME_LAST: 2,
	/** Begins a frame that others follow. */
	FRAME_MORE: 3,
	/** Goes on with a frame. */
	PIECE: 4,
	/** Asks for a pipe; payload = who asks for what. */
	OPEN: 5,
	/** Grants it; payload = who grants. */
	ACCEPT: 6,
	/** Declines it; argument = reason, payload = who declines. */
	REFUSE: 7,
	/** Argument = messages that may be sent on top. */
	CREDIT: 8,
	/** Nothing follows from this side; answered by CLOSE. */
	CLOSE: 9,
	/** The last frame of a message, in the arena; argument = its length, payload = where (arena-layout.ts). */
	SHARED_LAST: 10,
	/** A frame in the arena that others follow. */
	SHARED_MORE: 11,
} as const;

if (RECORD_PAYLOAD_MAX + RECORD_HEADER_BYTES + CONTROL_RESERVE_BYTES > RESUME_BYTES)
	throw new Error("ring-layout.ts: a resumed writer must find room");

/** Bytes that a record takes in the ring. */
export function recordBytes(payloadBytes: number): number {
	return (payloadBytes + RECORD_HEADER_BYTES + 7) & ~7;
}

/** Where the ring lies that this side writes, or reads. */
export function ringOffset(laneOffset: number, ofInitiator: boolean): number {
	return ofInitiator ? laneOffset : laneOffset + RING_HEADER_BYTES + RING_BYTES;
}

/** Empties both rings; the caller alone has the lane. */
export function resetRings(root: Root, laneOffset: number): void {
	root.words(ringOffset(laneOffset, true), RING_HEADER_BYTES / 4).fill(0);
	root.words(ringOffset(laneOffset, false), RING_HEADER_BYTES / 4).fill(0);
}
