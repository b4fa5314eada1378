/**
 * What the operating system says about a bind, as a ZmqError that names the address and what to do.
 */
import { ZmqError, type ZmqErrorCode } from "../errors.ts";

const ADVICE: Readonly<Record<string, readonly [ZmqErrorCode, string]>> = {
	EADDRINUSE: ["EADDRINUSE", "another socket is bound there; choose another endpoint or close that socket"],
	EADDRNOTAVAIL: ["EADDRNOTAVAIL", "this machine has no such address; use * or an address of one of its interfaces"],
	EAFNOSUPPORT: ["EADDRNOTAVAIL", "this machine does not support the address family"],
	EACCES: ["EACCES", "not permitted; choose a port above 1023, or a folder that exists and may be written to"],
	EPERM: ["EACCES", "not permitted by the operating system"],
	ENOENT: ["EACCES", "the folder does not exist"],
	ENAMETOOLONG: ["ENAMETOOLONG", "the path is too long for a socket"],
	EMFILE: ["ENOBUFS", "this process has too many files and sockets open"],
};

export function bindError(cause: NodeJS.ErrnoException, address: string): ZmqError {
	const [code, advice] = ADVICE[cause.code ?? ""] ?? ["EINVAL", cause.message];
	return new ZmqError(code, `Cannot bind "${address}": ${advice}`, { address, cause });
}
