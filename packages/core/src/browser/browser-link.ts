/**
 * A browser's WebSocket as a link (transport/link.ts).
 *
 * - A browser cannot stop reading. While the pipe is full messages wait here; beyond INBOUND_BYTES_MAX the connection is ended with an
 *   error, so that a fast peer cannot fill the page's memory. The high-water mark of the receiver should stay well below.
 * - A browser does not tell when something was written: while there is a backlog it is looked at every few milliseconds.
 * - Browsers answer pings by themselves and send none.
 *
 * Shutdown: `end` closes the WebSocket, which first sends what was given to it; `destroy` lets go of it and closes it.
 */
import { ZmqError } from "../errors.ts";
import { SEND_BACKLOG_BYTES } from "../limits.ts";
import type { Frame, Message } from "../message.ts";
import type { MessageCipher } from "../security/mechanism.ts";
import type { Link, LinkOwner } from "../transport/link.ts";
import { FrameQueue } from "../transport/web-socket/frame-queue.ts";
import { leavingError } from "../transport/web-socket/leaving.ts";
import { FLAG_COMMAND, FLAG_MORE, headed } from "../wire/frame.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { encodeZws, parseZwsFlags, ZWS_OVERHEAD_BYTES } from "../wire/zws.ts";
import type { BrowserWebSocket } from "./web-socket.ts";

/** What may wait for a receiver that does not take its messages, bytes. */
const INBOUND_BYTES_MAX = 64 << 20;
/** How often a backlog is looked at, ms. */
const LOOK_MS = 5;
const CLOSE_NORMAL = 1000;

export class BrowserLink implements Link {
	owner: LinkOwner | undefined;
	readonly frames = new FrameQueue();
	readonly pings = false;
	/** A browser does not say. */
	readonly peerAddress = "";
	readonly #webSocket: BrowserWebSocket;
	#cipher: MessageCipher | undefined;
	#discarding = false;
	#paused = false;
	/** Of messages that came while paused. */
	#waitingBytes = 0;
	#looking = false;
	#onFlushed: (() => void) | undefined;

	/** @param webSocket open; the link takes it over */
	constructor(webSocket: BrowserWebSocket) {
		this.#webSocket = webSocket;
		webSocket.onmessage = ({ data }) => this.#onMessage(data);
		webSocket.onclose = ({ code, reason }) => this.owner?.onLost(leavingError(code, reason));
		webSocket.onerror = null;
		webSocket.onopen = null;
	}

	get backlogBytes(): number {
		return this.#webSocket.bufferedAmount;
	}

	pause(): void {
		this.#paused = true;
	}

	resume(): void {
		this.#paused = false;
		this.#waitingBytes = 0;
	}

	discardInput(): void {
		this.#discarding = true;
		this.frames.clear();
	}

	write(bytes: Buffer): void {
		this.#webSocket.send(bytes);
	}

	cork(): void {
		// A browser gathers by itself.
	}

	uncork(): void {
		this.#look();
	}

	appendMessage(message: Message): number {
		const last = message.length - 1;
		let bytes = 0;
		for (let at = 0; at < last; at++) bytes += this.#append(FLAG_MORE, message[at] as Frame);
		return bytes + this.#append(0, message[last] as Frame);
	}

	appendCommand(body: Uint8Array, head?: Uint8Array): number {
		return this.#append(FLAG_COMMAND, head === undefined ? body : headed(head, body));
	}

	appendPing(): number {
		return 0;
	}

	appendPong(): number {
		return 0;
	}

	useCipher(cipher: MessageCipher): void {
		this.#cipher = cipher;
	}

	end(onFlushed: () => void): void {
		this.#onFlushed = onFlushed;
		this.#webSocket.close(CLOSE_NORMAL);
		this.#look();
	}

	destroy(): void {
		this.owner = undefined;
		this.#webSocket.onmessage = null;
		this.#webSocket.onclose = null;
		this.#webSocket.close();
	}

	destroySoon(): void {
		this.destroy();
	}

	#append(flags: number, body: Uint8Array): number {
		const cipher = this.#cipher;
		let message: Buffer;
		if (cipher === undefined) message = encodeZws(flags, body);
		else {
			message = Buffer.allocUnsafe(ZWS_OVERHEAD_BYTES + body.length + cipher.bodyOverheadBytes);
			message[0] = 0;
			cipher.seal(message, ZWS_OVERHEAD_BYTES, flags, body);
		}
		this.#webSocket.send(message);
		return message.length;
	}

	#look(): void {
		if (this.#looking || this.owner === undefined) return;
		this.#looking = true;
		setTimeout(this.#lookAgain, LOOK_MS);
	}

	readonly #lookAgain = (): void => {
		this.#looking = false;
		const { owner } = this;
		if (owner === undefined) return;
		const backlog = this.backlogBytes;
		owner.onWritten();
		if (backlog < SEND_BACKLOG_BYTES / 2) owner.onDrain();
		if (backlog > 0) this.#look();
		else this.#onFlushed?.();
	};

	#onMessage(data: ArrayBuffer | string): void {
		const { owner } = this;
		if (owner === undefined || this.#discarding) return;
		try {
			if (typeof data === "string")
				throw new ProtocolError("ERR_ZWS_TEXT_MESSAGE", "The peer sent text; a frame of ZeroMQ is a binary message");
			const message = Buffer.from(data);
			this.frames.push(parseZwsFlags(message), message.subarray(ZWS_OVERHEAD_BYTES));
			if (this.#paused) this.#waitingBytes += message.length;
		} catch (error) {
			owner.onViolation(error);
			return;
		}
		if (this.#waitingBytes <= INBOUND_BYTES_MAX) owner.onInput();
		else owner.onLost(new ZmqError("ENOBUFS", `${INBOUND_BYTES_MAX} bytes wait for a receiver that does not take its messages`));
	}
}
