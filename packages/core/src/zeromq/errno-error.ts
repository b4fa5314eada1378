/**
 * Errors as zeromq.js makes them: a plain Error with libzmq's text, `errno` and `code`, and `address` where there is one.
 *
 * Callers of the drop-in door match on all of these, so texts stand here and not where they are thrown. What core says of the
 * matter stays readable as `cause`, which zeromq.js has not.
 */
import { constants } from "node:os";
import { ZmqError } from "../errors.ts";

/** An error with a code, as zeromq.js declares it. */
export interface ErrnoError extends Error {
	code: string;
	errno: number;
	address?: string;
}

/** libzmq's own numbers begin here. */
const ZMQ_ERRNO_BASE = 156_384_712;

const ZMQ_ERRNO: Readonly<Record<string, number>> = {
	EFSM: ZMQ_ERRNO_BASE + 51,
	ENOCOMPATPROTO: ZMQ_ERRNO_BASE + 52,
	ETERM: ZMQ_ERRNO_BASE + 53,
};

/** What libzmq and the C library say, where zeromq.js has no words of its own. */
const TEXT: Readonly<Record<string, string>> = {
	EACCES: "Permission denied",
	EADDRINUSE: "Address already in use",
	EADDRNOTAVAIL: "Cannot assign requested address",
	EAFNOSUPPORT: "Address family not supported by protocol",
	EAGAIN: "Operation was not possible or timed out",
	EBADF: "Socket is closed",
	ECONNREFUSED: "Connection refused",
	ECONNRESET: "Connection reset by peer",
	EFAULT: "Context is closed",
	EFSM: "Operation cannot be accomplished in current state",
	EHOSTUNREACH: "Host unreachable",
	EINVAL: "Invalid argument",
	EISDIR: "Is a directory",
	EMFILE: "Too many open file descriptors",
	EMSGSIZE: "Message too long",
	ENAMETOOLONG: "File name too long",
	ENOBUFS: "No buffer space available",
	ENOCOMPATPROTO: "The protocol is not compatible with the socket type",
	ENODEV: "No such device",
	ENOENT: "No such endpoint",
	ENOTDIR: "Not a directory",
	ENOTSOCK: "Socket operation on non-socket",
	ENOTSUP: "Operation not supported",
	EPERM: "Operation not permitted",
	EPIPE: "Broken pipe",
	EPROTO: "Protocol error",
	EPROTONOSUPPORT: "Protocol not supported",
	EROFS: "Read-only file system",
};

/** The number of a code on this machine; 0 for one that it has not. */
function errnoOf(code: string): number {
	return ZMQ_ERRNO[code] ?? (constants.errno as Readonly<Record<string, number>>)[code] ?? 0;
}

/** @param options.text what is said instead of libzmq's words for the code */
export function errnoError(code: string, options: { address?: string; text?: string; cause?: unknown } = {}): ErrnoError {
	const { address, cause, text = TEXT[code] ?? code } = options;
	const error = new Error(text, cause === undefined ? undefined : { cause }) as ErrnoError;
	error.errno = errnoOf(code);
	error.code = code;
	if (address !== undefined) error.address = address;
	return error;
}

/** The code of the operating system, where one is at the bottom of what core says. */
function systemCode(error: ZmqError): string | undefined {
	const { code } = (error.cause ?? {}) as { code?: unknown };
	return typeof code === "string" && code in TEXT ? code : undefined;
}

/** The code that says most of an error: the operating system's, where one is at the bottom of it. */
export function errorCodeOf(error: Error): string {
	return (error instanceof ZmqError ? systemCode(error) : undefined) ?? (error as { code?: string }).code ?? "EINVAL";
}

/** What core threw, in zeromq.js's words; anything else stays what it is. */
export function translated(error: unknown, address?: string): unknown {
	if (!(error instanceof ZmqError)) return error;
	return errnoError(errorCodeOf(error), { cause: error, ...(address !== undefined && { address }) });
}
