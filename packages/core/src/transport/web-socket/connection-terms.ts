/**
 * What the options of a socket mean for its WebSockets: the subprotocols that it offers or takes, and the largest message to collect.
 *
 * Pure.
 */
import { COMMAND_BYTES_MAX, FRAME_BYTES_MAX } from "../../limits.ts";
import type { SocketOptions } from "../../option/options.ts";
import { offeredSubprotocols, takenSubprotocols } from "../../wire/zws.ts";

/** Which mechanism the options ask for, and whether a peer without any will do: one that is to be judged cannot be without. */
function termsOf({ securityMechanism, zapDomain }: Readonly<SocketOptions>): { mechanism: string; bare: boolean } {
	return { mechanism: (securityMechanism ?? "null").toUpperCase(), bare: securityMechanism === null && zapDomain === "" };
}

/** What the connecting side offers, best first. @param separator a dot in browsers, which refuse a slash */
export function offers(options: Readonly<SocketOptions>, separator: "/" | "." = "/"): readonly string[] {
	const { mechanism, bare } = termsOf(options);
	return offeredSubprotocols(mechanism, { bare, separator });
}

/** What the accepting side takes. */
export function takes(options: Readonly<SocketOptions>): readonly string[] {
	const { mechanism, bare } = termsOf(options);
	return takenSubprotocols(mechanism, { bare });
}

/** As they stand in a header. */
export function parseSubprotocols(header: string | undefined): readonly string[] {
	return (header ?? "")
		.split(",")
		.map((each) => each.trim())
		.filter((each) => each !== "");
}

/** What ws may collect of one message, bytes: as large as a frame may be, with room for what encryption adds. */
export function payloadBytesMax({ maxMessageSize }: Readonly<SocketOptions>): number {
	if (maxMessageSize < 0) return FRAME_BYTES_MAX;
	return Math.min(FRAME_BYTES_MAX, Math.max(maxMessageSize, COMMAND_BYTES_MAX) + ENCRYPTION_BYTES);
}

/** The byte of flags, and what CURVE adds, with room to spare. */
const ENCRYPTION_BYTES = 1024;
