/**
 * The contract of a handshake as a connection drives it, whatever carries it: frames of the peer go in, what is to be sent comes
 * out, until the peer is known. And what a peer is told that is turned away.
 *
 * Pure. Where credentials come out, somebody judges them and answers before the handshake goes on. What is wrong is thrown as
 * ProtocolError.
 */
import { AuthenticationError, type ProtocolError } from "../wire/protocol-error.ts";
import type { Credentials, Mechanism, MessageCipher, Verdict } from "./mechanism.ts";
import type { PeerMetadata } from "./peer-metadata.ts";

export interface ConnectionHandshake {
	/** Known once the handshake is done. */
	readonly peer: PeerMetadata | undefined;
	/** What wraps messages from now on, if anything does; known once the handshake is done. */
	readonly messages: MessageCipher | undefined;
	/** True when the peer understands the commands SUBSCRIBE and CANCEL. */
	readonly subscribeCommands: boolean;
	/** True for a peer that never says what it is or wants: a publisher sends it everything. */
	readonly unversioned: boolean;
	/** What is to be sent now; undefined when nothing is. To be asked until it is, and again when the mechanism is prepared. */
	takeOutput(): Buffer | undefined;
	/** @throws ProtocolError */
	onFrame(flags: number, body: Buffer): void;
	/** Credentials of the peer that must be judged before anything else happens; each of them comes once. */
	takeCredentials(): Credentials | undefined;
	/** The answer to the credentials taken. @throws ProtocolError they were refused */
	onVerdict(verdict: Verdict): void;
	/** What had to wait for somebody else than peer and judge may go on. @throws ProtocolError */
	goOn(): void;
	/** The last bytes to send after `error` was thrown; none when the peer is told nothing. */
	farewell(error: ProtocolError): Buffer;
}

/** What a peer is told that is turned away; undefined = nothing. */
export function farewellReason(mechanism: Mechanism, error: ProtocolError): string | undefined {
	// 300 means "not now": the peer is to try again, so it is not told to give up.
	if (error instanceof AuthenticationError) return error.byPeer || error.status === 300 ? undefined : String(error.status);
	// Neither is who names no resource, where one must be named: the port may be another's tomorrow.
	if (error.reason === "ERR_ZMTP_UNKNOWN_RESOURCE") return undefined;
	if (error.reason === "ERR_ZMTP_REFUSED_BY_PEER" || error.reason.startsWith("ERR_ZAP_")) return undefined;
	return mechanism.explains ? error.message : undefined;
}
