/**
 * The node protocol: what two nodes say to each other on one ZMTP connection (docs/PROTOCOL.md, "Node links").
 *
 * Pure: frames in, values out. Nothing a peer sends makes it throw: what is malformed reads as `undefined` (or kind 0), and
 * the session decides. The first eight bytes of HELLO and WELCOME (kind, magic, version) never change their place, so that
 * any two versions can tell each other which ones they are.
 *
 * A message: its first frame starts with the kind byte. ENVELOPE is followed by the frames of the envelope, untouched.
 */
import { SOFTWARE_BYTES_MAX, TEXT_BYTES_MAX } from "./limits.ts";

/** Version of the node protocol that this build speaks. Both sides must speak the same. */
export const PROTOCOL_VERSION = 1;
/** Bytes of an incarnation: 128 random bits that name one life of one node. */
export const INCARNATION_BYTES = 16;

export const KIND_HELLO = 1;
export const KIND_WELCOME = 2;
export const KIND_REFUSE = 3;
export const KIND_ENVELOPE = 4;
export const KIND_PING = 5;
export const KIND_PONG = 6;
export const KIND_ACK = 7;
export const KIND_BYE = 8;

/** Why a node refuses a peer. */
export type RefusalCode =
	/** It speaks another version of the node protocol. */
	| "version"
	/** It has as many links as it may have. */
	| "full"
	/** There is no link with this connection (any more): say HELLO first. */
	| "hello"
	/** What was sent is not the node protocol. */
	| "protocol";

const REFUSAL_CODES: readonly string[] = ["version", "full", "hello", "protocol"];

/** The contents of HELLO and WELCOME. */
export interface Greeting {
	readonly version: number;
	/** Lower-case hexadecimal, 32 digits. */
	readonly incarnation: string;
	/** Name and version of the program, for messages to people. */
	readonly software: string;
}

export interface Refusal {
	readonly code: RefusalCode;
	readonly text: string;
}

const MAGIC = Buffer.from("zloom", "latin1");
const VERSION_AT = 6;
const INCARNATION_AT = 8;
const SOFTWARE_AT = INCARNATION_AT + INCARNATION_BYTES;
const COUNT_BYTES = 9;

/** The frame before every envelope; shared, never written to. */
export const ENVELOPE_PREFIX: Uint8Array = Buffer.of(KIND_ENVELOPE);
/** The frame of a PING; shared, never written to. */
export const PING_FRAME: Uint8Array = Buffer.of(KIND_PING);

/** The kind of the message whose first frame is `frame`; 0 when there is none. */
export function kindOf(frame: Uint8Array | undefined): number {
	return frame === undefined || frame.byteLength === 0 ? 0 : (frame[0] as number);
}

export function encodeGreeting(kind: typeof KIND_HELLO | typeof KIND_WELCOME, greeting: Greeting): Uint8Array[] {
	const software = Buffer.from(greeting.software, "utf8").subarray(0, SOFTWARE_BYTES_MAX);
	const frame = Buffer.alloc(SOFTWARE_AT + software.length);
	frame[0] = kind;
	MAGIC.copy(frame, 1);
	frame.writeUInt16BE(greeting.version, VERSION_AT);
	Buffer.from(greeting.incarnation, "hex").copy(frame, INCARNATION_AT, 0, INCARNATION_BYTES);
	software.copy(frame, SOFTWARE_AT);
	return [frame];
}

/**
 * Reads HELLO or WELCOME; undefined when it is neither. Of another protocol version only `version` is read, because
 * nothing behind it need be where this version has it.
 */
export function decodeGreeting(frames: readonly Uint8Array[]): Greeting | undefined {
	const frame = frames[0];
	if (frame === undefined || frame.byteLength < INCARNATION_AT) return undefined;
	const bytes = asBuffer(frame);
	if (bytes.compare(MAGIC, 0, MAGIC.length, 1, 1 + MAGIC.length) !== 0) return undefined;
	const version = bytes.readUInt16BE(VERSION_AT);
	if (version !== PROTOCOL_VERSION) return { version, incarnation: "", software: "" };
	if (frames.length !== 1 || bytes.length < SOFTWARE_AT || bytes.length > SOFTWARE_AT + SOFTWARE_BYTES_MAX) return undefined;
	return {
		version,
		incarnation: bytes.toString("hex", INCARNATION_AT, SOFTWARE_AT),
		software: printable(bytes.subarray(SOFTWARE_AT), SOFTWARE_BYTES_MAX),
	};
}

export function encodeRefusal(refusal: Refusal): Uint8Array[] {
	return [Buffer.of(KIND_REFUSE), Buffer.from(refusal.code, "latin1"), Buffer.from(refusal.text, "utf8").subarray(0, TEXT_BYTES_MAX)];
}

/** Reads REFUSE; a code that this version does not know reads as "protocol". */
export function decodeRefusal(frames: readonly Uint8Array[]): Refusal {
	const named = frames[1] === undefined ? "" : printable(frames[1], 16);
	const code = REFUSAL_CODES.includes(named) ? (named as RefusalCode) : "protocol";
	const text = frames[2] === undefined ? "" : printable(frames[2], TEXT_BYTES_MAX);
	return { code, text };
}

export function encodeBye(text: string): Uint8Array[] {
	return [Buffer.of(KIND_BYE), Buffer.from(text, "utf8").subarray(0, TEXT_BYTES_MAX)];
}

export function decodeBye(frames: readonly Uint8Array[]): string {
	return frames[1] === undefined ? "" : printable(frames[1], TEXT_BYTES_MAX);
}

/** PONG and ACK say how many envelopes were received on this connection since WELCOME. */
export function encodeCount(kind: typeof KIND_PONG | typeof KIND_ACK, received: number): Uint8Array[] {
	const frame = Buffer.allocUnsafe(COUNT_BYTES);
	frame[0] = kind;
	frame.writeUInt32BE(Math.floor(received / 2 ** 32), 1);
	frame.writeUInt32BE(received % 2 ** 32, 5);
	return [frame];
}

/** Reads the count of PONG or ACK; undefined when malformed or above 2^53. */
export function decodeCount(frames: readonly Uint8Array[]): number | undefined {
	const frame = frames[0];
	if (frames.length !== 1 || frame === undefined || frame.byteLength !== COUNT_BYTES) return undefined;
	const bytes = asBuffer(frame);
	const count = bytes.readUInt32BE(1) * 2 ** 32 + bytes.readUInt32BE(5);
	return Number.isSafeInteger(count) ? count : undefined;
}

function asBuffer(frame: Uint8Array): Buffer {
	return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
}

/** Text of a peer goes to terminals and logs: cut, and without control characters. */
function printable(frame: Uint8Array, bytesMax: number): string {
	const text = asBuffer(frame).toString("utf8", 0, bytesMax);
	return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "?");
}
