/**
 * What is wrong with the bytes that a peer sent. It ends that one connection and touches nothing else.
 *
 * `reason` is stable and is what monitors show; where libzmq has a word for the case it is libzmq's word
 * (ERR_ZMTP_… as zeromq.js spells its protocol error codes), the others are ours.
 */
import { ZmqError } from "../errors.ts";

export type ProtocolReason =
	/** The first bytes are no ZMTP greeting. */
	| "ERR_ZMTP_GREETING"
	/** The peer speaks ZMTP 1.0 or 2.0. */
	| "ERR_ZMTP_VERSION"
	/** The peer asks for another security mechanism. */
	| "ERR_ZMTP_MECHANISM_MISMATCH"
	/** A frame header with reserved bits, or a command that claims to be continued. */
	| "ERR_ZMTP_MALFORMED_FRAME"
	/** A frame, or the sum of the frames of one message, is larger than allowed. */
	| "ERR_ZMTP_MESSAGE_TOO_LARGE"
	/** A command or message that this point of the handshake does not allow. */
	| "ERR_ZMTP_UNEXPECTED_COMMAND"
	/** A command whose name or body cannot be read. */
	| "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED"
	| "ERR_ZMTP_MALFORMED_COMMAND_READY"
	| "ERR_ZMTP_MALFORMED_COMMAND_ERROR"
	/** A property of the handshake is missing, double-sized or out of range. */
	| "ERR_ZMTP_INVALID_METADATA"
	/** The peer's socket type does not fit ours. */
	| "ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE"
	/** The peer refused us with an ERROR command. */
	| "ERR_ZMTP_REFUSED_BY_PEER";

/** Code EPROTO, or EMSGSIZE for ERR_ZMTP_MESSAGE_TOO_LARGE. */
export class ProtocolError extends ZmqError {
	readonly reason: ProtocolReason;

	constructor(reason: ProtocolReason, message: string) {
		super(reason === "ERR_ZMTP_MESSAGE_TOO_LARGE" ? "EMSGSIZE" : "EPROTO", message);
		this.name = "ProtocolError";
		this.reason = reason;
	}
}
