/**
 * What is wrong with the bytes that a peer sent. It ends that one connection and touches nothing else.
 *
 * `reason` is stable and is what monitors show; where libzmq has a word for the case it is libzmq's word
 * (ERR_ZMTP_… as zeromq.js spells its protocol error codes), the others are ours.
 */
import { ZmqError } from "../errors.ts";

/** What a peer broke; stable, to match on. `docs/errors.md` says what to do about each. */
export type ProtocolReason =
	/** The first bytes are no ZMTP greeting. */
	| "ERR_ZMTP_GREETING"
	/** The peer speaks ZMTP 1.0 or 2.0, which know no security, and this socket asks for some. */
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
	| "ERR_ZMTP_MALFORMED_COMMAND_HELLO"
	| "ERR_ZMTP_MALFORMED_COMMAND_WELCOME"
	| "ERR_ZMTP_MALFORMED_COMMAND_INITIATE"
	| "ERR_ZMTP_MALFORMED_COMMAND_READY"
	| "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"
	| "ERR_ZMTP_MALFORMED_COMMAND_ERROR"
	/** CURVE: a box that our keys do not open: wrong keys, or tampering. */
	| "ERR_ZMTP_CRYPTOGRAPHIC"
	/** CURVE: what is in the box does not belong to this connection (cookie, vouch). */
	| "ERR_ZMTP_KEY_EXCHANGE"
	/** CURVE: a nonce that is not above the last one: replayed or reordered. */
	| "ERR_ZMTP_INVALID_SEQUENCE"
	/** A property of the handshake is missing, double-sized or out of range. */
	| "ERR_ZMTP_INVALID_METADATA"
	/** The peer's socket type does not fit ours. */
	| "ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE"
	/** What the peer sends is no WebSocket (RFC 6455), or it breaks its rules. */
	| "ERR_WS_UNSPECIFIED"
	/** The peer speaks WebSocket and offers, or answers with, no subprotocol of ZeroMQ. */
	| "ERR_ZWS_SUBPROTOCOL"
	/** A WebSocket message of text: frames are binary. */
	| "ERR_ZWS_TEXT_MESSAGE"
	/** Several sockets share the port, told apart by their resources, and the peer names none. */
	| "ERR_ZMTP_UNKNOWN_RESOURCE"
	/** The peer refused us with an ERROR command. */
	| "ERR_ZMTP_REFUSED_BY_PEER"
	/** The credentials were refused; see {@link AuthenticationError}. */
	| "ERR_ZAP_REFUSED"
	/** What the ZAP handler replied is no ZAP reply. */
	| "ERR_ZAP_MALFORMED_REPLY"
	| "ERR_ZAP_BAD_VERSION"
	| "ERR_ZAP_BAD_REQUEST_ID"
	| "ERR_ZAP_INVALID_STATUS_CODE"
	| "ERR_ZAP_INVALID_METADATA";

/** ZAP's status of a refusal: 300 = not now, 400 = credentials, 500 = the handler failed. */
export type RefusalStatus = 300 | 400 | 500;

/** Code EPROTO, or EMSGSIZE for ERR_ZMTP_MESSAGE_TOO_LARGE. */
export class ProtocolError extends ZmqError {
	/** What the peer broke. */
	readonly reason: ProtocolReason;

	/** Made by connections alone; exported to be recognised. */
	constructor(reason: ProtocolReason, message: string) {
		super(reason === "ERR_ZMTP_MESSAGE_TOO_LARGE" ? "EMSGSIZE" : "EPROTO", message);
		this.name = "ProtocolError";
		this.reason = reason;
	}
}

/** One side refused the other's credentials. Code EPROTO, reason ERR_ZAP_REFUSED. */
export class AuthenticationError extends ProtocolError {
	/** 300: not now, 400: the credentials, 500: the handler failed. */
	readonly status: RefusalStatus;
	/** True: the peer refused us. False: our ZAP handler refused the peer. */
	readonly byPeer: boolean;

	/** Made by connections alone; exported to be recognised. */
	constructor(status: RefusalStatus, options: { byPeer: boolean }) {
		const who = options.byPeer ? "The peer refused our credentials" : "The ZAP handler refused the peer";
		super("ERR_ZAP_REFUSED", `${who}: status ${status}`);
		this.name = "AuthenticationError";
		this.status = status;
		this.byPeer = options.byPeer;
	}
}
