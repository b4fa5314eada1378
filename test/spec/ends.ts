/**
 * Sockets in the words of the tests of patterns: whoever sends and whoever receives, whatever its type calls it.
 *
 * A type that says beside a message to whom it goes (a routing id, a group) is wrapped so that one such end speaks with one peer
 * or one group. What a test needs to know of queues it learns by filling them.
 */
import type { Content, Readable, SendOutcome, Socket, SocketEventType, WaitOptions, Writable } from "@zloom/core";
import { expect } from "vitest";
import type { SpecTransport } from "./clause.ts";
import { open } from "./open-sockets.ts";

export interface Sender {
	readonly socket: Socket;
	connect(endpoint: string): void;
	trySend(body: Content): SendOutcome;
	send(body: Content, options?: WaitOptions): Promise<void>;
	sendMany?(bodies: readonly Content[]): Promise<void>;
}

export interface Receiver {
	readonly socket: Socket;
	connect(endpoint: string): void;
	receive(): Promise<Buffer[]>;
	tryReceive(): Buffer[] | undefined;
}

/** A socket that sends plain messages, open until the end of the test. */
export function sender(socket: Socket & Writable): Sender {
	open(quick(socket));
	return {
		socket,
		connect: (endpoint) => socket.connect(endpoint),
		trySend: (body) => socket.trySend(body),
		send: (body, options) => socket.send(body, options),
		sendMany: (bodies) => socket.sendMany(bodies),
	};
}

/** A socket that receives plain messages, open until the end of the test. */
export function receiver(socket: Socket & Readable): Receiver {
	open(quick(socket));
	return {
		socket,
		connect: (endpoint) => socket.connect(endpoint),
		receive: () => socket.receive(),
		tryReceive: () => socket.tryReceive(),
	};
}

/** Both. */
export function duplex(socket: Socket & Writable & Readable): Sender & Receiver {
	return { ...receiver(socket), ...sender(socket) };
}

/** One frame, if it is one; several are the socket's to refuse. */
export function alone(body: Content): string {
	return (Array.isArray(body) && body.length === 1 ? body[0] : body) as string;
}

/** Tests do not wait longer than they must for a connection to be made again. */
export function quick<S extends Socket>(socket: S): S {
	socket.reconnectInterval = 1;
	return socket;
}

/** Connections of inproc are not made again, and nobody can be cut off from outside. */
export function reconnects(transport: SpecTransport): boolean {
	return transport !== "inproc";
}

export function turn(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}

/** The next event of this type. */
export function happens(socket: Socket, type: SocketEventType): Promise<void> {
	return new Promise((resolve) => socket.events.on(type, () => resolve()));
}

/** The socket is gone, and what it had to send is delivered. */
export async function leave({ socket }: { readonly socket: Socket }): Promise<void> {
	await socket[Symbol.asyncDispose]();
}

/** The socket is gone, with all that it had to send. */
export async function vanish(end: { readonly socket: Socket }): Promise<void> {
	end.socket.linger = 0;
	await leave(end);
}

/** Tries until the message is taken; for types that drop what nobody wants yet. */
export async function sendSurely({ trySend }: Pick<Sender, "trySend">, body: Content): Promise<void> {
	while (trySend(body) !== "sent") await turn();
}

const HEAVY_BYTES = 256 * 1024;
const HEAVY_MAX = 400;
const STILL_TURNS = 100;

/** A message with its number in front, so large that operating systems buffer few of them. */
export function heavy(number: number): Buffer {
	const body = Buffer.alloc(HEAVY_BYTES);
	body.write(`${number}`);
	return body;
}

/** The text with which a message begins. */
export function textOf(frames: readonly Uint8Array[] | undefined): string {
	const frame = Buffer.from(frames?.[0] ?? "nothing");
	const end = frame.indexOf(0);
	return frame.toString("utf8", 0, end < 0 ? frame.length : end);
}

/** Sends heavy messages until all queues are full and stay so. Returns how many were taken: 0, 1, 2 … */
export async function fill({ trySend }: Pick<Sender, "trySend">): Promise<number> {
	let count = 0;
	for (let still = 0; still < STILL_TURNS; ) {
		if (trySend(heavy(count)) === "sent") {
			count += 1;
			still = 0;
			expect(count).toBeLessThan(HEAVY_MAX);
		} else {
			still += 1;
			await turn();
		}
	}
	return count;
}

/** Receives so many numbered messages, and expects them in order, from `first` on. */
export async function expectNumbers(end: Receiver, count: number, first = 0): Promise<void> {
	for (let number = first; number < first + count; number++) expect(textOf(await end.receive())).toBe(`${number}`);
}

/** Frames as bytes; unlike toEqual, quick for large ones. */
export function expectFrames(actual: readonly Buffer[], expected: readonly Buffer[]): void {
	expect(actual.map((frame) => frame.length)).toEqual(expected.map((frame) => frame.length));
	expect(actual.every((frame, index) => frame.equals(expected[index] as Buffer))).toBe(true);
}

/** Bodies that a careless implementation could change: empty, all values, sizes around those of frame headers. */
export const BODIES: readonly Buffer[] = [
	Buffer.alloc(0),
	Buffer.from(Array.from({ length: 256 }, (_, value) => value)),
	Buffer.alloc(1, 1),
	Buffer.alloc(255, 2),
	Buffer.alloc(256, 3),
	Buffer.alloc(70_000, 4),
];
