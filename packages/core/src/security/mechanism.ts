/**
 * The contract of a security mechanism: the part of a connection between greeting and first message.
 *
 * A pure state machine. The engine sends every command that `nextCommand` returns, feeds every command of the peer to
 * `onCommand`, and asks again, until `peer` is known: then messages may flow. Anything that is wrong is thrown as
 * ProtocolError, which ends the connection. Time (the handshake timer) is the engine's matter.
 */
import type { PeerMetadata } from "./peer-metadata.ts";

export interface Mechanism {
	/** As it stands in the greeting, at most 20 bytes. */
	readonly name: string;
	/** Known once the handshake is done. */
	readonly peer: PeerMetadata | undefined;
	/** Body of the command to send now; undefined when it is the peer's turn. */
	nextCommand(): Buffer | undefined;
	/** @throws ProtocolError */
	onCommand(body: Buffer): void;
}
