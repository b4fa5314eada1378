/**
 * Envelopes: what hosts of actors say to each other, on every link alike. A header frame of 40 bytes and more, then the
 * frames of a value (codec.ts). docs/PROTOCOL.md describes the same for other languages; keep the two in step.
 *
 * Header, integers big-endian:
 *   0 u8 version (1) · 1 u8 kind · 2 u8 flags · 3 u8 zero
 *   4 u32 to node · 8 u32 to thread · 12 u32 to actor · 16 u32 from node · 20 u32 from thread · 24 u32 from actor
 *   28 u32 request id · 32 u32 a · 36 u32 b · 40 method name, UTF-8, to the end of the frame
 * Node fields are numbers inside one process (0 = here); between nodes both are 0. Actor 0 is the host itself.
 */
import { ActorError } from "../errors.ts";
import { METHOD_BYTES_MAX } from "../limits.ts";
import type { EnvelopeFrames } from "../remote.ts";

export const ENVELOPE_VERSION = 1;
export const HEADER_BYTES = 40;
/** Stands for every thread of a node in HOST_DOWN. */
export const ALL_THREADS = 0xffff_ffff;

export const Kind = {
	/** A message without an answer. Value: list of arguments. */
	TELL: 1,
	/** A message with an answer; a = timeout in ms. Value: list of arguments. */
	ASK: 2,
	/** Opens a stream; a, b = credit in items and bytes. Value: list of arguments. */
	STREAM: 3,
	/** The answer to an ask, a spawn or a resolve; the end of a stream. Value: the result, or the error with {@link Flag.ERROR}. */
	REPLY: 4,
	/** One item of a stream. Value: the item. */
	ITEM: 5,
	/** The consumer of a stream took items: a, b = items and bytes. */
	ITEM_CREDIT: 6,
	/** The caller no longer wants the answer, or breaks off the stream. */
	CANCEL: 7,
	/** The actor took messages: a, b = messages and bytes. */
	CREDIT: 8,
	/** Ends the actor after what it already has. */
	STOP: 9,
	/** Ends the actor at once. */
	KILL: 10,
	/** Wants to be told when the actor ends; with a = 1 also what credit there is ({@link Kind.WINDOW}). */
	WATCH: 11,
	/** The actor has ended. Value: the exit reason. With a = 1 it may come back: RESOLVE tells; b = 1: it ended itself. */
	DOWN: 12,
	/** Creates an actor; to the host. Values: what to create, and its list of arguments. */
	SPAWN: 13,
	/** Looks a name up; to the host. Value: the name. With b > 0: where the actor is now that was b on thread a, and has ended there. */
	RESOLVE: 14,
	/** A thread (a) or, with {@link ALL_THREADS}, a whole node has ended. */
	HOST_DOWN: 15,
	/** The credit that the receiver of this has with the actor: a, b = messages and bytes; request = overflow policy. Answers WATCH. */
	WINDOW: 16,
	/** From an actor to one that it is linked with from here on: each ends with the other. Value: the name in the address of the first. */
	LINK: 17,
	/** Undoes {@link Kind.LINK}, for both. */
	UNLINK: 18,
	/** The sender wants room for a, b = messages and bytes: its oldest messages in the mailbox are dropped. */
	ROOM: 19,
	/** Reads a streaming argument: to actor = its number; a, b = credit in items and bytes. Answered as {@link Kind.STREAM} is. */
	PULL: 20,
	/** Runs a task in the pool of the main thread, for a worker thread; never between nodes. Values: which task, and its input. */
	OFFLOAD: 21,
	/** From a supervisor's thread to the main thread: the actor that was b on thread a is to begin again. Answered as SPAWN is. */
	AGAIN: 22,
	/** From a thread to the main thread: the actor that was b on thread a does not come back. */
	FORGO: 23,
} as const;

export const KIND_MAX = 23;

export const Flag = {
	/** The value is an error. */
	ERROR: 1,
	/** The value holds tagged values (`$z`), see codec.ts. */
	TAGGED: 2,
} as const;

/** What a header says; `method` is read apart, at need. */
export interface HeaderFields {
	kind: number;
	flags?: number;
	toNode?: number;
	toThread?: number;
	toActor?: number;
	fromThread?: number;
	fromActor?: number;
	request?: number;
	a?: number;
	b?: number;
	method?: string;
}

/** Writes a header frame. */
export function writeHeader(fields: HeaderFields): Buffer {
	const method = fields.method;
	const header = Buffer.allocUnsafe(HEADER_BYTES + (method === undefined ? 0 : Buffer.byteLength(method)));
	header[0] = ENVELOPE_VERSION;
	header[1] = fields.kind;
	header[2] = fields.flags ?? 0;
	header[3] = 0;
	header.writeUInt32BE(fields.toNode ?? 0, 4);
	header.writeUInt32BE(fields.toThread ?? 0, 8);
	header.writeUInt32BE(fields.toActor ?? 0, 12);
	header.writeUInt32BE(0, 16);
	header.writeUInt32BE(fields.fromThread ?? 0, 20);
	header.writeUInt32BE(fields.fromActor ?? 0, 24);
	header.writeUInt32BE(fields.request ?? 0, 28);
	header.writeUInt32BE(fields.a ?? 0, 32);
	header.writeUInt32BE(fields.b ?? 0, 36);
	if (method !== undefined) header.write(method, HEADER_BYTES, "utf8");
	return header;
}

/** A header frame as a Buffer over the same memory. @throws ActorError ERR_PROTOCOL when it is not one. */
export function readHeader(frames: EnvelopeFrames): Buffer {
	const frame = frames[0];
	if (frame === undefined || frame.length < HEADER_BYTES)
		throw new ActorError("ERR_PROTOCOL", "An envelope begins with a header of 40 bytes");
	if (frame[0] !== ENVELOPE_VERSION)
		throw new ActorError("ERR_PROTOCOL", `Envelope version ${frame[0]} is not ${ENVELOPE_VERSION}: use the same release on both nodes`);
	const kind = frame[1] as number;
	if (kind === 0 || kind > KIND_MAX) throw new ActorError("ERR_PROTOCOL", `Envelope kind ${kind} is unknown`);
	if (frame.length > HEADER_BYTES + METHOD_BYTES_MAX)
		throw new ActorError("ERR_PROTOCOL", `A method name is at most ${METHOD_BYTES_MAX} bytes`);
	return Buffer.isBuffer(frame) ? frame : Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
}

export const toNode = (header: Buffer): number => header.readUInt32BE(4);
export const toThread = (header: Buffer): number => header.readUInt32BE(8);
export const toActor = (header: Buffer): number => header.readUInt32BE(12);
export const fromNode = (header: Buffer): number => header.readUInt32BE(16);
export const fromThread = (header: Buffer): number => header.readUInt32BE(20);
export const fromActor = (header: Buffer): number => header.readUInt32BE(24);
export const requestOf = (header: Buffer): number => header.readUInt32BE(28);
export const fieldA = (header: Buffer): number => header.readUInt32BE(32);
export const fieldB = (header: Buffer): number => header.readUInt32BE(36);
export const methodOf = (header: Buffer): string => header.toString("utf8", HEADER_BYTES);

/** Main thread only: an envelope that came from node `node` says so from here on. */
export function setFromNode(header: Buffer, node: number): void {
	header.writeUInt32BE(0, 4);
	header.writeUInt32BE(node, 16);
}

/** Main thread only: between nodes both node fields are 0. */
export function clearNodes(header: Buffer): void {
	header.writeUInt32BE(0, 4);
	header.writeUInt32BE(0, 16);
}
