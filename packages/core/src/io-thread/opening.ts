/**
 * How the I/O thread asks the application thread for a pipe: the number of the binding (inproc-party.ts), the place, and the two
 * high-water marks of the pipe as the I/O thread read them. Fixed size, little-endian. Pure.
 */
import { REQUEST_HEADER_BYTES } from "../transport/inproc-party.ts";
import type { PlaceNumber } from "./control.ts";

export interface Opening {
	/** 0: the control pipe. */
	readonly place: PlaceNumber;
	/** What the socket may send ahead, messages; 0 = no limit. */
	readonly sendMark: number;
	/** What the peer may send ahead. */
	readonly receiveMark: number;
}

const BODY_BYTES = 12;

export function encodeOpening(binding: number, { place, sendMark, receiveMark }: Opening): Buffer {
	const bytes = Buffer.alloc(REQUEST_HEADER_BYTES + BODY_BYTES);
	bytes.writeUInt32LE(binding, 0);
	bytes.writeUInt32LE(place, REQUEST_HEADER_BYTES);
	bytes.writeUInt32LE(sendMark, REQUEST_HEADER_BYTES + 4);
	bytes.writeUInt32LE(receiveMark, REQUEST_HEADER_BYTES + 8);
	return bytes;
}

/** @param body what follows the number of the binding; undefined when it is no opening */
export function decodeOpening(body: Uint8Array): Opening | undefined {
	if (body.length !== BODY_BYTES) return undefined;
	const bytes = Buffer.from(body.buffer, body.byteOffset, BODY_BYTES);
	return { place: bytes.readUInt32LE(0), sendMark: bytes.readUInt32LE(4), receiveMark: bytes.readUInt32LE(8) };
}
