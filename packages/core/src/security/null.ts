/**
 * NULL: no security; each side sends READY with its properties at once and waits for the other's (RFC 37 §"The NULL
 * Security Mechanism"; like libzmq we do not wait for a turn).
 *
 * Pure state machine, see mechanism.ts.
 */
import { encodeReady, parseCommand, parseError, parseProperties } from "../wire/command.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import type { Mechanism } from "./mechanism.ts";
import { type LocalMetadata, localProperties, type PeerMetadata, readPeer } from "./peer-metadata.ts";

export class NullMechanism implements Mechanism {
	readonly name = "NULL";
	peer: PeerMetadata | undefined;
	readonly #local: LocalMetadata;
	#readySent = false;

	constructor(local: LocalMetadata) {
		this.#local = local;
	}

	nextCommand(): Buffer | undefined {
		if (this.#readySent) return undefined;
		this.#readySent = true;
		return encodeReady(localProperties(this.#local));
	}

	onCommand(body: Buffer): void {
		const { name, data } = parseCommand(body);
		if (name === "ERROR")
			throw new ProtocolError("ERR_ZMTP_REFUSED_BY_PEER", `The peer refused the connection: ${parseError(data) || "no reason given"}`);
		if (name !== "READY" || this.peer !== undefined)
			throw new ProtocolError("ERR_ZMTP_UNEXPECTED_COMMAND", "The peer sent another command where READY was expected");
		// A copy: what a connection keeps of its handshake must not keep the whole chunk of bytes it came in.
		this.peer = readPeer(this.#local, parseProperties(Buffer.from(data), "ERR_ZMTP_MALFORMED_COMMAND_READY"));
	}
}
