/**
 * ZAP 1.0 messages (RFC 27): what is asked about a peer, and what is answered.
 *
 * A request has, behind the envelope's empty frame: version, request id, domain, address, routing id, mechanism, and the
 * credentials of that mechanism. A reply has exactly seven frames: empty, version, request id, status, text, user id, metadata.
 *
 * Pure; a reply that is none is thrown as ProtocolError, with libzmq's word for what is wrong.
 */
import type { Message } from "../message.ts";
import { encodeProperties, type PropertyList, parseProperties } from "../wire/command.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import type { Verdict } from "./mechanism.ts";

/** Where the handler is bound. */
export const ZAP_ENDPOINT = "inproc://zeromq.zap.01";
const VERSION = "1.0";
const REPLY_FRAMES = 7;
const REQUEST_FRAMES_MIN = 6;
const EMPTY = Buffer.alloc(0);
const STATUSES: readonly number[] = [200, 300, 400, 500];

/** One question about one peer. */
export interface ZapRequest {
	readonly domain: string;
	/** The peer's IP address without port; empty where it has none. */
	readonly address: string;
	/** The routing id of the socket that asks. */
	readonly routingId: Uint8Array;
	readonly mechanism: string;
	readonly credentials: readonly Uint8Array[];
}

export function encodeZapRequest(requestId: string, request: ZapRequest): Message {
	const { domain, address, routingId, mechanism, credentials } = request;
	const texts = [VERSION, requestId, domain, address].map((text) => Buffer.from(text));
	return [EMPTY, ...texts, routingId, Buffer.from(mechanism), ...credentials];
}

/** The request id of a reply, or undefined when it cannot be one. */
export function replyId(reply: Message): string | undefined {
	const id = reply[2];
	return id === undefined ? undefined : Buffer.from(id).toString("latin1");
}

/** @throws ProtocolError ERR_ZAP_… */
export function parseZapReply(reply: Message, requestId: string): Verdict {
	const [delimiter, version, id, status, , userId, metadata] = reply.map((frame) => Buffer.from(frame)) as Buffer[];
	if (reply.length !== REPLY_FRAMES || delimiter?.length !== 0)
		throw new ProtocolError(
			"ERR_ZAP_MALFORMED_REPLY",
			`The ZAP handler replied with ${reply.length} frames instead of an empty one and six more`,
		);
	if (version?.toString("latin1") !== VERSION)
		throw new ProtocolError("ERR_ZAP_BAD_VERSION", "The ZAP handler replied in another version than 1.0");
	if (id?.toString("latin1") !== requestId)
		throw new ProtocolError("ERR_ZAP_BAD_REQUEST_ID", "The ZAP handler replied with a request id that was not asked with");
	const code = status?.toString("latin1") ?? "";
	if (!/^\d{3}$/.test(code) || !STATUSES.includes(Number(code)))
		throw new ProtocolError("ERR_ZAP_INVALID_STATUS_CODE", "The ZAP handler replied with a status that is none of 200, 300, 400 and 500");
	return {
		status: Number(code) as Verdict["status"],
		userId: userId?.toString("utf8") ?? "",
		metadata: parseProperties(metadata ?? EMPTY, "ERR_ZAP_INVALID_METADATA"),
	};
}

/** A request as its handler reads it. */
export interface ReceivedZapRequest extends ZapRequest {
	/** To be sent back. */
	readonly requestId: Uint8Array;
}

/** @param frames without the envelope; undefined when they are no ZAP 1.0 request */
export function parseZapRequest(frames: Message): ReceivedZapRequest | undefined {
	const [version, requestId, domain, address, routingId, mechanism, ...credentials] = frames.map((frame) => Buffer.from(frame));
	if (frames.length < REQUEST_FRAMES_MIN || version?.toString("latin1") !== VERSION) return undefined;
	return {
		requestId: requestId as Buffer,
		domain: String(domain),
		address: String(address),
		routingId: routingId as Buffer,
		mechanism: String(mechanism),
		credentials,
	};
}

/** The frames of a reply, without the envelope. */
export function encodeZapReply(
	requestId: Uint8Array,
	reply: { status: Verdict["status"]; text: string; userId: string; metadata: PropertyList },
): Message {
	const texts = [String(reply.status), reply.text, reply.userId].map((text) => Buffer.from(text));
	return [Buffer.from(VERSION), requestId, ...texts, encodeProperties(reply.metadata)];
}
