/**
 * The ZMTP 3.x greeting: 64 bytes that each side sends before its first frame (RFC 23 and 37, "Protocol Signature",
 * "Version Negotiation").
 *
 * Layout: FF, 8 bytes padding, 7F · major · minor · mechanism (20 bytes, zero-padded) · as-server · 31 bytes filler.
 * - The first 11 bytes go out at once: a stack that waits for the whole greeting of its peer deadlocks with its like.
 *   The rest follows when the peer's major version is known, because older peers expect other bytes there.
 * - Padding, filler and as-server are never judged: libzmq puts a length into the padding and ignores as-server.
 * - A higher major version is accepted: the peer is to step down to ours.
 *
 * Pure: bytes in, values out.
 */
import { ProtocolError } from "./protocol-error.ts";

export const GREETING_BYTES = 64;
/** Signature and major version: what is sent before anything is known of the peer. */
export const GREETING_HEAD_BYTES = 11;
const MAJOR = 3;
const MINOR = 1;
const MAJOR_AT = 10;
const MECHANISM_AT = 12;
const MECHANISM_BYTES = 20;
const AS_SERVER_AT = 32;

/** What the peer's greeting says. */
export interface PeerGreeting {
	readonly major: number;
	readonly minor: number;
	/** Without its padding. */
	readonly mechanism: string;
	readonly asServer: boolean;
}

/** The whole greeting; the caller sends the first {@link GREETING_HEAD_BYTES} and later the rest. */
export function encodeGreeting(mechanism: string): Buffer {
	const bytes = Buffer.alloc(GREETING_BYTES);
	bytes[0] = 0xff;
	bytes[9] = 0x7f;
	bytes[MAJOR_AT] = MAJOR;
	bytes[MAJOR_AT + 1] = MINOR;
	bytes.write(mechanism, MECHANISM_AT, MECHANISM_BYTES, "latin1");
	return bytes;
}

/** Collects the peer's greeting from however it is split. */
export class GreetingDecoder {
	readonly #mechanism: string;
	readonly #bytes = Buffer.alloc(GREETING_BYTES);
	#length = 0;

	/** @param mechanism the one we use; the peer must name the same one, byte for byte. */
	constructor(mechanism: string) {
		this.#mechanism = mechanism;
	}

	/** True once the peer is known to speak 3.x: the rest of our own greeting may go out. */
	get versionKnown(): boolean {
		return this.#length > MAJOR_AT;
	}

	get complete(): boolean {
		return this.#length === GREETING_BYTES;
	}

	/**
	 * Takes bytes and returns how many of them belong to the greeting.
	 * @throws ProtocolError as soon as the bytes seen cannot become a greeting that we accept
	 */
	push(chunk: Uint8Array): number {
		const take = Math.min(chunk.length, GREETING_BYTES - this.#length);
		this.#bytes.set(take === chunk.length ? chunk : chunk.subarray(0, take), this.#length);
		this.#length += take;
		this.#check();
		return take;
	}

	/** @returns the greeting; only once it is complete */
	peer(): PeerGreeting {
		const bytes = this.#bytes;
		return {
			major: bytes[MAJOR_AT] ?? 0,
			minor: bytes[MAJOR_AT + 1] ?? 0,
			mechanism: printableMechanism(bytes),
			asServer: bytes[AS_SERVER_AT] === 1,
		};
	}

	#check(): void {
		const bytes = this.#bytes;
		if (this.#length >= 1 && bytes[0] !== 0xff)
			throw new ProtocolError(
				"ERR_ZMTP_GREETING",
				`The peer does not speak ZMTP: its first byte is 0x${hex(bytes[0])}; is the port right?`,
			);
		if (this.#length >= 10 && ((bytes[9] ?? 0) & 1) === 0)
			throw new ProtocolError("ERR_ZMTP_VERSION", "The peer speaks ZMTP 1.0; only 3.0 and later are supported (ZeroMQ 4.0 or newer)");
		if (!this.versionKnown) return;
		const major = bytes[MAJOR_AT] ?? 0;
		if (major < MAJOR)
			throw new ProtocolError(
				"ERR_ZMTP_VERSION",
				`The peer speaks ZMTP ${major < 1 ? "1.0" : "2.0"}; only 3.0 and later are supported (ZeroMQ 4.0 or newer)`,
			);
		if (this.complete && !sameMechanism(bytes, this.#mechanism))
			throw new ProtocolError(
				"ERR_ZMTP_MECHANISM_MISMATCH",
				`The peer wants the security mechanism "${printableMechanism(bytes)}", this socket uses "${this.#mechanism}"; configure both alike`,
			);
	}
}

function sameMechanism(greeting: Buffer, name: string): boolean {
	for (let i = 0; i < MECHANISM_BYTES; i++) {
		const expected = i < name.length ? name.charCodeAt(i) : 0;
		if (greeting[MECHANISM_AT + i] !== expected) return false;
	}
	return true;
}

function printableMechanism(greeting: Buffer): string {
	const field = greeting.toString("latin1", MECHANISM_AT, MECHANISM_AT + MECHANISM_BYTES);
	const end = field.indexOf("\0");
	return (end === -1 ? field : field.slice(0, end)).replace(/[^\x20-\x7e]/g, "?");
}

function hex(byte: number | undefined): string {
	return (byte ?? 0).toString(16).padStart(2, "0");
}
