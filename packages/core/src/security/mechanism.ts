/**
 * The contract of a security mechanism: the part of a connection between greeting and first message, and what it does to
 * messages afterwards.
 *
 * A pure state machine. The engine sends every command that `nextCommand` returns, feeds every command of the peer to
 * `onCommand`, and asks again, until `peer` is known: then messages may flow. When `takeCredentials` returns some, somebody
 * must judge them (ZAP) and call `onVerdict`; until then the mechanism has nothing to send. Anything that is wrong is thrown
 * as ProtocolError, which ends the connection. Time (the handshake timer) is the engine's matter.
 *
 * NULL and PLAIN leave messages alone: their `messages` is undefined, and frames go the way they go without security.
 */
import type { Properties } from "../wire/command.ts";
import type { FrameEncoder } from "../wire/frame.ts";
import type { RefusalStatus } from "../wire/protocol-error.ts";
import type { PeerMetadata } from "./peer-metadata.ts";

/** What a peer presents to be judged (RFC 27). */
export interface Credentials {
	readonly mechanism: "NULL" | "PLAIN" | "CURVE";
	/** NULL none; PLAIN user name and password; CURVE the public key. */
	readonly values: readonly Uint8Array[];
	/** False: where nobody judges, the peer is accepted. */
	readonly handlerRequired: boolean;
}

/** What ZAP said. */
export interface Verdict {
	readonly status: 200 | RefusalStatus;
	readonly userId: string;
	readonly metadata: Properties;
}

/** When a mechanism asks for a judgement: the options zapDomain and zapEnforceDomain. */
export interface ZapTerms {
	readonly domain: string;
	readonly enforceDomain: boolean;
}

/** Wraps and unwraps every frame of a connection after the handshake. */
export interface MessageCipher extends FrameEncoder {
	/** By how many bytes the body of a wrapped frame is longer than what it carries. */
	readonly bodyOverheadBytes: number;
	/** Writes the body of a wrapped frame without its header, whose flags are 0, and returns the offset behind it. */
	seal(target: Buffer, offset: number, flags: number, body: Uint8Array): number;
	/** Flags of the frame that {@link open} opened last. */
	readonly flags: number;
	/** Unwraps one frame as it came and returns its body. @throws ProtocolError */
	open(outerFlags: number, body: Buffer): Buffer;
	/** The connection is over. */
	end(): void;
}

export interface Mechanism {
	/** As it stands in the greeting, at most 20 bytes. */
	readonly name: string;
	/** Our role, as it stands in the greeting; false where there are no roles. libzmq says 0 in any case, so nobody relies on it. */
	readonly asServer: boolean;
	/** Settles when the mechanism can be used; nothing may be fed to it before. Undefined: at once. */
	readonly preparation?: Promise<void> | undefined;
	/** Known once the handshake is done. */
	readonly peer: PeerMetadata | undefined;
	/** Known once the handshake is done, for mechanisms that wrap messages. */
	readonly messages: MessageCipher | undefined;
	/** True: the peer is told in clear words why it is turned away. */
	readonly explains: boolean;
	/** Body of the command to send now; undefined when it is the peer's or the judge's turn. */
	nextCommand(): Buffer | undefined;
	/** @throws ProtocolError */
	onCommand(body: Buffer): void;
	/** Credentials that must be judged before the handshake goes on; each of them comes once. */
	takeCredentials(): Credentials | undefined;
	/** The answer to the credentials taken. @throws ProtocolError they were refused */
	onVerdict(verdict: Verdict): void;
}
