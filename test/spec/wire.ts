/**
 * ZMTP spoken byte by byte, for tests that look at the wire: what a peer may send, and a stream that is read piece by piece.
 *
 * Written from the RFCs alone and sharing nothing with the code under test. All that is opened here ends with the test.
 */

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket as Stream } from "node:net";
import type { SpecTransport } from "./clause.ts";
import { atEnd, freeEndpoint } from "./open-sockets.ts";

/** What a raw peer can be reached over. */
export type WireTransport = Extract<SpecTransport, "tcp" | "ipc">;
export const WIRE: readonly WireTransport[] = ["tcp", "ipc"];

export const MORE = 1;
export const LONG = 2;
export const COMMAND = 4;

export const SIGNATURE: Buffer = Buffer.from("ff00000000000000017f", "hex");

export interface GreetingParts {
	major?: number;
	minor?: number;
	mechanism?: string;
	asServer?: number;
	padding?: Buffer;
}

export function greeting({
	major = 3,
	minor = 1,
	mechanism = "NULL",
	asServer = 0,
	padding = Buffer.alloc(8),
}: GreetingParts = {}): Buffer {
	const bytes = Buffer.alloc(64);
	bytes[0] = 0xff;
	padding.copy(bytes, 1);
	bytes[9] = 0x7f;
	bytes[10] = major;
	bytes[11] = minor;
	bytes.write(mechanism, 12, 20, "latin1");
	bytes[32] = asServer;
	return bytes;
}

/** A frame; long where it has to be. */
export function frame(flags: number, body: Uint8Array | string): Buffer {
	const bytes = Buffer.from(body as string);
	const long = bytes.length > 255 || (flags & LONG) !== 0;
	const header = Buffer.alloc(long ? 9 : 2);
	header[0] = long ? flags | LONG : flags;
	if (long) header.writeBigUInt64BE(BigInt(bytes.length), 1);
	else header[1] = bytes.length;
	return Buffer.concat([header, bytes]);
}

export function commandBody(name: string, data: Uint8Array | string = ""): Buffer {
	return Buffer.concat([Buffer.of(name.length), Buffer.from(name, "latin1"), Buffer.from(data as string)]);
}

export function command(name: string, data: Uint8Array | string = ""): Buffer {
	return frame(COMMAND, commandBody(name, data));
}

/** Messages as frames, the way they go out. */
export function message(...parts: (Uint8Array | string)[]): Buffer {
	return Buffer.concat(parts.map((part, index) => frame(index < parts.length - 1 ? MORE : 0, part)));
}

export type PropertyList = readonly (readonly [name: string, value: Uint8Array | string])[];

export function properties(list: PropertyList): Buffer {
	return Buffer.concat(
		list.flatMap(([name, value]) => {
			const bytes = Buffer.from(value as string);
			const size = Buffer.alloc(4);
			size.writeUInt32BE(bytes.length);
			return [Buffer.of(name.length), Buffer.from(name, "latin1"), size, bytes];
		}),
	);
}

/** Names as they came. */
export function readProperties(data: Buffer): Map<string, Buffer> {
	const found = new Map<string, Buffer>();
	for (let at = 0; at < data.length; ) {
		const name = data.toString("latin1", at + 1, at + 1 + (data[at] as number));
		at += 1 + name.length;
		const size = data.readUInt32BE(at);
		found.set(name, data.subarray(at + 4, at + 4 + size));
		at += 4 + size;
	}
	return found;
}

export function ready(socketType: string, more: PropertyList = []): Buffer {
	return command("READY", properties([["Socket-Type", socketType], ...more]));
}

export interface Frame {
	readonly flags: number;
	readonly body: Buffer;
}

/** One connection, read piece by piece. */
export class RawPeer {
	readonly stream: Stream;
	#bytes = Buffer.alloc(0);
	#ended = false;
	#waiting: (() => void)[] = [];

	constructor(stream: Stream) {
		this.stream = stream;
		stream.setNoDelay();
		stream.on("error", () => stream.destroy());
		stream.on("data", (chunk: Buffer) => {
			this.#bytes = Buffer.concat([this.#bytes, chunk]);
			this.#wake();
		});
		for (const event of ["end", "close"])
			stream.on(event, () => {
				this.#ended = true;
				this.#wake();
			});
		atEnd(() => stream.destroy());
	}

	/** Settles when the other side has ended the connection. */
	async ended(): Promise<void> {
		while (!this.#ended) await this.#change();
	}

	/** What came and was not read. */
	get unread(): Buffer {
		return this.#bytes;
	}

	write(...bytes: Buffer[]): void {
		this.stream.write(Buffer.concat(bytes));
	}

	/** Throws when the connection ends before so much has come. */
	async read(count: number): Promise<Buffer> {
		while (this.#bytes.length < count) {
			if (this.#ended) throw new Error(`The connection ended after ${this.#bytes.length} of ${count} bytes`);
			await this.#change();
		}
		const taken = this.#bytes.subarray(0, count);
		this.#bytes = this.#bytes.subarray(count);
		return taken;
	}

	async frame(): Promise<Frame> {
		const flags = (await this.read(1))[0] as number;
		const size = (flags & LONG) === 0 ? ((await this.read(1))[0] as number) : Number((await this.read(8)).readBigUInt64BE());
		return { flags, body: await this.read(size) };
	}

	async command(): Promise<{ name: string; data: Buffer }> {
		const { flags, body } = await this.frame();
		if ((flags & COMMAND) === 0) throw new Error(`A message came where a command was expected: ${String(body)}`);
		const nameBytes = body[0] as number;
		return { name: body.toString("latin1", 1, 1 + nameBytes), data: body.subarray(1 + nameBytes) };
	}

	/** The frames of the next message, as text. */
	async message(): Promise<string[]> {
		const parts: string[] = [];
		for (;;) {
			const { flags, body } = await this.frame();
			if ((flags & COMMAND) !== 0) throw new Error(`A command came where a message was expected: ${String(body)}`);
			parts.push(String(body));
			if ((flags & MORE) === 0) return parts;
		}
	}

	/** Greets, sends READY, and reads theirs; gives their properties. */
	async shake(socketType: string, more: PropertyList = [], parts: GreetingParts = {}): Promise<Map<string, Buffer>> {
		this.write(greeting(parts));
		await this.read(64);
		this.write(ready(socketType, more));
		return readProperties((await this.command()).data);
	}

	#change(): Promise<void> {
		return new Promise((resolve) => this.#waiting.push(resolve));
	}

	#wake(): void {
		for (const resolve of this.#waiting.splice(0)) resolve();
	}
}

/** Connects to one of our sockets. */
export async function dial(endpoint: string | null | undefined): Promise<RawPeer> {
	const address = endpoint ?? "";
	const stream = address.startsWith("ipc://")
		? connect({ path: address.slice("ipc://".length) })
		: connect({ host: "127.0.0.1", port: Number(address.slice(address.lastIndexOf(":") + 1)) });
	await once(stream, "connect");
	return new RawPeer(stream);
}

/** Waits for our sockets to connect. */
export class RawListener {
	readonly endpoint: string;
	/** How many connections came. */
	count = 0;
	readonly #server: Server;
	readonly #accepted: RawPeer[] = [];

	constructor(server: Server, endpoint: string) {
		this.#server = server;
		this.endpoint = endpoint;
		server.on("connection", (stream) => {
			this.count += 1;
			this.#accepted.push(new RawPeer(stream));
		});
		atEnd(() => server.close());
	}

	async next(): Promise<RawPeer> {
		while (this.#accepted.length === 0) await once(this.#server, "connection");
		return this.#accepted.shift() as RawPeer;
	}
}

export async function listen(transport: SpecTransport): Promise<RawListener> {
	const server = createServer();
	if (transport === "ipc") {
		const endpoint = await freeEndpoint("ipc");
		server.listen(endpoint.slice("ipc://".length));
		await once(server, "listening");
		return new RawListener(server, endpoint);
	}
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return new RawListener(server, `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
}
