/**
 * WebSocket (RFC 6455) spoken octet by octet, for tests of ZWS: the opening of both sides, and frames that need not be right.
 *
 * Shares nothing with the code under test. What is opened here ends with the test.
 */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { atEnd } from "./open-sockets.ts";
import { dial, RawPeer } from "./wire.ts";

export const BINARY = 2;
export const TEXT = 1;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export interface WsMessage {
	readonly final: boolean;
	readonly opcode: number;
	readonly masked: boolean;
	readonly payload: Buffer;
}

export interface WsParts {
	opcode?: number;
	final?: boolean;
	/** Default: as this side has to. */
	masked?: boolean;
}

function acceptKey(key: string): string {
	return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** The lines of an HTTP head, up to the empty one. */
async function readHead(raw: RawPeer): Promise<string> {
	let head = "";
	while (!head.endsWith("\r\n\r\n")) head += String(await raw.read(1));
	return head;
}

export function headerOf(head: string, name: string): string | undefined {
	return new RegExp(`^${name}: *(.*?)\r$`, "im").exec(head)?.[1];
}

/** One WebSocket connection, after its opening. */
export class RawWs {
	readonly raw: RawPeer;
	/** What the other side said in its request or its answer. */
	readonly head: string;
	readonly #client: boolean;

	constructor(raw: RawPeer, head: string, role: "client" | "server") {
		this.raw = raw;
		this.head = head;
		this.#client = role === "client";
	}

	/** The protocol that was agreed on, or those that were offered. */
	get protocol(): string | undefined {
		return headerOf(this.head, "sec-websocket-protocol");
	}

	/** One frame of WebSocket. */
	write(payload: Uint8Array | string, { opcode = BINARY, final = true, masked = this.#client }: WsParts = {}): void {
		const bytes = Buffer.from(payload as string);
		const long = bytes.length > 0xffff ? 10 : bytes.length > 125 ? 4 : 2;
		const head = Buffer.alloc(long);
		head[0] = opcode | (final ? 0x80 : 0);
		if (long === 2) head[1] = bytes.length;
		else if (long === 4) head.writeUInt16BE(bytes.length, head.writeUInt8(126, 1));
		else head.writeBigUInt64BE(BigInt(bytes.length), head.writeUInt8(127, 1));
		if (!masked) {
			this.raw.write(head, bytes);
			return;
		}
		head[1] = (head[1] as number) | 0x80;
		const mask = randomBytes(4);
		this.raw.write(head, mask, Buffer.from(bytes.map((byte, index) => byte ^ (mask[index & 3] as number))));
	}

	/** Frames of ZeroMQ, each in a message of its own; the last one ends the message. */
	send(...parts: (Uint8Array | string)[]): void {
		for (const [index, part] of parts.entries())
			this.write(Buffer.concat([Buffer.of(index < parts.length - 1 ? 1 : 0), Buffer.from(part as string)]));
	}

	/** The next message of WebSocket, control messages too. */
	async next(): Promise<WsMessage> {
		const [first = 0, second = 0] = await this.raw.read(2);
		const short = second & 0x7f;
		const size =
			short === 126 ? (await this.raw.read(2)).readUInt16BE() : short === 127 ? Number((await this.raw.read(8)).readBigUInt64BE()) : short;
		const masked = (second & 0x80) !== 0;
		const mask = masked ? await this.raw.read(4) : undefined;
		const bytes = Buffer.from(await this.raw.read(size));
		const payload = mask === undefined ? bytes : Buffer.from(bytes.map((byte, index) => byte ^ (mask[index & 3] as number)));
		return { final: (first & 0x80) !== 0, opcode: first & 0x0f, masked, payload };
	}

	/** Reads on to the other side's close and answers it; settles when the connection has ended. Gives what came before, without control. */
	async closed(): Promise<WsMessage[]> {
		const before: WsMessage[] = [];
		for (;;) {
			// A connection that breaks without a close has ended too.
			const message = await this.next().catch(() => undefined);
			if (message === undefined || message.opcode === CLOSE) break;
			if (message.opcode < CLOSE) before.push(message);
		}
		this.write("", { opcode: CLOSE });
		await this.raw.ended();
		return before;
	}

	/** The next frame of ZeroMQ: flags and body. Throws at anything that is not one binary message of WebSocket. */
	async frame(): Promise<{ flags: number; body: Buffer }> {
		const { final, opcode, payload } = await this.next();
		if (!final || opcode !== BINARY || payload.length === 0) throw new Error(`Something else than a frame came: opcode ${opcode}`);
		return { flags: payload[0] as number, body: payload.subarray(1) };
	}

	async command(): Promise<{ name: string; data: Buffer }> {
		const { flags, body } = await this.frame();
		if (flags !== 2) throw new Error(`A message came where a command was expected: ${String(body)}`);
		const nameBytes = body[0] as number;
		return { name: body.toString("latin1", 1, 1 + nameBytes), data: body.subarray(1 + nameBytes) };
	}

	/** The frames of the next message, as text. */
	async message(): Promise<string[]> {
		const parts: string[] = [];
		for (;;) {
			const { flags, body } = await this.frame();
			if (flags > 1) throw new Error(`A command came where a message was expected: ${String(body)}`);
			parts.push(String(body));
			if (flags === 0) return parts;
		}
	}
}

/** A connection of a client that waits to be answered. */
export class AskedWs extends RawWs {
	/** With this protocol, or with none; by default as it has to be. */
	answer(protocol: string | undefined, parts: { status?: string; accept?: string } = {}): void {
		const { status = "101 Switching Protocols", accept = acceptKey(headerOf(this.head, "sec-websocket-key") ?? "") } = parts;
		const chosen = protocol === undefined ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
		this.raw.write(
			Buffer.from(`HTTP/1.1 ${status}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${chosen}\r\n`),
		);
	}
}

/** Opens a WebSocket to one of our endpoints. Throws when the connection ends before there is an answer. */
export async function dialWs(endpoint: string | null | undefined, protocols: string | undefined): Promise<RawWs> {
	const { hostname, port, pathname } = new URL(endpoint ?? "");
	const raw = await dial(`tcp://${hostname}:${port}`);
	const key = randomBytes(16).toString("base64");
	const offer = protocols === undefined ? "" : `Sec-WebSocket-Protocol: ${protocols}\r\n`;
	raw.write(
		Buffer.from(
			`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\n` +
				`${offer}Sec-WebSocket-Version: 13\r\n\r\n`,
		),
	);
	const head = await readHead(raw);
	if (head.startsWith("HTTP/1.1 101") && headerOf(head, "sec-websocket-accept") !== acceptKey(key))
		throw new Error("A wrong key came back");
	return new RawWs(raw, head, "client");
}

/** Waits for our sockets to connect over WebSocket. */
export class WsListener {
	readonly endpoint: string;
	readonly #waiting: RawPeer[] = [];
	#wake: () => void = () => {};

	constructor(port: number, path: string) {
		this.endpoint = `ws://127.0.0.1:${port}${path}`;
	}

	/** @internal */
	take(raw: RawPeer): void {
		this.#waiting.push(raw);
		this.#wake();
	}

	/** The next connection, with its request; answered with this protocol, or with none. */
	async next(protocol: string | undefined): Promise<RawWs> {
		const asked = await this.request();
		asked.answer(protocol);
		return asked;
	}

	/** The next connection, with its request, which is not answered yet. */
	async request(): Promise<AskedWs> {
		while (this.#waiting.length === 0)
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		const raw = this.#waiting.shift() as RawPeer;
		const head = await readHead(raw);
		return new AskedWs(raw, head, "server");
	}
}

export async function listenWs(path = "/"): Promise<WsListener> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	atEnd(() => server.close());
	const listener = new WsListener((server.address() as AddressInfo).port, path);
	server.on("connection", (stream) => listener.take(new RawPeer(stream)));
	return listener;
}
