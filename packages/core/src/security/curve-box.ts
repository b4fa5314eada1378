/**
 * What both sides of CURVE have in common: keys, nonces, boxes of the handshake, and strict reading (RFC 26).
 *
 * A full nonce is 24 bytes: a 16-byte prefix and the 8 bytes sent (a counter), or an 8-byte prefix and 16 random bytes sent.
 * Counters of one side only ever go up, over the handshake and all messages.
 */
import { randomBytes } from "node:crypto";
import { ProtocolError, type ProtocolReason } from "../wire/protocol-error.ts";
import { KEY_BYTES, type Sodium, sodium } from "./sodium.ts";

export const COUNTER_BYTES = 8;
export const LONG_NONCE_BYTES = 16;
const TWO_TO_32 = 0x1_0000_0000;

/** Keys as bytes. */
export interface CurveKeyBytes {
	readonly publicKey: Uint8Array;
	readonly secretKey: Uint8Array;
}

/** The library; mechanisms are used only after their preparation. */
export function requireSodium(): Sodium {
	const library = sodium();
	if (library === undefined) throw new Error("CURVE was used before libsodium was loaded");
	return library;
}

/** Keys for one connection. */
export function shortTermKeys(library: Sodium): CurveKeyBytes {
	const secretKey = randomBytes(KEY_BYTES);
	return { publicKey: library.publicKey(secretKey), secretKey };
}

export function sharedKey(library: Sodium, publicKey: Uint8Array, secretKey: Uint8Array): Buffer {
	const key = library.sharedKey(publicKey, secretKey);
	if (key === undefined) throw new ProtocolError("ERR_ZMTP_CRYPTOGRAPHIC", "The peer's public key is not usable");
	return key;
}

/** @param prefix with `sent` behind it 24 characters */
export function nonceOf(prefix: string, sent: Uint8Array): Buffer {
	return Buffer.concat([Buffer.from(prefix, "latin1"), sent]);
}

export function counterBytes(counter: number): Buffer {
	const bytes = Buffer.alloc(COUNTER_BYTES);
	bytes.writeUInt32BE(Math.floor(counter / TWO_TO_32), 0);
	bytes.writeUInt32BE(counter % TWO_TO_32, 4);
	return bytes;
}

/** @throws ProtocolError with `reason` */
export function openBox(library: Sodium, box: { key: Uint8Array; nonce: Uint8Array; bytes: Uint8Array; what: string }): Buffer {
	const plain = library.open(box.key, box.nonce, box.bytes);
	if (plain === undefined)
		throw new ProtocolError("ERR_ZMTP_CRYPTOGRAPHIC", `The peer's ${box.what} cannot be decrypted; do both sides have the right keys?`);
	return plain;
}

/** @throws ProtocolError */
export function checkLength(data: Buffer, bytes: { exactly: number } | { atLeast: number }, reason: ProtocolReason): void {
	const right = "exactly" in bytes ? data.length === bytes.exactly : data.length >= bytes.atLeast;
	if (!right) throw new ProtocolError(reason, `The peer sent a CURVE command of a wrong size, ${data.length} bytes`);
}

/** The counters that a peer has used. */
export class PeerCounter {
	#high = 0;
	#low = 0;

	/** Takes the counter at `offset`. @throws ProtocolError it is not above the last one */
	advance(bytes: Buffer, offset: number): void {
		const high = bytes.readUInt32BE(offset);
		const low = bytes.readUInt32BE(offset + 4);
		if (high < this.#high || (high === this.#high && low <= this.#low))
			throw new ProtocolError("ERR_ZMTP_INVALID_SEQUENCE", "The peer used a nonce again, or went back to a lower one");
		this.#high = high;
		this.#low = low;
	}
}
