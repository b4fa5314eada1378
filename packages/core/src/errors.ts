/**
 * The errors of core. Callers match on `code`, never on the text; the text says what happened, to what, and what to do.
 *
 * Codes are the errno names that ZeroMQ users know (zmq_bind(3), zmq_send(3) …). `docs/errors.md` lists them all.
 */

/** Every code that core can put on a {@link ZmqError}. */
export type ZmqErrorCode =
	/** The operation would have to wait and was told not to, or its time ran out. */
	| "EAGAIN"
	/** The socket or context is closed. */
	| "EBADF"
	/** Another socket is bound to this endpoint. */
	| "EADDRINUSE"
	/** The interface or address of a bind does not exist on this machine. */
	| "EADDRNOTAVAIL"
	/** The operating system refused the endpoint (a privileged port, a folder without write permission). */
	| "EACCES"
	/** An argument, endpoint or option value is malformed. */
	| "EINVAL"
	/** No such endpoint: unbind or disconnect of something that is not there. */
	| "ENOENT"
	/** An ipc path or inproc name is too long. */
	| "ENAMETOOLONG"
	/** The transport is unknown, or not carried by this build. */
	| "EPROTONOSUPPORT"
	/** The transport exists, but not for this socket type. */
	| "ENOCOMPATPROTO"
	/** ROUTER with `mandatory`: no peer has this routing id. */
	| "EHOSTUNREACH"
	/** The operation does not fit the state of the socket. */
	| "EFSM"
	/** This context, or this kind of socket, cannot do that. */
	| "ENOTSUP"
	/** A wait was given up because its AbortSignal fired. */
	| "ABORT_ERR"
	/** The I/O thread of a context could not be started, or has ended. */
	| "EIO"
	/** A bounded table or queue is full. */
	| "ENOBUFS"
	/** Memory that was given away: an arena buffer is used after its end, or written to after it was sent. */
	| "EFAULT"
	/** What a peer sent is not ZMTP; ends that one connection. */
	| "EPROTO"
	/** A peer sent a frame above `maxMessageSize`; ends that one connection. */
	| "EMSGSIZE";

/** The one error class of core. `address` names the endpoint where there is one. */
export class ZmqError extends Error {
	/** What to match on: an errno name, never changed. `docs/errors.md` says of each when it comes and what to do. */
	readonly code: ZmqErrorCode;
	/** The endpoint concerned, where there is one. */
	readonly address?: string;

	/** @param options `address`: the endpoint concerned; `cause`: the error below this one */
	constructor(code: ZmqErrorCode, message: string, options: { address?: string; cause?: unknown } = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = "ZmqError";
		this.code = code;
		if (options.address !== undefined) this.address = options.address;
	}
}
