/**
 * One link to one life of one node, over one ZMTP connection: the Link that the system sends envelopes on.
 *
 * Invariants
 * - Envelopes leave in the order of `send`, at most once, and only to the incarnation that was greeted: a connection that
 *   comes back is a new session.
 * - At most a window of envelopes is under way unacknowledged (send-window.ts); the rest waits in the outbox, bounded.
 * - Whatever the peer sends, this either stays a link or fails with a reason; it never throws into the receive loop.
 * - Main thread of the system only. The owner is called in the stack of the receive loop, never in the stack of `send`.
 *
 * Shutdown: `close()` lets the outbox drain (for at most FLUSH_MS_MAX), says BYE, ends the channel; the own owner hears
 * nothing more. Anything else that ends the session fails it: channel ended without flushing, outbox dropped, owner told
 * once. `ended` is called exactly once in both cases. The session owns no timer: `tick` is the cluster's.
 */
import type { SendOutcome } from "@zloom/core";
import type { EnvelopeFrames, Link, LinkOwner } from "@zloom/runtime";
import { nodeDown } from "./errors.ts";
import { ACK_BYTES, ACK_MESSAGES, EARLY_ENVELOPES_MAX, ENVELOPE_FRAMES_MAX, FLUSH_MS_MAX, FRAME_BYTES_MAX } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import { SendWindow } from "./send-window.ts";
import {
	decodeBye,
	decodeCount,
	decodeRefusal,
	ENVELOPE_PREFIX,
	encodeBye,
	encodeCount,
	encodeRefusal,
	KIND_ACK,
	KIND_BYE,
	KIND_ENVELOPE,
	KIND_PING,
	KIND_PONG,
	KIND_REFUSE,
	kindOf,
	PING_FRAME,
} from "./wire.ts";

const UNREAD = "it does not read what is sent to it";

/** How a session reaches its peer: a DEALER of its own, or one routing id of a ROUTER. */
export interface Channel {
	/** Hands a whole message, and the array it stands in, to the socket. Never waits. */
	trySend(frames: Uint8Array[]): SendOutcome;
	/** Ends it; what was sent may still leave for `flushMs`. */
	end(flushMs: number): void;
}

export interface SessionOptions {
	/** The node, for messages to people. */
	peer: string;
	/** Its incarnation, from its greeting. */
	incarnation: string;
	channel: Channel;
	/** Ticks without a sign of life after which the node counts as down. */
	silentTicksMax: number;
	/** Time between two ticks, ms. */
	tickMs: number;
	/** Told exactly once that this session is over. */
	ended(session: Session): void;
}

export class Session implements Link {
	readonly peer: string;
	readonly incarnation: string;
	readonly #channel: Channel;
	readonly #options: SessionOptions;
	readonly #window = new SendWindow();
	readonly #outbox = new Outbox();
	/** "broken": an envelope could not leave, so nothing is sent behind the gap; what had arrived before is still delivered. */
	#state: "open" | "broken" | "closing" | "closed" = "open";
	#owner: LinkOwner | undefined;
	/** Arrived before the system took the link. */
	#early: EnvelopeFrames[] = [];
	/** Why it ended, while no owner has heard it. */
	#unheard: Error | undefined;
	#received = 0;
	#acknowledgedAt = 0;
	#bytesSinceAck = 0;
	#heard = true;
	#silentTicks = 0;
	#flushTicks: number;

	constructor(options: SessionOptions) {
		this.peer = options.peer;
		this.incarnation = options.incarnation;
		this.#channel = options.channel;
		this.#options = options;
		this.#flushTicks = Math.ceil(FLUSH_MS_MAX / options.tickMs);
	}

	get owner(): LinkOwner | undefined {
		return this.#owner;
	}

	/** What arrived before an owner was set is delivered to it in the next microtask. */
	set owner(owner: LinkOwner | undefined) {
		this.#owner = owner;
		if (owner !== undefined && (this.#early.length > 0 || this.#unheard !== undefined)) queueMicrotask(() => this.#deliverEarly());
	}

	/** True while envelopes can be sent. */
	get open(): boolean {
		return this.#state === "open";
	}

	/** Sends one envelope; after the end of the link it goes nowhere (the owner has heard, or will hear, that it is over). */
	send(frames: EnvelopeFrames): void {
		if (this.#state !== "open") return;
		let bytes = 0;
		let largest = 0;
		for (let i = 0; i < frames.length; i++) {
			const size = (frames[i] as Uint8Array).byteLength;
			bytes += size;
			if (size > largest) largest = size;
		}
		if (largest > FRAME_BYTES_MAX || frames.length > ENVELOPE_FRAMES_MAX) {
			this.#breakOff(
				`a message for it has ${frames.length} parts, the largest ${largest} bytes; a link carries ${ENVELOPE_FRAMES_MAX} parts of ${FRAME_BYTES_MAX} bytes at most: send large data in pieces, for example as a stream`,
			);
		} else if (this.#outbox.length === 0 && this.#window.open) {
			this.#transmit(frames, bytes);
		} else if (!this.#outbox.push(frames, bytes)) {
			this.#breakOff(`${this.#outbox.length} messages (${this.#outbox.bytes} bytes) wait to be sent to it, and it does not take them`);
		}
	}

	close(): void {
		if (this.#state !== "open") return;
		this.#state = "closing";
		if (this.#outbox.length === 0) this.#finish();
	}

	/** A message of the peer: its kind is in frame `at`, its contents behind it. */
	receive(frames: Uint8Array[], at: number): void {
		if (this.#state === "closed") return;
		this.#heard = true;
		const kind = kindOf(frames[at]);
		if (kind === KIND_ENVELOPE) this.#receiveEnvelope(frames, at + 1);
		else this.#receiveControl(kind, at === 0 ? frames : frames.slice(at));
	}

	/** One beat of the cluster's timer. Beats are counted, not time: a stalled event loop must not read as a silent peer. */
	tick(): void {
		if (this.#state === "closing") {
			this.#flushTicks -= 1;
			if (this.#flushTicks < 0) this.#finish();
		} else if (this.#heard) {
			this.#heard = false;
			this.#silentTicks = 0;
		} else {
			this.#silentTicks += 1;
			const { silentTicksMax, tickMs } = this.#options;
			if (this.#silentTicks >= silentTicksMax) this.fail(`nothing was heard from it for ${silentTicksMax * tickMs} ms`);
			else this.#control([PING_FRAME]);
		}
	}

	/** Ends the session because of what `why` says; the owner hears it once. */
	fail(why: string, cause?: unknown): void {
		if (this.#state === "closed") return;
		const tell = this.#state !== "closing";
		this.#state = "closed";
		this.#outbox.clear();
		this.#channel.end(0);
		if (tell) this.#tellClosed(nodeDown(this.peer, why, cause));
		this.#options.ended(this);
	}

	#finish(): void {
		this.#state = "closed";
		this.#outbox.clear();
		this.#early = [];
		this.#channel.trySend(encodeBye("closed"));
		this.#channel.end(FLUSH_MS_MAX);
		this.#options.ended(this);
	}

	#tellClosed(reason: Error): void {
		if (this.#owner === undefined || this.#early.length > 0) this.#unheard = reason;
		else this.#owner.onClosed(this, reason);
	}

	/** From within `send`, whose caller's stack must not meet onClosed. */
	#breakOff(why: string): void {
		this.#state = "broken";
		queueMicrotask(() => this.fail(why));
	}

	#transmit(frames: EnvelopeFrames, bytes: number): void {
		const message: Uint8Array[] = new Array(frames.length + 1);
		message[0] = ENVELOPE_PREFIX;
		for (let i = 0; i < frames.length; i++) message[i + 1] = frames[i] as Uint8Array;
		const outcome = this.#channel.trySend(message);
		if (outcome === "sent") this.#window.add(bytes);
		else if (outcome === "full") this.#breakOff(UNREAD);
		// The connection is gone. Its end is reported to the cluster, which calls fail behind what had arrived.
		else this.#state = "broken";
	}

	#drain(): void {
		while (this.#window.open && this.#state !== "broken") {
			const entry = this.#outbox.shift();
			if (entry === undefined) break;
			this.#transmit(entry.frames, entry.bytes);
		}
		if (this.#state === "closing" && this.#outbox.length === 0) this.#finish();
	}

	/** On a connection that is gone it goes nowhere: see {@link #transmit}. */
	#control(frames: Uint8Array[]): void {
		if (this.#channel.trySend(frames) === "full") this.fail(UNREAD);
	}

	#receiveEnvelope(frames: Uint8Array[], from: number): void {
		const count = frames.length - from;
		if (count < 1 || count > ENVELOPE_FRAMES_MAX) {
			this.#violated(`an envelope of ${count} frames`);
			return;
		}
		const envelope = frames.slice(from);
		for (let i = 0; i < count; i++) this.#bytesSinceAck += (envelope[i] as Uint8Array).byteLength;
		this.#received += 1;
		if (this.#received - this.#acknowledgedAt >= ACK_MESSAGES || this.#bytesSinceAck >= ACK_BYTES) {
			this.#acknowledge(KIND_ACK);
		}
		if (this.#state !== "open" && this.#state !== "broken") return;
		if (this.#owner === undefined || this.#early.length > 0) this.#holdEarly(envelope);
		else this.#owner.onEnvelope(this, envelope);
	}

	#acknowledge(kind: typeof KIND_ACK | typeof KIND_PONG): void {
		this.#acknowledgedAt = this.#received;
		this.#bytesSinceAck = 0;
		this.#control(encodeCount(kind, this.#received));
	}

	#receiveControl(kind: number, frames: Uint8Array[]): void {
		if (kind === KIND_ACK || kind === KIND_PONG) {
			const count = decodeCount(frames);
			if (count === undefined || !this.#window.acknowledge(count)) this.#violated("an acknowledgement of what was never sent");
			else this.#drain();
		} else if (kind === KIND_PING) {
			this.#acknowledge(KIND_PONG);
		} else if (kind === KIND_BYE) {
			this.fail(`it ended the link (${decodeBye(frames) || "without a word"})`);
		} else if (kind === KIND_REFUSE) {
			const { code, text } = decodeRefusal(frames);
			this.fail(`it refused the link (${code}: ${text})`);
		} else {
			this.#violated(`a message of kind ${kind}`);
		}
	}

	#violated(what: string): void {
		this.#channel.trySend(encodeRefusal({ code: "protocol", text: `Unexpected: ${what}` }));
		this.fail(`it sent ${what}, which is not the node protocol`);
	}

	#holdEarly(envelope: EnvelopeFrames): void {
		if (this.#early.length >= EARLY_ENVELOPES_MAX) this.fail("it sent too much before the link was taken");
		else this.#early.push(envelope);
	}

	#deliverEarly(): void {
		const owner = this.#owner;
		if (owner === undefined) return;
		// By index: what the owner does may bring in more.
		for (let i = 0; i < this.#early.length; i++) owner.onEnvelope(this, this.#early[i] as EnvelopeFrames);
		this.#early = [];
		const reason = this.#unheard;
		this.#unheard = undefined;
		if (reason !== undefined) owner.onClosed(this, reason);
	}
}
