/**
 * What one side of an inproc pipe tells the other when they meet, and its form in a lane's control records.
 *
 * A request for a pipe: the number of the binding (u32), then the party. A party: send and receive high-water mark (u32 each),
 * length and text of the socket type, length and bytes of the routing id, then the properties as a handshake has them.
 * Little-endian; never leaves the process.
 */
import { encodeProperties, type Properties, parseProperties } from "../wire/command.ts";
import { ProtocolError } from "../wire/protocol-error.ts";

export interface Party {
	/** The socket type, or "" for a bare pipe. */
	readonly type: string;
	readonly routingId: Uint8Array;
	/** What its messages' metadata will say of it, by lower-case name. */
	readonly properties: Properties;
	/** Messages; 0 = no limit. */
	readonly sendHighWaterMark: number;
	readonly receiveHighWaterMark: number;
}

export function encodeParty(party: Party): Buffer {
	const type = Buffer.from(party.type, "latin1");
	const properties = encodeProperties(party.properties);
	const bytes = Buffer.alloc(10 + type.length + party.routingId.length + properties.length);
	bytes.writeUInt32LE(party.sendHighWaterMark, 0);
	bytes.writeUInt32LE(party.receiveHighWaterMark, 4);
	bytes[8] = type.length;
	bytes.set(type, 9);
	bytes[9 + type.length] = party.routingId.length;
	bytes.set(party.routingId, 10 + type.length);
	bytes.set(properties, 10 + type.length + party.routingId.length);
	return bytes;
}

/** Undefined when the bytes are not a party. */
export function decodeParty(payload: Uint8Array): Party | undefined {
	if (payload.length < 10) return undefined;
	// A copy: the record's memory holds messages too.
	const bytes = Buffer.from(payload);
	const typeEnd = 9 + (bytes[8] as number);
	if (typeEnd >= bytes.length) return undefined;
	const idEnd = typeEnd + 1 + (bytes[typeEnd] as number);
	const properties = idEnd > bytes.length ? undefined : readProperties(bytes.subarray(idEnd));
	if (properties === undefined) return undefined;
	return {
		sendHighWaterMark: bytes.readUInt32LE(0),
		receiveHighWaterMark: bytes.readUInt32LE(4),
		type: bytes.toString("latin1", 9, typeEnd),
		routingId: bytes.subarray(typeEnd + 1, idEnd),
		properties,
	};
}

function readProperties(bytes: Buffer): Properties | undefined {
	try {
		return parseProperties(bytes, "ERR_ZMTP_INVALID_METADATA");
	} catch (error) {
		if (error instanceof ProtocolError) return undefined;
		throw error;
	}
}

/** The number of the binding, before what is asked of it. */
export const REQUEST_HEADER_BYTES = 4;

/** Which binding a request is for; -1 when the bytes are none. */
export function requestedBinding(payload: Uint8Array): number {
	return payload.length < REQUEST_HEADER_BYTES ? -1 : Buffer.from(payload.buffer, payload.byteOffset, REQUEST_HEADER_BYTES).readUInt32LE(0);
}

export function encodeRequest(binding: number, party: Party): Buffer {
	const number = Buffer.alloc(4);
	number.writeUInt32LE(binding, 0);
	return Buffer.concat([number, encodeParty(party)]);
}

export function decodeRequest(payload: Uint8Array): { binding: number; party: Party } | undefined {
	if (payload.length < REQUEST_HEADER_BYTES) return undefined;
	const party = decodeParty(payload.subarray(REQUEST_HEADER_BYTES));
	if (party === undefined) return undefined;
	return { binding: requestedBinding(payload), party };
}

/** The high-water mark of one direction of an inproc pipe; 0 = none. */
export function addMarks(sender: number, receiver: number): number {
	return sender === 0 || receiver === 0 ? 0 : sender + receiver;
}
