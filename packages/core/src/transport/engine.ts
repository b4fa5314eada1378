/**
 * Joins one connection and one pipe: handshake, then frames to messages and messages to frames. What the connection is made of,
 * a byte stream or a WebSocket, is its link's matter.
 *
 * - Outbound: a readable pipe schedules a flush for when all that runs now has run, promise reactions too, so that what a loop of
 *   awaited sends has sent goes out together, and an answer at once; a second one in the same turn waits for its end. A flush takes messages until SEND_BACKLOG_BYTES wait to be
 *   written and goes on when the link has drained. Messages leave the pipe whole.
 * - Inbound: when the pipe refuses a message the link is paused and the frames it has wait; `onWritable` goes on.
 * - The owner (a listener or a connector) decides which pipe is served and what happens after the end of the connection.
 *   The owner is told of the end exactly once; the engine then owns nothing: neither pipe nor link nor timer nor hold.
 *
 * Shutdown. Links are unref'd; the event loop is held while outbound messages wait, unless linger is 0.
 * 1. The socket's end of the pipe closes: what is queued is still flushed (the owner bounds that by linger), then the link ends,
 *    input is thrown away until the peer ends too, at most CLOSE_WAIT_MS (closing under unread input would reset the
 *    connection and could destroy what the peer has not read yet).
 * 2. The connection breaks: whole messages that came are still delivered (unless the owner discards them), an unfinished one is
 *    dropped; then `onEnd`.
 * 3. `destroy()`: at once.
 */
import { CLOSE_WAIT_MS, COMMAND_BYTES_MAX, FRAME_BYTES_MAX, SEND_BACKLOG_BYTES } from "../limits.ts";
import type { Frame, Message } from "../message.ts";
import type { Pipe, PipeOwner } from "../pipe/pipe.ts";
import type { MessageCipher } from "../security/mechanism.ts";
import type { PeerMetadata } from "../security/peer-metadata.ts";
import { parseCommand, parsePing } from "../wire/command.ts";
import { FLAG_COMMAND, FLAG_MORE, tooLarge } from "../wire/frame.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { DuePings } from "./due-pings.ts";
import { Heartbeat, type HeartbeatOwner } from "./heartbeat.ts";
import type { Link, LinkOwner } from "./link.ts";
import { MessageAssembler } from "./message-assembler.ts";
import { Opening, type OpeningOwner, type OpeningParts } from "./opening.ts";
import { PendingHold } from "./pending-hold.ts";
import type { EngineEnd, EngineOwner, ServingEngine } from "./serving-engine.ts";
import type { TransportHost } from "./transport.ts";
import { noteTurn, runSoon } from "./turn.ts";
import { hearsCommandsOnly, sendsUpstream, subscribable, upstreamHead, upstreamMessage } from "./upstream.ts";

export type { EngineEnd, EngineOwner, ServingEngine };

type Phase = "handshake" | "running" | "closing" | "ended";

export class Engine implements PipeOwner, LinkOwner, OpeningOwner, HeartbeatOwner, ServingEngine {
	readonly #link: Link;
	readonly #host: TransportHost;
	readonly #owner: EngineOwner;
	readonly #hold = new PendingHold();
	readonly #assembler: MessageAssembler;
	/** Undefined once done. */
	#opening: Opening | undefined;
	/** Unwraps inbound frames; undefined where frames are as they are. */
	#cipher: MessageCipher | undefined;
	/** Largest frame that may have been wrapped. */
	#openedBytesMax = 0;
	#closeTimer: NodeJS.Timeout | undefined;
	#phase: Phase = "handshake";
	#pipe: Pipe | undefined;
	/** A message that the pipe refused; while there is one, no more frames are taken. */
	#stalled: Message | undefined;
	#paused = false;
	#pauseScheduled = false;
	#pumping = false;
	#flushScheduled = false;
	/** The turn of the event loop in which it was flushed last. */
	#flushedIn = -1;
	#draining = false;
	/** The link was told that nothing will follow. */
	#finSent = false;
	/** From the first need of it on. */
	#heartbeat: Heartbeat | undefined;
	readonly #pings = new DuePings();
	/** True when what this socket sends may be subscriptions, which have a form of their own on the wire. */
	readonly #upstream: boolean;
	/** True when the socket hears commands only: a message, whatever its bytes, is nothing to it. */
	readonly #commandsOnly: boolean;
	#subscribeCommands = false;
	/** Over, but messages that came are still being delivered. */
	#end: EngineEnd | undefined;

	/** @param link connected; the engine takes it over */
	constructor(link: Link, opening: OpeningParts, host: TransportHost, owner: EngineOwner) {
		this.#link = link;
		this.#host = host;
		this.#owner = owner;
		this.#assembler = new MessageAssembler(host.options.maxMessageSize);
		this.#upstream = sendsUpstream(host.type);
		this.#commandsOnly = hearsCommandsOnly(host.type);
		link.owner = this;
		this.#opening = new Opening(link, opening, host, this);
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
		this.#pings.ask();
		this.#scheduleFlush();
	}

	/** @internal */
	onSilence(error: Error): void {
		this.onLost(error);
	}

	/** Ends the connection now; what is not written is lost. */
	destroy(): void {
		this.#finish({ kind: "closed" });
	}

	onReadable(): void {
		if (this.#host.options.linger !== 0) this.#hold.set(true);
		this.#scheduleFlush();
	}

	/** @internal Only when all that was written is out: what one turn gives to the link stays bounded. */
	onUrged(): void {
		if (this.#opening === undefined && this.#link.backlogBytes === 0) this.#flush();
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
		if (!this.#paused) return;
		this.#paused = false;
		this.#link.resume();
	}

	onClosed(): void {
		if (this.#phase !== "running") return;
		const because = this.#pipe?.closedBecause;
		if (because instanceof ProtocolError) {
			// What it had sent was too much: nothing is flushed to such a peer, and nothing lingers.
			this.onViolation(because);
			return;
		}
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
		this.#link.discardInput();
		this.#scheduleFlush();
	}

	#isEnded(): boolean {
		return this.#phase === "ended";
	}

	/** @internal */
	onHeard(): void {
		this.#heartbeat?.heard();
	}

	/** @internal */
	onInput(): void {
		if (this.#phase === "closing" || this.#phase === "ended" || this.#stalled !== undefined) return;
		try {
			this.#opening?.advance();
		} catch (error) {
			this.onViolation(error);
			return;
		}
		this.#pump();
		if (this.#stalled === undefined || this.#pauseScheduled) return;
		this.#pauseScheduled = true;
		process.nextTick(this.#pause);
	}

	/** Not at once: receivers that wait have their turn first, and mostly make room before more is read. */
	readonly #pause = (): void => {
		this.#pauseScheduled = false;
		if (this.#stalled === undefined || this.#phase !== "running") return;
		this.#paused = true;
		this.#link.pause();
	};

	/** @internal */
	onPing(context: Uint8Array): void {
		this.#pings.answerNewest(context);
		this.#scheduleFlush();
	}

	/** Delivers the frames that are there, until none is left or the pipe refuses. */
	#pump(): void {
		this.#pumping = true;
		try {
			const stalled = this.#stalled;
			if (stalled !== undefined) {
				if (!(this.#pipe as Pipe).tryWrite(stalled)) return;
				this.#stalled = undefined;
			}
			const { frames } = this.#link;
			while (frames.next()) if (!this.#onFrame(frames.flags, frames.body)) return;
		} catch (error) {
			this.onViolation(error);
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
		return message === undefined || this.#commandsOnly || this.#deliverOrStall(message);
	}

	#deliverOrStall(message: Message): boolean {
		if ((this.#pipe as Pipe).tryWrite(message)) return this.#phase === "running";
		if (this.#phase === "running") this.#stalled = message;
		return false;
	}

	/** After the handshake: what we do not know is ignored (RFC 37). */
	#onCommand(body: Buffer): boolean {
		const subscription = upstreamMessage(this.#host.type, body);
		if (subscription !== undefined) return this.#deliverOrStall(subscription);
		const { name, data } = parseCommand(body);
		if (name !== "PING") return true;
		const { context, timeToLiveMs } = parsePing(data);
		if (timeToLiveMs > 0) this.#heartbeat ??= new Heartbeat(this.#host.options, this);
		this.#heartbeat?.onPing(timeToLiveMs);
		this.#pings.answer(context);
		this.#scheduleFlush();
		return true;
	}

	/** @internal */
	onOpened(peer: PeerMetadata, messages: MessageCipher | undefined): void {
		const { subscribeCommands, unversioned } = this.#opening as Opening;
		this.#subscribeCommands = subscribeCommands;
		this.#opening = undefined;
		const { maxMessageSize, heartbeatInterval } = this.#host.options;
		const bodyBytesMax = maxMessageSize < 0 ? FRAME_BYTES_MAX : maxMessageSize;
		const link = this.#link;
		link.frames.setBodyBytesMax(bodyBytesMax);
		if (messages !== undefined) {
			this.#cipher = messages;
			link.useCipher(messages);
			// What is inside is known only when it is open: a command may be larger than a message.
			link.frames.setBodyBytesMax(Math.max(bodyBytesMax, COMMAND_BYTES_MAX) + messages.bodyOverheadBytes);
			this.#openedBytesMax = bodyBytesMax;
		}
		if (link.pings && heartbeatInterval > 0) this.#heartbeat = new Heartbeat(this.#host.options, this);
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
		if (error instanceof ProtocolError) this.onViolation(error);
		else this.onLost(error);
	}

	/** @internal The owner sets the pipe before it gives the other end to the socket, so that no event is missed. */
	serve(pipe: Pipe): void {
		this.#pipe = pipe;
		pipe.owner = this;
	}

	#scheduleFlush(): void {
		if (this.#flushScheduled || this.#draining || this.#opening !== undefined) return;
		this.#flushScheduled = true;
		runSoon(this.#flush, this.#flushedIn);
	}

	/** Made once, so that scheduling it makes no closure. */
	readonly #flush = (): void => {
		this.#flushScheduled = false;
		this.#flushedIn = noteTurn();
		const pipe = this.#pipe;
		const link = this.#link;
		if (pipe === undefined || this.#phase === "ended" || this.#end !== undefined || this.#finSent) return;
		let backlog = link.backlogBytes;
		link.cork();
		try {
			if (this.#pings.due && backlog < SEND_BACKLOG_BYTES) backlog += this.#pings.append(link, this.#host.options, this.#heartbeat);
			while (backlog < SEND_BACKLOG_BYTES) {
				const message = pipe.tryRead();
				if (message === undefined) break;
				const head = this.#upstream ? upstreamHead(this.#host.type, this.#subscribeCommands, message) : undefined;
				backlog += head === undefined ? link.appendMessage(message) : link.appendCommand(message[0] as Frame, head);
			}
		} catch (error) {
			// A frame so large that the cipher has no memory for it.
			this.onLost(error as Error);
			return;
		} finally {
			link.uncork();
		}
		this.#draining = backlog >= SEND_BACKLOG_BYTES;
		if (this.#phase === "closing" && !pipe.readable) this.#sendFin();
	};

	/** @internal Not flushed from here: a peer that takes everything at once would keep us from ever giving the event loop a turn. */
	onDrain(): void {
		this.#draining = false;
		const pipe = this.#pipe;
		const due = this.#pings.due || this.#phase === "closing";
		if (pipe !== undefined && (pipe.readable || due)) this.#scheduleFlush();
	}

	/** @internal */
	onWritten(): void {
		if (this.#phase === "running" && this.#link.backlogBytes === 0 && this.#pipe?.readable !== true) this.#hold.set(false);
	}

	/** All is given to the link: its end behind it, then wait for the peer's. */
	#sendFin(): void {
		if (this.#finSent) return;
		this.#finSent = true;
		this.#link.end(() => {
			if (this.#phase === "closing") this.#closeTimer = setTimeout(() => this.destroy(), CLOSE_WAIT_MS).unref();
		});
	}

	/** @internal */
	onViolation(error: unknown): void {
		if (!(error instanceof ProtocolError)) {
			this.destroy();
			throw error;
		}
		const opening = this.#opening;
		const farewell = opening?.farewell(error);
		if (farewell !== undefined && farewell.length > 0) this.#link.write(farewell);
		this.#finish({ kind: "violated", duringHandshake: opening !== undefined, error });
	}

	/** @internal */
	onLost(error: Error | undefined): void {
		if (this.#phase === "ended" || this.#end !== undefined) return;
		const duringHandshake = this.#opening !== undefined;
		if (this.#phase === "closing" && this.#pipe?.readable !== true) this.#finish({ kind: "closed" });
		else if (this.#stalled === undefined || this.#owner.discardsAtEnd === true)
			this.#finish({ kind: "lost", duringHandshake, ...(error && { error }) });
		else this.#end = { kind: "lost", duringHandshake, ...(error && { error }) };
	}

	#finish(end: EngineEnd): void {
		if (this.#phase === "ended") return;
		this.#phase = "ended";
		clearTimeout(this.#closeTimer);
		this.#opening?.stop();
		this.#heartbeat?.stop();
		this.#stalled = undefined;
		this.#cipher?.end();
		// The farewell of a handshake is a few bytes that always fit; later a peer that does not read could hold us up.
		if (end.kind === "violated" && end.duringHandshake) this.#link.destroySoon();
		else this.#link.destroy();
		if (this.#pipe?.owner === this) this.#pipe.owner = undefined;
		this.#owner.onEnd(this, end);
		this.#hold.set(false);
	}
}
