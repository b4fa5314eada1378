/**
 * Pieces of valid ZMTP conversations, from which seeds are put together (RFC 13, 15, 23, 37).
 *
 * Pure.
 */
import { encodeError, encodeFrame, encodeGreeting, encodePing, encodeReady, FLAG_COMMAND, FLAG_MORE } from "./core.ts";
import type { Parts } from "./target.ts";

export const text = (characters: string): Buffer => Buffer.from(characters, "latin1");
export const command = (body: Uint8Array): Buffer => encodeFrame(FLAG_COMMAND, body);
export const frame = (body: string | Uint8Array, more = false): Buffer =>
	encodeFrame(more ? FLAG_MORE : 0, typeof body === "string" ? text(body) : body);

export function ready(socketType: string, ...more: [string, Uint8Array][]): Buffer {
	return command(encodeReady([["Socket-Type", text(socketType)], ...more]));
}

/** 64 bytes; `change` may spoil them. */
export function greeting(mechanism = "NULL", change: (bytes: Buffer) => void = () => {}): Buffer {
	const bytes = encodeGreeting(mechanism);
	change(bytes);
	return bytes;
}

export const version = (major: number, minor: number): Buffer =>
	greeting("NULL", (bytes) => {
		bytes[10] = major;
		bytes[11] = minor;
	});

/** Signature, version 1, socket type: what a peer of ZMTP 2.0 sends. */
export const greeting2 = (socketType: number): Buffer => Buffer.concat([greeting().subarray(0, 10), Buffer.of(1, socketType)]);
/** A routing id as the first frame of ZMTP 1.0. */
export const greeting1 = (routingId = ""): Buffer => Buffer.concat([Buffer.of(routingId.length + 1, 0), text(routingId)]);
/** A long frame header of ZMTP 2.0 and later that announces `bytes`. */
export function longHeader(flags: number, bytes: bigint): Buffer {
	const header = Buffer.alloc(9);
	header[0] = flags | 2;
	header.writeBigUInt64BE(BigInt.asUintN(64, bytes), 1);
	return header;
}

export const ping = (timeToLiveMs = 0, context = ""): Buffer => command(encodePing(timeToLiveMs, text(context)));
export const error = (reason: string): Buffer => command(encodeError(reason));
export const subscribe = (topic: string): Buffer => command(text(`\x09SUBSCRIBE${topic}`));
export const cancel = (topic: string): Buffer => command(text(`\x06CANCEL${topic}`));

/** The beginning of a connection in each version, each with a socket type. */
export function openings(socketType: string, socketTypeNumber: number): Parts[] {
	return [
		[greeting(), ready(socketType)],
		[version(3, 0), ready(socketType, ["Identity", text("someone")])],
		[version(4, 7), ready(socketType, ["X-Rack", text("7")])],
		[greeting2(socketTypeNumber), frame("peer-2")],
		[greeting1()],
		[greeting1("peer-1")],
		[Buffer.from("ff00000000000000017e", "hex")],
	];
}
