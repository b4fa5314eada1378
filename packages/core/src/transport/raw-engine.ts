/**
 * Joins one byte stream that is no ZeroMQ (STREAM) and one pipe: what comes is a message of one frame as it came, what goes is
 * written as it is.
 *
 * With the option `notify` an empty message tells the socket that the connection is there, and another one that it is over.
 * Flow is bounded as in engine.ts: a full pipe pauses the stream, SEND_BACKLOG_BYTES pause the pipe.
 *
 * Shutdown: as engine.ts. When the socket has closed its end, what is queued is written, then FIN, then at most CLOSE_WAIT_MS for
 * the peer's. When the connection is over, what has come and the notice are still delivered.
 */
import type { Socket } from "node:net";
import { CLOSE_WAIT_MS, SEND_BACKLOG_BYTES } from "../limits.ts";
import { copiedOut } from "../memory/arena-buffer.ts";
import type { Message } from "../message.ts";
import type { Pipe, PipeOwner } from "../pipe/pipe.ts";
import type { PeerMetadata } from "../security/peer-metadata.ts";
import type { EngineEnd, EngineOwner, ServingEngine } from "./engine.ts";
import { PendingHold } from "./pending-hold.ts";
import type { TransportHost } from "./transport.ts";

const EMPTY = Buffer.alloc(0);
/** Nobody has told us anything. */
const UNKNOWN: PeerMetadata = { socketType: "", routingId: EMPTY, properties: new Map(), userId: "" };

export class RawEngine implements PipeOwner, ServingEngine {
	readonly #stream: Socket;
	readonly #host: TransportHost;
	readonly #owner: EngineOwner;
	readonly #hold = new PendingHold();
	#pipe: Pipe | undefined;
	/** What the pipe has refused; the stream is paused while there is something. */
	#stalled: Message[] = [];
	#flushScheduled = false;
	#draining = false;
	#closing = false;
	#ended = false;
	/** The connection is over, but what has come is still being delivered. */
	#end: EngineEnd | undefined;
	#closeTimer: NodeJS.Timeout | undefined;

	/** @param stream connected; the engine takes it over */
	constructor(stream: Socket, host: TransportHost, owner: EngineOwner) {
		this.#stream = stream;
		this.#host = host;
		this.#owner = owner;
		stream.unref();
		stream.on("data", (chunk: Buffer) => {
			if (!this.#closing && !this.#ended) this.#deliver([chunk]);
		});
		stream.on("drain", () => this.#onDrain());
		stream.on("end", () => this.#onLost(undefined));
		stream.on("error", (error) => this.#onLost(error));
		stream.on("close", () => this.#onLost(undefined));
		// Not from the constructor: the owner does not know this engine yet.
		queueMicrotask(() => this.#start());
	}

	get serving(): boolean {
		return this.#pipe !== undefined;
	}

	destroy(): void {
		this.#finish({ kind: "closed" });
	}

	serve(pipe: Pipe): void {
		this.#pipe = pipe;
		pipe.owner = this;
	}

	onReadable(): void {
		if (this.#host.options.linger !== 0) this.#hold.set(true);
		this.#scheduleFlush();
	}

	onWritable(): void {
		while (this.#stalled.length > 0) {
			if (this.#pipe?.tryWrite(this.#stalled[0] as Message) !== true) return;
			this.#stalled.shift();
		}
		if (this.#end !== undefined) this.#finish(this.#end);
		else this.#stream.resume();
	}

	onClosed(): void {
		if (this.#closing || this.#ended) return;
		this.#owner.onPipeClosed(this);
		if (this.#isEnded()) return;
		if (this.#end !== undefined) this.#finish(this.#end);
		else if (this.#host.options.linger === 0 && this.#pipe?.readable !== true) this.destroy();
		else {
			this.#closing = true;
			this.#stalled = [];
			this.#hold.set(true);
			this.#stream.resume();
			this.#scheduleFlush();
		}
	}

	#isEnded(): boolean {
		return this.#ended;
	}

	#start(): void {
		if (this.#ended) return;
		const pipe = this.#owner.takePipe(this, UNKNOWN);
		if (this.#isEnded()) return;
		if (pipe === undefined) {
			this.destroy();
			return;
		}
		if (this.#host.options.notify) this.#deliver([EMPTY]);
		if (pipe.readable) this.onReadable();
		if (pipe.closed) this.onClosed();
	}

	#deliver(message: Message): void {
		if (this.#stalled.length === 0 && this.#pipe?.tryWrite(message) === true) return;
		this.#stalled.push(message);
		this.#stream.pause();
	}

	#scheduleFlush(): void {
		if (this.#flushScheduled || this.#draining) return;
		this.#flushScheduled = true;
		setImmediate(this.#flush);
	}

	/** Made once: setImmediate gets it without a closure per flush. */
	readonly #flush = (): void => {
		this.#flushScheduled = false;
		const pipe = this.#pipe;
		if (pipe === undefined || this.#ended || this.#end !== undefined) return;
		const stream = this.#stream;
		stream.cork();
		while (stream.writableLength < SEND_BACKLOG_BYTES) {
			const message = pipe.tryRead();
			if (message === undefined) break;
			for (const frame of copiedOut(message)) stream.write(frame, this.#written);
		}
		stream.uncork();
		this.#draining = stream.writableLength >= SEND_BACKLOG_BYTES;
		if (this.#closing && !pipe.readable) this.#sendFin();
	};

	readonly #written = (): void => {
		if (!this.#closing && this.#stream.writableLength === 0 && this.#pipe?.readable !== true) this.#hold.set(false);
	};

	#onDrain(): void {
		this.#draining = false;
		if (this.#pipe?.readable === true || this.#closing) this.#scheduleFlush();
	}

	#sendFin(): void {
		if (this.#stream.writableEnded) return;
		this.#stream.end(() => {
			if (!this.#ended) this.#closeTimer = setTimeout(() => this.destroy(), CLOSE_WAIT_MS).unref();
		});
	}

	#onLost(error: Error | undefined): void {
		if (this.#ended || this.#end !== undefined) return;
		if (this.#closing) {
			this.#finish({ kind: "closed" });
			return;
		}
		if (this.#pipe !== undefined && this.#host.options.notify) this.#deliver([EMPTY]);
		const end: EngineEnd = { kind: "lost", duringHandshake: false, ...(error && { error }) };
		if (this.#stalled.length === 0) this.#finish(end);
		else this.#end = end;
	}

	#finish(end: EngineEnd): void {
		if (this.#ended) return;
		this.#ended = true;
		clearTimeout(this.#closeTimer);
		this.#stalled = [];
		this.#stream.destroy();
		if (this.#pipe?.owner === this) this.#pipe.owner = undefined;
		this.#owner.onEnd(this, end);
		this.#hold.set(false);
	}
}
