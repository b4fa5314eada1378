/**
 * Errors as data, on their way between an application thread and its I/O thread: structured clone keeps the text of an error and
 * loses its class and its code. Pure.
 */
import { ZmqError, type ZmqErrorCode } from "../errors.ts";
import { AuthenticationError, ProtocolError, type ProtocolReason, type RefusalStatus } from "../wire/protocol-error.ts";

/** An error of ours with what makes it up, or one of Node's with the fields that its users match on. */
export type ErrorData =
	| { readonly kind: "authentication"; readonly status: RefusalStatus; readonly byPeer: boolean }
	| { readonly kind: "protocol"; readonly reason: ProtocolReason; readonly message: string }
	| { readonly kind: "zmq"; readonly code: ZmqErrorCode; readonly message: string; readonly address?: string; readonly cause?: ErrorData }
	| { readonly kind: "other"; readonly name: string; readonly message: string; readonly fields: Readonly<Record<string, string | number>> };

/** What Node puts on errors of the operating system and of its libraries. */
const FIELDS = ["code", "errno", "syscall", "address", "port", "hostname", "path"] as const;

export function errorToData(error: unknown): ErrorData {
	if (error instanceof AuthenticationError) return { kind: "authentication", status: error.status, byPeer: error.byPeer };
	if (error instanceof ProtocolError) return { kind: "protocol", reason: error.reason, message: error.message };
	if (error instanceof ZmqError)
		return {
			kind: "zmq",
			code: error.code,
			message: error.message,
			...(error.address !== undefined && { address: error.address }),
			...(error.cause !== undefined && { cause: errorToData(error.cause) }),
		};
	if (!(error instanceof Error)) return { kind: "other", name: "Error", message: String(error), fields: {} };
	const fields: Record<string, string | number> = {};
	for (const name of FIELDS) {
		const value = (error as unknown as Record<string, unknown>)[name];
		if (typeof value === "string" || typeof value === "number") fields[name] = value;
	}
	return { kind: "other", name: error.name, message: error.message, fields };
}

export function errorFromData(data: ErrorData): Error {
	if (data.kind === "authentication") return new AuthenticationError(data.status, { byPeer: data.byPeer });
	if (data.kind === "protocol") return new ProtocolError(data.reason, data.message);
	if (data.kind === "other") {
		const error = Object.assign(new Error(data.message), data.fields);
		// As classes have it: not among the fields.
		Object.defineProperty(error, "name", { value: data.name, configurable: true, writable: true });
		return error;
	}
	const { code, message, address, cause } = data;
	return new ZmqError(code, message, {
		...(address !== undefined && { address }),
		...(cause !== undefined && { cause: errorFromData(cause) }),
	});
}
