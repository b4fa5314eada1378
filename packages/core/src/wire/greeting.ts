/**
 * The ZMTP greeting, and which version the peer speaks (RFC 23 and 37, "Version Negotiation"; RFC 13 and 15 for old ones).
 *
 * Layout: FF, 8 bytes padding, 7F · major · minor · mechanism (20 bytes, zero-padded) · as-server · 31 bytes filler.
 * - We send it in three steps, as libzmq does: 10 bytes at once; the major version when the peer has sent its 10; the rest when
 *   its version is known, because older peers expect other bytes there.
 * - The padding holds the length of our routing id and one more: to a peer of ZMTP 1.0 the ten bytes are the header of a frame
 *   with our routing id. Padding, filler and as-server of the peer are never judged.
 * - No FF first, or an even byte in the tenth place: ZMTP 1.0, and what came is a frame already. Major 0: 1.0 framing, 1 and 2:
 *   ZMTP 2.0, all followed by the socket type. Every higher one is to step down to ours.
 * - Old versions know no security: whoever asks for some refuses them (otherwise a man in the middle could step us down).
 *
 * Pure: bytes in, values out.
 */
import { ProtocolError } from "./protocol-error.ts";

export const GREETING_BYTES = 64;
/** The signature: what is sent before anything is known of the peer. */
export const SIGNATURE_BYTES = 10;
/** What peers of ZMTP 2.0 send: signature, version, socket type. */
const OLD_GREETING_BYTES = 12;
const MAJOR = 3;
const MINOR = 1;
const MAJOR_AT = 10;
const SOCKET_TYPE_AT = 11;
const ROUTING_ID_LENGTH_AT = 8;
const MECHANISM_AT = 12;
const MECHANISM_BYTES = 20;
const AS_SERVER_AT = 32;

/** Which framing follows the greeting: that of ZMTP 1.0, of 2.0, or of 3.x. */
export type Framing = 1 | 2 | 3;

/** What a 3.x peer's greeting says. */
export interface PeerGreeting {
	readonly major: number;
	readonly minor: number;
	/** Without its padding. */
	readonly mechanism: string;
	readonly asServer: boolean;
}

/** The whole greeting; the caller sends the first {@link SIGNATURE_BYTES} and later the rest. */
export function encodeGreeting(mechanism: string, routingIdBytes = 0, asServer = false): Buffer {
	const bytes = Buffer.alloc(GREETING_BYTES);
	bytes[0] = 0xff;
	bytes.writeUInt16BE(routingIdBytes + 1, ROUTING_ID_LENGTH_AT - 1);
	bytes[9] = 0x7f;
	bytes[MAJOR_AT] = MAJOR;
	bytes[MAJOR_AT + 1] = MINOR;
	bytes.write(mechanism, MECHANISM_AT, MECHANISM_BYTES, "latin1");
	if (asServer) bytes[AS_SERVER_AT] = 1;
	return bytes;
}

/** Collects the peer's greeting from however it is split. */
export class GreetingDecoder {
	readonly #mechanism: string;
	readonly #oldVersions: boolean;
	readonly #bytes = Buffer.alloc(GREETING_BYTES);
	#length = 0;
	/** Known after 1 to 11 bytes. */
	#framing: Framing | undefined;
	/** True when the peer's bytes are frames from the first one on. */
	#unversioned = false;

	/**
	 * @param mechanism the one we use; the peer must name the same one, byte for byte
	 * @param options `oldVersions` true: peers of ZMTP 1.0 and 2.0 are taken
	 */
	constructor(mechanism: string, options: { oldVersions: boolean } = { oldVersions: false }) {
		this.#mechanism = mechanism;
		this.#oldVersions = options.oldVersions;
	}

	/** True once the peer is known to read a version: ours may go out. */
	get signatureKnown(): boolean {
		return !this.#unversioned && this.#length >= SIGNATURE_BYTES;
	}

	/** Known as soon as the peer's version is. */
	get framing(): Framing | undefined {
		return this.#framing;
	}

	/** True for a peer that does not know of versions at all. */
	get unversioned(): boolean {
		return this.#unversioned;
	}

	get complete(): boolean {
		if (this.#framing === undefined) return false;
		return this.#unversioned || this.#wanted() === 0;
	}

	/** What was taken and belongs to frames; only once it is complete. */
	get replay(): Buffer {
		return this.#unversioned ? Buffer.from(this.#bytes.subarray(0, this.#length)) : Buffer.alloc(0);
	}

	/** libzmq's number of the socket type that a versioned old peer says it is; -1 for all others. */
	get socketType(): number {
		return this.complete && !this.#unversioned && this.#framing !== 3 ? (this.#bytes[SOCKET_TYPE_AT] as number) : -1;
	}

	/**
	 * Takes bytes and returns how many of them belong to the greeting.
	 * @throws ProtocolError as soon as the bytes seen cannot become a greeting that we accept
	 */
	push(chunk: Uint8Array): number {
		let taken = 0;
		while (taken < chunk.length && !this.complete) {
			// Byte by byte until the version says how many there will be.
			const wanted = this.#framing === undefined ? 1 : this.#wanted();
			const take = Math.min(wanted, chunk.length - taken);
			this.#bytes.set(chunk.subarray(taken, taken + take), this.#length);
			this.#length += take;
			taken += take;
			this.#check();
		}
		return taken;
	}

	/** @returns the greeting of a 3.x peer; only once it is complete */
	peer(): PeerGreeting {
		const bytes = this.#bytes;
		return {
			major: bytes[MAJOR_AT] ?? 0,
			minor: bytes[MAJOR_AT + 1] ?? 0,
			mechanism: printableMechanism(bytes),
			asServer: bytes[AS_SERVER_AT] === 1,
		};
	}

	#wanted(): number {
		return (this.#framing === 3 ? GREETING_BYTES : OLD_GREETING_BYTES) - this.#length;
	}

	#check(): void {
		const bytes = this.#bytes;
		if (this.#framing === undefined) {
			if (bytes[0] !== 0xff) this.#checkShortFrame();
			else if (this.#length === SIGNATURE_BYTES && ((bytes[9] ?? 0) & 1) === 0) this.#checkLongFrame();
			else if (this.#length > MAJOR_AT) this.#checkVersion(bytes[MAJOR_AT] ?? 0);
		}
		if (this.#framing === 3 && this.complete && !sameMechanism(bytes, this.#mechanism))
			throw new ProtocolError(
				"ERR_ZMTP_MECHANISM_MISMATCH",
				`The peer wants the security mechanism "${printableMechanism(bytes)}", this socket uses "${this.#mechanism}"; configure both alike`,
			);
	}

	/** A peer of ZMTP 1.0 begins with its routing id: length with flags, and flags that are 0. */
	#checkShortFrame(): void {
		const [size, flags] = this.#bytes;
		if (size === 0 || !this.#oldVersions || (this.#length >= 2 && flags !== 0)) throw noGreeting(size);
		if (this.#length >= 2) this.#stepDown(1, true);
	}

	/** The same with a long length. */
	#checkLongFrame(): void {
		if (this.#bytes.readBigUInt64BE(1) > 256n || this.#bytes.readBigUInt64BE(1) === 0n || this.#bytes[9] !== 0)
			throw noGreeting(this.#bytes[0]);
		this.#stepDown(1, true);
	}

	#checkVersion(major: number): void {
		if (major > 2) this.#framing = 3;
		else this.#stepDown(major === 0 ? 1 : 2, false);
	}

	#stepDown(framing: 1 | 2, unversioned: boolean): void {
		if (!this.#oldVersions)
			throw new ProtocolError("ERR_ZMTP_VERSION", `The peer speaks ZMTP ${framing}.0, which knows no security; this socket asks for some`);
		this.#framing = framing;
		this.#unversioned = unversioned;
	}
}

function noGreeting(first: number | undefined): ProtocolError {
	return new ProtocolError("ERR_ZMTP_GREETING", `The peer does not speak ZMTP: its first byte is 0x${hex(first)}; is the port right?`);
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
