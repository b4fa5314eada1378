/**
 * What the options of a socket mean for its WebSockets: the subprotocols that it offers or takes, and the largest message to collect.
 *
 * Pure.
 */
import { COMMAND_BYTES_MAX, FRAME_BYTES_MAX } from "../../limits.ts";
import type { SocketOptions } from "../../options.ts";
import { subprotocols } from "../../wire/zws.ts";

/** Best first. */
export function ownSubprotocols({ securityMechanism, zapDomain }: Readonly<SocketOptions>): readonly string[] {
	// Whoever has no mechanism cannot be judged.
	return subprotocols((securityMechanism ?? "null").toUpperCase(), { withoutMechanism: securityMechanism === null && zapDomain === "" });
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
