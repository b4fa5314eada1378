/**
 * ZMTP commands: READY, ERROR, PING, PONG (RFC 23 §"Commands", RFC 37 §"Connection Heartbeating").
 *
 * A command body is one byte of name length, the name, then data. Functions here make and read bodies; frame.ts puts
 * them into frames. Property names are matched without regard to case and sent in the canonical one; a property that
 * comes twice counts once, the first.
 *
 * Pure: bytes in, values out; the only error that input can cause is ProtocolError.
 */
import { METADATA_PROPERTIES_MAX, PING_CONTEXT_BYTES_MAX } from "../limits.ts";
import { ProtocolError, type ProtocolReason } from "./protocol-error.ts";

/** Properties by lower-case name. */
export type Properties = ReadonlyMap<string, Buffer>;

export interface Command {
	readonly name: string;
	readonly data: Buffer;
}

/** @throws ProtocolError ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED */
export function parseCommand(body: Buffer): Command {
	const nameLength = body[0];
	if (nameLength === undefined || nameLength === 0 || nameLength > body.length - 1)
		throw new ProtocolError("ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED", "The peer sent a command without a readable name");
	return { name: body.toString("latin1", 1, 1 + nameLength), data: body.subarray(1 + nameLength) };
}

/** @param name at most 255 ASCII characters */
export function encodeCommand(name: string, data: Uint8Array): Buffer {
	const body = Buffer.allocUnsafe(1 + name.length + data.length);
	body[0] = name.length;
	body.write(name, 1, "latin1");
	body.set(data, 1 + name.length);
	return body;
}

/** Properties in the order in which they are sent; names of at most 255 bytes. */
export type PropertyList = Iterable<readonly [name: string, value: Uint8Array]>;

/** The list of properties as it stands in READY, INITIATE and ZAP replies. */
export function encodeProperties(properties: PropertyList): Buffer {
	const parts: Uint8Array[] = [];
	for (const [name, value] of properties) {
		const head = Buffer.allocUnsafe(1 + name.length + 4);
		head[0] = name.length;
		head.write(name, 1, "latin1");
		head.writeUInt32BE(value.length, 1 + name.length);
		parts.push(head, value);
	}
	return Buffer.concat(parts);
}

export function encodeReady(properties: PropertyList): Buffer {
	return encodeCommand("READY", encodeProperties(properties));
}

/** @throws ProtocolError with `reason` when the list is cut or crowded */
export function parseProperties(data: Buffer, reason: ProtocolReason): Properties {
	const properties = new Map<string, Buffer>();
	let count = 0;
	let at = 0;
	while (at < data.length) {
		const nameLength = data[at] as number;
		const valueAt = at + 1 + nameLength + 4;
		if (nameLength === 0 || valueAt > data.length)
			throw new ProtocolError(reason, "The peer sent a property whose name is empty or cut off");
		const name = data.toString("latin1", at + 1, at + 1 + nameLength).toLowerCase();
		const end = valueAt + data.readUInt32BE(valueAt - 4);
		if (end > data.length) throw new ProtocolError(reason, "The peer sent a property whose value is cut off");
		count += 1;
		if (count > METADATA_PROPERTIES_MAX) throw new ProtocolError(reason, `The peer sent more than ${METADATA_PROPERTIES_MAX} properties`);
		if (!properties.has(name)) properties.set(name, data.subarray(valueAt, end));
		at = end;
	}
	return properties;
}

/** @param reason cut to 255 characters; visible ones are all that the grammar allows, the others become underscores */
export function encodeError(reason: string): Buffer {
	const text = Buffer.from(reason.slice(0, 255).replace(/[^\x21-\x7e]/g, "_"), "latin1");
	return encodeCommand("ERROR", Buffer.concat([Buffer.from([text.length]), text]));
}

/** @throws ProtocolError ERR_ZMTP_MALFORMED_COMMAND_ERROR */
export function parseError(data: Buffer): string {
	const length = data[0];
	if (length === undefined || length > data.length - 1)
		throw new ProtocolError("ERR_ZMTP_MALFORMED_COMMAND_ERROR", "The peer sent an ERROR whose reason is cut off");
	return data.toString("utf8", 1, 1 + length).replace(/[^\x20-\x7e]/g, "?");
}

export interface Ping {
	/** How long silence is to be borne, ms; 0 = not said. */
	readonly timeToLiveMs: number;
	/** To be echoed; longer ones are cut as libzmq does. */
	readonly context: Buffer;
}

export function encodePing(timeToLiveMs: number, context: Uint8Array): Buffer {
	const data = Buffer.allocUnsafe(2 + context.length);
	data.writeUInt16BE(Math.min(0xffff, Math.floor(timeToLiveMs / 100)), 0);
	data.set(context, 2);
	return encodeCommand("PING", data);
}

/** @throws ProtocolError ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED */
export function parsePing(data: Buffer): Ping {
	if (data.length < 2) throw new ProtocolError("ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED", "The peer sent a PING without a time to live");
	return { timeToLiveMs: data.readUInt16BE(0) * 100, context: data.subarray(2, 2 + PING_CONTEXT_BYTES_MAX) };
}

export function encodePong(context: Uint8Array): Buffer {
	return encodeCommand("PONG", context);
}
