/**
 * What libzmq says of an endpoint that cannot be bound, connected or left.
 *
 * Core reads an endpoint more closely than libzmq and has other words for some cases: an interface that is not there is "no such
 * device" to libzmq, a folder that is not there "no such endpoint". To leave an endpoint libzmq only looks for its text.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { parseEndpoint } from "../endpoint/endpoint.ts";
import { ZmqError } from "../errors.ts";
import type { Socket as CoreSocket } from "../socket/socket.ts";
import { carries } from "../socket-type.ts";
import { errnoError, errorCodeOf, translated } from "./errno-error.ts";

const IPV6_HOST = /^[a-z]+:\/\/\[[\da-f:.]+(%[^\]]*)?\]:[\w*]/i;

function libzmqCode(error: Error, address: string, ipv6: boolean): string | undefined {
	const code = errorCodeOf(error);
	// Node says EACCES where the system says ENOENT.
	if (code === "EACCES" && address.startsWith("ipc://") && !existsSync(dirname(address.slice("ipc://".length)))) return "ENOENT";
	if (!(error instanceof ZmqError)) return undefined;
	if (error.code === "EADDRNOTAVAIL" && error.cause === undefined) return "ENODEV";
	return code === "EINVAL" && !ipv6 && IPV6_HOST.test(address) ? "ENODEV" : undefined;
}

/** What a bind that failed is told. @param ipv6 whether the socket may use IPv6 */
export function bindFailure(error: unknown, address: string, ipv6: boolean): unknown {
	const code = error instanceof Error ? libzmqCode(error, address, ipv6) : undefined;
	return code === undefined ? translated(error, address) : errnoError(code, { address, cause: error });
}

/** What a connect that failed is told. */
export function connectFailure(error: unknown, address: string): unknown {
	return translated(error, address);
}

/** What is wrong with an endpoint before it is bound. @throws ZmqError; Error ENOCOMPATPROTO */
export function checkBindable(core: CoreSocket, address: string): string {
	const { scheme } = parseEndpoint(address);
	core.context.transport(scheme);
	if (!carries(scheme, core.typeName)) throw errnoError("ENOCOMPATPROTO", { address });
	return scheme;
}

/** Whether an endpoint could be one of this socket's at all. @throws Error EINVAL, EPROTONOSUPPORT, ENOCOMPATPROTO, ENOENT */
export function checkLeavable(core: CoreSocket, address: string): void {
	try {
		checkBindable(core, address);
	} catch (error) {
		const malformed = error instanceof ZmqError && (error.code === "EINVAL" || error.code === "ENAMETOOLONG");
		if (malformed && /^\w+:\/\/./s.test(address)) throw errnoError("ENOENT", { address, cause: error });
		throw translated(error, address);
	}
}
