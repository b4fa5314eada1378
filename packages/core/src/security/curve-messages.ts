/**
 * CURVE after the handshake: every frame, command or message, travels as MESSAGE (RFC 26).
 *
 * The body of such a frame is `07 MESSAGE`, 8 bytes of counter, and a box of one byte of flags (1 more, 2 command) and the
 * payload. The frame itself has no flags when we send it, as libzmq does; the RFC calls it a command, so both are taken.
 * The authenticator is checked before the counter: only a real message can move the window.
 *
 * The hot path writes the box straight into the send buffer and allocates nothing; an inbound frame costs its own buffer.
 */
import { FLAG_COMMAND, FLAG_MORE, LONG_HEADER_BYTES, writeFrameHeader } from "../wire/frame.ts";
import { freshFrame } from "../wire/fresh-frames.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { type PeerCounter, requireSodium } from "./curve-box.ts";
import type { MessageCipher } from "./mechanism.ts";
import { BOX_OVERHEAD_BYTES, NONCE_BYTES, type Sodium } from "./sodium.ts";

const NAME = Buffer.from("\x07MESSAGE", "latin1");
const COUNTER_AT = NAME.length;
const BOX_AT = COUNTER_AT + 8;
const PREFIX_BYTES = 16;
const INNER_MORE = 1;
const INNER_COMMAND = 2;
/** Name, counter, authenticator and flags. */
const BODY_OVERHEAD_BYTES = BOX_AT + BOX_OVERHEAD_BYTES + 1;

export class CurveMessages implements MessageCipher {
	readonly bodyOverheadBytes = BODY_OVERHEAD_BYTES;
	readonly overheadBytesMax: number = LONG_HEADER_BYTES + BODY_OVERHEAD_BYTES;
	flags = 0;
	readonly #sodium: Sodium = requireSodium();
	readonly #key: Uint8Array;
	readonly #outNonce: Buffer;
	readonly #inNonce: Buffer;
	readonly #peerCounter: PeerCounter;
	#counterHigh: number;
	#counterLow: number;

	/** @param counter the next counter of ours, in halves of 32 bits; `role` is ours */
	constructor(parts: {
		key: Uint8Array;
		role: "client" | "server";
		counter: readonly [high: number, low: number];
		peerCounter: PeerCounter;
	}) {
		this.#key = parts.key;
		[this.#counterHigh, this.#counterLow] = parts.counter;
		this.#peerCounter = parts.peerCounter;
		this.#outNonce = Buffer.alloc(NONCE_BYTES);
		this.#inNonce = Buffer.alloc(NONCE_BYTES);
		this.#outNonce.write(parts.role === "client" ? "CurveZMQMESSAGEC" : "CurveZMQMESSAGES", "latin1");
		this.#inNonce.write(parts.role === "client" ? "CurveZMQMESSAGES" : "CurveZMQMESSAGEC", "latin1");
	}

	/** Throws RangeError when all 2^64 counters are used up, and encrypts nothing then. */
	encode(target: Buffer, offset: number, flags: number, body: Uint8Array): number {
		return this.seal(target, writeFrameHeader(target, offset, 0, BODY_OVERHEAD_BYTES + body.length), flags, body);
	}

	seal(target: Buffer, start: number, flags: number, body: Uint8Array): number {
		const nonce = this.#outNonce;
		nonce.writeUInt32BE(this.#counterHigh, PREFIX_BYTES);
		nonce.writeUInt32BE(this.#counterLow, PREFIX_BYTES + 4);
		this.#counterLow += 1;
		if (this.#counterLow > 0xffff_ffff) {
			this.#counterLow = 0;
			this.#counterHigh += 1;
		}
		target.set(NAME, start);
		nonce.copy(target, start + COUNTER_AT, PREFIX_BYTES);
		const first = (flags & FLAG_MORE) !== 0 ? INNER_MORE : (flags & FLAG_COMMAND) !== 0 ? INNER_COMMAND : 0;
		this.#sodium.sealInto(target, start + BOX_AT, { key: this.#key, nonce, first, rest: body });
		return start + BODY_OVERHEAD_BYTES + body.length;
	}

	open(outerFlags: number, body: Buffer): Buffer {
		if ((outerFlags & FLAG_MORE) !== 0 || body.length < COUNTER_AT || NAME.compare(body, 0, COUNTER_AT) !== 0)
			throw new ProtocolError("ERR_ZMTP_UNEXPECTED_COMMAND", "The peer sent something other than an encrypted message after the handshake");
		if (body.length < BODY_OVERHEAD_BYTES)
			throw new ProtocolError("ERR_ZMTP_MALFORMED_COMMAND_MESSAGE", "The peer sent an encrypted message that is cut off");
		const plain = freshFrame(body.length - BODY_OVERHEAD_BYTES);
		body.copy(this.#inNonce, PREFIX_BYTES, COUNTER_AT, BOX_AT);
		const first = this.#sodium.openInto(plain, this.#key, this.#inNonce, body.subarray(BOX_AT));
		if (first < 0)
			throw new ProtocolError("ERR_ZMTP_CRYPTOGRAPHIC", "The peer sent a message that cannot be decrypted: it was damaged or forged");
		this.#peerCounter.advance(body, COUNTER_AT);
		if (first > INNER_COMMAND)
			throw new ProtocolError("ERR_ZMTP_MALFORMED_COMMAND_MESSAGE", `The peer sent an encrypted message with unknown flags ${first}`);
		this.flags = first === INNER_COMMAND ? FLAG_COMMAND : first;
		return plain;
	}

	end(): void {
		this.#sodium.forget(this.#key);
	}
}
