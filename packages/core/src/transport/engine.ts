/**
 * Joins one byte stream (a node:net Socket) and one pipe: handshake, then frames to messages and messages to frames.
 *
 * - Outbound: a readable pipe schedules one flush per turn; a flush takes messages until SEND_BACKLOG_BYTES wait to be
 *   written and goes on when the stream has drained. Messages leave the pipe whole.
 * - Inbound: frames are views of the chunk they came in. When the pipe refuses a message the stream is paused and the
 *   rest of the chunk waits; `onWritable` goes on.
 * - The owner (a listener or a connector) decides which pipe is served and what happens after the end of the connection.
 *   The owner is told of the end exactly once; the engine then owns nothing: neither pipe nor stream nor timer nor hold.
 *
 * Shutdown. The stream is unref'd; the event loop is held while outbound messages wait, unless linger is 0.
 * 1. The socket's end of the pipe closes: what is queued is still flushed (the owner bounds that by linger), then FIN is sent,
 *    input is thrown away until the peer closes too, at most CLOSE_WAIT_MS (closing under unread input would reset the
 *    connection and could destroy what the peer has not read yet).
 * 2. The connection breaks: whole messages that came are still delivered, an unfinished one is dropped; then `onEnd`.
 * 3. `destroy()`: at once.
 */
import type { Socket } from "node:net";
import { CLOSE_WAIT_MS, COMMAND_BYTES_MAX, FRAME_BYTES_MAX, SEND_BACKLOG_BYTES } from "../limits.ts";
import type { Message } from "../message.ts";
import type { Pipe, PipeOwner } from "../pipe/pipe.ts";
import type { Mechanism, MessageCipher } from "../security/mechanism.ts";
import type { PeerMetadata } from "../security/peer-metadata.ts";
import { encodePing, encodePong, parseCommand, parsePing } from "../wire/command.ts";
import { FLAG_COMMAND, FLAG_MORE, FrameDecoder, type FrameSource, tooLarge } from "../wire/frame.ts";
import { OLD_FRAME_ENCODER, OldFrameDecoder } from "../wire/old-frame.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { Heartbeat, type HeartbeatOwner } from "./heartbeat.ts";
import { MessageAssembler } from "./message-assembler.ts";
import { Opening, type OpeningOwner } from "./opening.ts";
import { PendingHold } from "./pending-hold.ts";
import { SendBuffer } from "./send-buffer.ts";
import type { EngineEnd, EngineOwner, ServingEngine } from "./serving-engine.ts";
import type { TransportHost } from "./transport.ts";
import { sendsUpstream, subscribable, upstreamCommand, upstreamMessage } from "./upstream.ts";

export type { EngineEnd, EngineOwner, ServingEngine };

type Phase = "handshake" | "running" | "closing" | "ended";

const NO_CONTEXT = Buffer.alloc(0);

export class Engine implements PipeOwner, OpeningOwner, HeartbeatOwner, ServingEngine {
	readonly #stream: Socket;
	readonly #host: TransportHost;
	readonly #owner: EngineOwner;
	readonly #hold = new PendingHold();
	#decoder: FrameSource = new FrameDecoder(COMMAND_BYTES_MAX);
	readonly #assembler: MessageAssembler;
	readonly #out: SendBuffer;
	/** Undefined once done. */
	#opening: Opening | undefined;
	/** Unwraps inbound frames; undefined where frames are as they are. */
	#cipher: MessageCipher | undefined;
	/** Largest frame that may have been wrapped. */
	#openedBytesMax = 0;
	#closeTimer: NodeJS.Timeout | undefined;
	#phase: Phase = "handshake";
	#pipe: Pipe | undefined;
	/** A message that the pipe refused; the stream is paused while there is one. */
	#stalled: Message | undefined;
	#pumping = false;
	#flushScheduled = false;
	#draining = false;
	/** Context of the newest PING that is not answered yet: a flood of them costs one answer. */
	#pong: Buffer | undefined;
	/** From the first need of it on. */
	#heartbeat: Heartbeat | undefined;
	#pingDue = false;
	/** True when what this socket sends may be subscriptions, which have a form of their own on the wire. */
	readonly #upstream: boolean;
	#subscribeCommands = false;
	/** The connection is over, but messages that came are still being delivered. */
	#end: EngineEnd | undefined;

	/** @param stream connected; the engine takes it over */
	constructor(stream: Socket, mechanism: Mechanism, host: TransportHost, owner: EngineOwner) {
		this.#stream = stream;
		this.#host = host;
		this.#owner = owner;
		this.#assembler = new MessageAssembler(host.options.maxMessageSize);
		this.#out = new SendBuffer(stream, () => this.#onWritten());
		this.#upstream = sendsUpstream(host.type);
		stream.unref();
		stream.on("data", (chunk: Buffer) => this.#onData(chunk));
		stream.on("drain", () => this.#onDrain());
		stream.on("end", () => this.#onLost(undefined));
		stream.on("error", (error) => this.#onLost(error));
		stream.on("close", () => this.#onLost(undefined));
		this.#opening = new Opening(stream, mechanism, host, this);
	}

	/** True once the handshake is done. */
	get serving(): boolean {
		return this.#pipe !== undefined;
	}

	/** @internal */
	get reading(): boolean {
		return this.#stalled === undefined;
	}

	/** @internal */
	onPingDue(): void {
		this.#pingDue = true;
		this.#scheduleFlush();
	}

	/** @internal */
	onSilence(error: Error): void {
		this.#onLost(error);
	}

	/** Ends the connection now; what is not written is lost. */
	destroy(): void {
		this.#finish({ kind: "closed" });
	}

	onReadable(): void {
		if (this.#host.options.linger !== 0) this.#hold.set(true);
		this.#scheduleFlush();
	}

	onWritable(): void {
		if (this.#pumping || this.#stalled === undefined) return;
		this.#pump();
		if (this.#stalled !== undefined) return;
		if (this.#end !== undefined) {
			this.#finish(this.#end);
			return;
		}
		this.#heartbeat?.resumed();
		this.#stream.resume();
	}

	onClosed(): void {
		if (this.#phase !== "running") return;
		this.#owner.onPipeClosed(this);
		if (this.#end !== undefined) {
			this.#finish(this.#end);
			return;
		}
		if (this.#isEnded()) return;
		if (this.#host.options.linger === 0) {
			this.destroy();
			return;
		}
		this.#hold.set(true);
		this.#phase = "closing";
		this.#stalled = undefined;
		this.#stream.resume();
		this.#scheduleFlush();
	}

	#isEnded(): boolean {
		return this.#phase === "ended";
	}

	#onData(chunk: Buffer): void {
		this.#heartbeat?.heard();
		if (this.#phase === "closing" || this.#phase === "ended") return;
		try {
			let rest = chunk;
			const opening = this.#opening;
			if (opening?.greeting) {
				rest = rest.subarray(opening.onBytes(rest));
				if (!opening.greeting && opening.framing !== 3) rest = this.#stepDown(opening, rest);
				if (rest.length === 0) return;
			}
			this.#decoder.push(rest);
		} catch (error) {
			this.#onViolation(error);
			return;
		}
		this.#pump();
		if (this.#stalled !== undefined) this.#stream.pause();
	}

	/** The peer speaks an older version. Returns the bytes that its frames begin with. */
	#stepDown(opening: Opening, rest: Buffer): Buffer {
		if (opening.framing === 1) {
			this.#decoder = new OldFrameDecoder(COMMAND_BYTES_MAX);
			this.#out.encoder = OLD_FRAME_ENCODER;
		} else {
			this.#decoder = new FrameDecoder(COMMAND_BYTES_MAX, { commands: false });
		}
		return Buffer.concat([opening.replay, rest]);
	}

	/** Delivers what the decoder holds, until it is used up or the pipe refuses. */
	#pump(): void {
		this.#pumping = true;
		try {
			const stalled = this.#stalled;
			if (stalled !== undefined) {
				if (!this.#deliver(stalled)) return;
				this.#stalled = undefined;
			}
			while (this.#decoder.next()) if (!this.#onFrame(this.#decoder.flags, this.#decoder.body)) return;
		} catch (error) {
			this.#onViolation(error);
		} finally {
			this.#pumping = false;
		}
	}

	/** Returns false when no more frames may be taken now. @throws ProtocolError */
	#onFrame(outerFlags: number, outerBody: Buffer): boolean {
		if (this.#opening !== undefined) {
			this.#opening.onFrame(outerFlags, outerBody);
			return this.#phase === "running" || this.#phase === "handshake";
		}
		let flags = outerFlags;
		let body = outerBody;
		const cipher = this.#cipher;
		if (cipher !== undefined) {
			body = cipher.open(flags, body);
			flags = cipher.flags;
			if ((flags & FLAG_COMMAND) === 0 && body.length > this.#openedBytesMax) throw tooLarge(body.length, this.#openedBytesMax);
		}
		if ((flags & FLAG_COMMAND) !== 0) {
			return this.#onCommand(body);
		}
		const message = this.#assembler.add(body, (flags & FLAG_MORE) !== 0);
		return message === undefined || this.#deliverOrStall(message);
	}

	#deliverOrStall(message: Message): boolean {
		if (this.#deliver(message)) return this.#phase === "running";
		if (this.#phase === "running") this.#stalled = message;
		return false;
	}

	#deliver(message: Message): boolean {
		return (this.#pipe as Pipe).tryWrite(message);
	}

	/** After the handshake: what we do not know is ignored (RFC 37). */
	#onCommand(body: Buffer): boolean {
		const { name, data } = parseCommand(body);
		const subscription = upstreamMessage(this.#host.type, name, data);
		if (subscription !== undefined) return this.#deliverOrStall(subscription);
		if (name !== "PING") return true;
		const { context, timeToLiveMs } = parsePing(data);
		this.#pong = Buffer.from(context);
		if (timeToLiveMs > 0) this.#heartbeat ??= new Heartbeat(this.#host.options, this);
		this.#heartbeat?.onPing(timeToLiveMs);
		this.#scheduleFlush();
		return true;
	}

	/** @internal */
	onOpened(peer: PeerMetadata, messages: MessageCipher | undefined): void {
		const { subscribeCommands, framing, unversioned } = this.#opening as Opening;
		this.#subscribeCommands = subscribeCommands;
		this.#opening = undefined;
		const { maxMessageSize, heartbeatInterval } = this.#host.options;
		const bodyBytesMax = maxMessageSize < 0 ? FRAME_BYTES_MAX : maxMessageSize;
		this.#decoder.setBodyBytesMax(bodyBytesMax);
		if (messages !== undefined) {
			this.#cipher = messages;
			this.#out.encoder = messages;
			// What is inside is known only when it is open: a command may be larger than a message.
			this.#decoder.setBodyBytesMax(Math.max(bodyBytesMax, COMMAND_BYTES_MAX) + messages.bodyOverheadBytes);
			this.#openedBytesMax = bodyBytesMax;
		}
		// Old versions have no commands.
		if (framing === 3 && heartbeatInterval > 0) this.#heartbeat = new Heartbeat(this.#host.options, this);
		this.#phase = "running";
		const pipe = this.#owner.takePipe(this, peer);
		// The socket may have refused the pipe within takePipe.
		if (this.#isEnded()) return;
		if (pipe === undefined) {
			this.destroy();
			return;
		}
		if (unversioned && subscribable(this.#host.type)) pipe.tryWrite([Buffer.of(1)]);
		if (pipe.readable) this.onReadable();
		if (pipe.closed) this.onClosed();
	}

	/** @internal */
	onOpeningFailed(error: Error): void {
		if (error instanceof ProtocolError) this.#onViolation(error);
		else this.#onLost(error);
	}

	/** @internal The owner sets the pipe before it gives the other end to the socket, so that no event is missed. */
	serve(pipe: Pipe): void {
		this.#pipe = pipe;
		pipe.owner = this;
	}

	#scheduleFlush(): void {
		if (this.#flushScheduled || this.#draining || this.#opening !== undefined) return;
		this.#flushScheduled = true;
		setImmediate(this.#flush);
	}

	/** Made once: setImmediate gets it without a closure per flush. */
	readonly #flush = (): void => {
		this.#flushScheduled = false;
		const pipe = this.#pipe;
		const stream = this.#stream;
		if (pipe === undefined || this.#phase === "ended" || this.#end !== undefined || stream.writableEnded) return;
		const out = this.#out;
		let backlog = stream.writableLength;
		stream.cork();
		try {
			if (backlog < SEND_BACKLOG_BYTES) backlog += this.#appendHeartbeat(out);
			while (backlog < SEND_BACKLOG_BYTES) {
				const message = pipe.tryRead();
				if (message === undefined) break;
				const command = this.#upstream ? upstreamCommand(this.#host.type, this.#subscribeCommands, message) : undefined;
				backlog += command === undefined ? out.appendMessage(message) : out.appendCommand(command);
			}
		} catch (error) {
			// A frame so large that the cipher has no memory for it.
			this.#onLost(error as Error);
			return;
		} finally {
			out.commit();
			stream.uncork();
		}
		this.#draining = backlog >= SEND_BACKLOG_BYTES;
		if (this.#phase === "closing" && !pipe.readable) this.#sendFin();
	};

	/** Returns how many bytes it wrote. */
	#appendHeartbeat(out: SendBuffer): number {
		let bytes = 0;
		if (this.#pong !== undefined) bytes += out.appendCommand(encodePong(this.#pong));
		this.#pong = undefined;
		if (this.#pingDue) {
			bytes += out.appendCommand(encodePing(this.#host.options.heartbeatTimeToLive, NO_CONTEXT));
			this.#heartbeat?.pinged();
		}
		this.#pingDue = false;
		return bytes;
	}

	/** Not flushed from here: a peer that takes everything at once would keep us from ever giving the event loop a turn. */
	#onDrain(): void {
		this.#draining = false;
		const pipe = this.#pipe;
		const due = this.#pong !== undefined || this.#pingDue || this.#phase === "closing";
		if (pipe !== undefined && (pipe.readable || due)) this.#scheduleFlush();
	}

	#onWritten(): void {
		if (this.#phase === "running" && this.#stream.writableLength === 0 && this.#pipe?.readable !== true) this.#hold.set(false);
	}

	/** All is given to the stream: FIN behind it, then wait for the peer's. */
	#sendFin(): void {
		if (this.#stream.writableEnded) return;
		this.#stream.end(() => {
			if (this.#phase === "closing") this.#closeTimer = setTimeout(() => this.destroy(), CLOSE_WAIT_MS).unref();
		});
	}

	#onViolation(error: unknown): void {
		if (!(error instanceof ProtocolError)) {
			this.destroy();
			throw error;
		}
		const opening = this.#opening;
		if (opening !== undefined) this.#stream.write(opening.farewell(error));
		this.#finish({ kind: "violated", duringHandshake: opening !== undefined, error });
	}

	#onLost(error: Error | undefined): void {
		if (this.#phase === "ended" || this.#end !== undefined) return;
		const duringHandshake = this.#opening !== undefined;
		if (this.#phase === "closing" && this.#pipe?.readable !== true) this.#finish({ kind: "closed" });
		else if (this.#stalled === undefined) this.#finish({ kind: "lost", duringHandshake, ...(error && { error }) });
		else this.#end = { kind: "lost", duringHandshake, ...(error && { error }) };
	}

	#finish(end: EngineEnd): void {
		if (this.#phase === "ended") return;
		this.#phase = "ended";
		clearTimeout(this.#closeTimer);
		this.#opening?.stop();
		this.#heartbeat?.stop();
		this.#stalled = undefined;
		// The farewell of a handshake is a few bytes that always fit; later a peer that does not read could hold us up.
		if (end.kind === "violated" && end.duringHandshake) this.#stream.destroySoon();
		else this.#stream.destroy();
		if (this.#pipe?.owner === this) this.#pipe.owner = undefined;
		this.#owner.onEnd(this, end);
		this.#hold.set(false);
	}
}
