/**
 * What ws and wss make of an endpoint: its checks, the subprotocols that the options ask for, and the largest message to collect.
 *
 * Pure.
 */
import type { Endpoint } from "../../endpoint.ts";
import { ZmqError } from "../../errors.ts";
import { COMMAND_BYTES_MAX, FRAME_BYTES_MAX } from "../../limits.ts";
import type { SocketOptions } from "../../options.ts";
import { subprotocols } from "../../wire/zws.ts";

export type WebEndpoint = Extract<Endpoint, { scheme: "ws" | "wss" }>;

export function asWeb(endpoint: Endpoint): WebEndpoint {
	if (endpoint.scheme === "ws" || endpoint.scheme === "wss") return endpoint;
	throw new ZmqError("EINVAL", `"${endpoint.text}" is not a WebSocket endpoint`, { address: endpoint.text });
}

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
