/**
 * A WebSocket of the library ws as a link: each frame is one binary message (wire/zws.ts).
 *
 * - Pings and pongs are WebSocket's own, as in libzmq. A flood of pings costs one answer a flush.
 * - The library collects a message until it is whole; what it may collect is watched here, on the stream, because a peer that has
 *   not finished its handshake is allowed little.
 * - Paused means that nothing is read from the stream; messages of the chunk at hand wait in the queue.
 *
 * Shutdown: `end` sends a close frame behind what was sent; the library answers the peer's. It destroys the stream CLOSE_WAIT_MS after
 * a close that is not answered. Listeners stay on the stream, so that a late error finds one.
 */
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { COMMAND_BYTES_MAX, FRAME_BYTES_TRUSTED } from "../../limits.ts";
import { dropQueued } from "../../memory/arena-buffer.ts";
import type { Frame, Message } from "../../message.ts";
import type { MessageCipher } from "../../security/mechanism.ts";
import { FLAG_COMMAND, FLAG_MORE, headed, tooLarge } from "../../wire/frame.ts";
import { ProtocolError } from "../../wire/protocol-error.ts";
import { encodeZws, parseZwsFlags, ZWS_OVERHEAD_BYTES } from "../../wire/zws.ts";
import type { Link, LinkOwner } from "../link.ts";
import { withoutMapping } from "../stream-link.ts";
import { FrameQueue } from "./frame-queue.ts";
import { leavingError } from "./leaving.ts";

const BINARY = { binary: true, compress: false } as const;
const CLOSE_NORMAL = 1000;
const CLOSE_PROTOCOL_ERROR = 1002;
/** What the library says of a message above maxMessageSize, and of one above 2^53. */
const TOO_LARGE: readonly string[] = ["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH"];
/** Header of a large WebSocket frame with its mask: what a message is longer than what it carries. */
const HEADER_BYTES_MAX = 14;

export class WebSocketLink implements Link {
	owner: LinkOwner | undefined;
	readonly frames = new FrameQueue();
	readonly pings = true;
	readonly peerAddress: string;
	readonly #webSocket: WebSocket;
	readonly #stream: Socket;
	#cipher: MessageCipher | undefined;
	#discarding = false;
	/** Bytes that came since the last message was whole. */
	#collectedBytes = 0;
	/** Messages given to the library that are not written yet. */
	#unwritten = 0;
	#onFlushed: (() => void) | undefined;
	/** What happened to the stream, or what the library says of the peer. */
	#error: Error | undefined;

	/**
	 * @param webSocket open; the link takes it over
	 * @param stream that it runs on
	 */
	constructor(webSocket: WebSocket, stream: Socket) {
		this.#webSocket = webSocket;
		this.#stream = stream;
		this.peerAddress = withoutMapping(stream.remoteAddress);
		stream.unref();
		stream.on("data", (chunk: Buffer) => this.#onBytes(chunk.length));
		stream.on("drain", () => this.owner?.onDrain());
		stream.on("error", (error) => {
			this.#error ??= error;
		});
		webSocket.on("message", (data: Buffer, binary: boolean) => this.#onMessage(data, binary));
		webSocket.on("ping", (context: Buffer) => {
			if (!this.#discarding) this.owner?.onPing(context);
		});
		webSocket.on("error", (error: NodeJS.ErrnoException) => this.#onError(error));
		webSocket.on("close", (code, reason) => this.owner?.onLost(this.#error ?? leavingError(code, reason.toString("utf8"))));
	}

	get backlogBytes(): number {
		return this.#stream.writableLength;
	}

	pause(): void {
		this.#webSocket.pause();
	}

	resume(): void {
		this.#webSocket.resume();
	}

	discardInput(): void {
		this.#discarding = true;
		this.frames.clear();
		this.#webSocket.resume();
	}

	write(bytes: Buffer): void {
		this.#send(bytes);
	}

	cork(): void {
		this.#stream.cork();
	}

	uncork(): void {
		this.#stream.uncork();
	}

	appendMessage(message: Message): number {
		const last = message.length - 1;
		let bytes = 0;
		for (let at = 0; at < last; at++) bytes += this.#appendFrame(FLAG_MORE, message[at] as Frame);
		bytes += this.#appendFrame(0, message[last] as Frame);
		// The library was given copies.
		dropQueued(message);
		return bytes;
	}

	appendCommand(body: Uint8Array, head?: Uint8Array): number {
		return this.#appendFrame(FLAG_COMMAND, head === undefined ? body : headed(head, body));
	}

	appendPing(): number {
		this.#webSocket.ping();
		return HEADER_BYTES_MAX;
	}

	appendPong(context: Buffer): number {
		this.#webSocket.pong(context);
		return HEADER_BYTES_MAX + context.length;
	}

	useCipher(cipher: MessageCipher): void {
		this.#cipher = cipher;
	}

	end(onFlushed: () => void): void {
		this.#onFlushed = onFlushed;
		this.#webSocket.close(CLOSE_NORMAL);
		if (this.#unwritten === 0) onFlushed();
	}

	destroy(): void {
		this.owner = undefined;
		this.#webSocket.terminate();
	}

	destroySoon(): void {
		this.owner = undefined;
		this.#webSocket.close(CLOSE_PROTOCOL_ERROR);
		// Whoever broke the rules is not waited for.
		this.#stream.destroySoon();
	}

	#appendFrame(flags: number, body: Uint8Array): number {
		const cipher = this.#cipher;
		if (cipher === undefined) return this.#send(encodeZws(flags, body));
		const message = Buffer.allocUnsafe(ZWS_OVERHEAD_BYTES + body.length + cipher.bodyOverheadBytes);
		message[0] = 0;
		cipher.seal(message, ZWS_OVERHEAD_BYTES, flags, body);
		return this.#send(message);
	}

	#send(message: Buffer): number {
		this.#unwritten += 1;
		this.#webSocket.send(message, BINARY, this.#written);
		return HEADER_BYTES_MAX + message.length;
	}

	/** Made once, for all messages. */
	readonly #written = (): void => {
		this.#unwritten -= 1;
		this.owner?.onWritten();
		if (this.#unwritten === 0 && this.owner !== undefined) this.#onFlushed?.();
	};

	/** The stream gave the library this much. */
	#onBytes(count: number): void {
		const { owner } = this;
		if (owner === undefined) return;
		owner.onHeard();
		if (this.#discarding) return;
		this.#collectedBytes += count;
		const most = Math.max(this.frames.bodyBytesMax, COMMAND_BYTES_MAX);
		// The last chunk may hold the end of one message and the beginning of the next.
		if (this.#collectedBytes > most + FRAME_BYTES_TRUSTED) owner.onViolation(tooLarge(this.#collectedBytes, most));
	}

	#onMessage(data: Buffer, binary: boolean): void {
		this.#collectedBytes = 0;
		const { owner } = this;
		if (owner === undefined || this.#discarding) return;
		try {
			if (!binary) throw new ProtocolError("ERR_ZWS_TEXT_MESSAGE", "The peer sent text; a frame of ZeroMQ is a binary WebSocket message");
			this.frames.push(parseZwsFlags(data), data.subarray(ZWS_OVERHEAD_BYTES));
		} catch (error) {
			owner.onViolation(error);
			return;
		}
		owner.onInput();
	}

	/** What the library refuses. */
	#onError(error: NodeJS.ErrnoException): void {
		if (error.code !== undefined && TOO_LARGE.includes(error.code)) this.owner?.onViolation(tooLargeForUs(error));
		else if (error.code?.startsWith("WS_ERR_") === true)
			this.owner?.onViolation(new ProtocolError("ERR_WS_UNSPECIFIED", `The peer breaks the rules of WebSocket: ${error.message}`));
		else this.#error ??= error;
	}
}

function tooLargeForUs(error: Error): ProtocolError {
	return new ProtocolError("ERR_ZMTP_MESSAGE_TOO_LARGE", `The peer sent a message larger than maxMessageSize allows: ${error.message}`);
}
