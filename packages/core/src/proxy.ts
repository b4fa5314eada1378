/**
 * A proxy moves messages between two sockets, both ways, as zmq_proxy(3): a queue (ROUTER and DEALER), a forwarder (XSUB and
 * XPUB), a streamer (PULL and PUSH).
 *
 * It takes a message only when the other socket can send: it holds none itself, so nothing is lost when it is paused or
 * terminated, and a slow output slows the input through its high-water mark. A message that the output refuses all the same
 * (a ROUTER with `mandatory` whose one peer is full) is waited for, and given up at `terminate()`. The capture socket gets what it has room for.
 *
 * **Shutdown**: `terminate()`, or the end of either socket, ends both directions; `run()` settles then. The sockets stay open.
 */
import { ZmqError } from "./errors.ts";
import { PROXY_BURST_MESSAGES } from "./limits.ts";
import type { SendOutcome } from "./pattern/pattern.ts";
import { InPlaceFrames } from "./socket/in-place.ts";
import type { Inbox, Reading, Received } from "./socket/inbox.ts";
import type { Outbox } from "./socket/outbox.ts";
import { Socket } from "./socket/socket.ts";
import { nextTurn } from "./wait/fairness.ts";
import { hold, release } from "./wait/keep-alive.ts";
import { closedError } from "./wait/waiters.ts";

/** What went through one socket of a proxy. */
export interface ProxyTraffic {
	/** Messages taken from this socket. */
	receivedMessages: number;
	/** What zmq_proxy_steerable(3) calls messages: each frame of a message counts. */
	receivedFrames: number;
	/** Bytes of all their frames. */
	receivedBytes: number;
	/** Messages given to this socket. */
	sentMessages: number;
	/** Frames of these. */
	sentFrames: number;
	/** Bytes of all these frames. */
	sentBytes: number;
}

/** What went through a proxy, from its start on: counts and bytes. */
export interface ProxyStatistics {
	/** Through the first socket. */
	readonly frontEnd: Readonly<ProxyTraffic>;
	/** Through the second socket. */
	readonly backEnd: Readonly<ProxyTraffic>;
	/** Messages that the capture socket had no room or no peer for. */
	readonly notCaptured: number;
}

/** What the constructor of a proxy takes beside its sockets. */
export interface ProxyOptions<Capture extends Socket = Socket> {
	/** Gets a copy of every message, both ways: a Publisher, Push, Dealer, Pair … */
	capture?: Capture;
}

/** One direction. */
interface Way {
	readonly from: Inbox;
	readonly reading: Reading<Received>;
	readonly to: Outbox;
	readonly taken: ProxyTraffic;
	readonly given: ProxyTraffic;
}

function traffic(): ProxyTraffic {
	return { receivedMessages: 0, receivedFrames: 0, receivedBytes: 0, sentMessages: 0, sentFrames: 0, sentBytes: 0 };
}

/**
 * A proxy takes messages as they are; what lies in the arena is passed on without a copy. Not so where a capture gets it, too: who
 * receives it from the output may write to it.
 */
function asIs(captured: boolean): Reading<Received> {
	return { shape: (message) => message, ended: undefined, inPlace: captured ? undefined : new InPlaceFrames("counted") };
}

function bytesOf(message: Received): number {
	let bytes = 0;
	for (const frame of message) bytes += frame.length;
	return bytes;
}

/** A message that the output can never take (several frames to a CHANNEL) is dropped: who sent it must not end the proxy. */
function give(to: Outbox, message: Received): SendOutcome {
	try {
		return to.trySend(message);
	} catch (error) {
		if ((error as ZmqError).code === "EINVAL") return "dropped";
		throw error;
	}
}

function canSend(socket: Socket): boolean {
	return "send" in socket;
}

function canReceive(socket: Socket): boolean {
	return "receive" in socket;
}

/**
 * Moves messages between two sockets, both ways where both can; exported as `Proxy`. It holds no messages itself: a slow end slows it.
 *
 * Bind or connect the sockets as usual, then `await proxy.run()`.
 */
export class SocketProxy<Front extends Socket = Socket, Back extends Socket = Socket> {
	/** The first socket. */
	readonly frontEnd: Front;
	/** The second socket. */
	readonly backEnd: Back;
	/** Gets a copy of every message. */
	readonly capture: Socket | undefined;
	readonly #front = traffic();
	readonly #back = traffic();
	#notCaptured = 0;
	#state: "new" | "running" | "ended" = "new";
	readonly #terminated = new AbortController();
	/** Aborted by pause and terminate; another one per period of running. */
	#period = new AbortController();
	#paused: { promise: Promise<void>; resume(): void } | undefined;

	/** @throws ZmqError EINVAL when one of the sockets cannot do its part */
	constructor(frontEnd: Front, backEnd: Back, options: ProxyOptions = {}) {
		for (const [name, socket] of Object.entries({ frontEnd, backEnd }))
			if (!(socket instanceof Socket)) throw new ZmqError("EINVAL", `The ${name} of a proxy must be a socket, got ${typeof socket}`);
		const { capture } = options;
		if (capture !== undefined && !(capture instanceof Socket && canSend(capture)))
			throw new ZmqError("EINVAL", "The capture of a proxy must be a socket that can send");
		this.frontEnd = frontEnd;
		this.backEnd = backEnd;
		this.capture = capture;
		if (this.#ways().length === 0) throw new ZmqError("EINVAL", "A proxy needs one socket that can receive and another one that can send");
	}

	/** What went through so far. */
	get statistics(): ProxyStatistics {
		return { frontEnd: { ...this.#front }, backEnd: { ...this.#back }, notCaptured: this.#notCaptured };
	}

	/**
	 * Moves messages until it is terminated; then it resolves. Rejects with EBADF when a socket is closed meanwhile, EFSM when it
	 * was run before.
	 */
	async run(): Promise<void> {
		if (this.#state !== "new") throw new ZmqError("EFSM", "A proxy runs once; make another one for the same sockets");
		if (this.frontEnd.closed || this.backEnd.closed) throw closedError();
		this.#state = "running";
		hold();
		try {
			await Promise.all(
				this.#ways().map((way) =>
					this.#move(way).catch((error: unknown) => {
						this.terminate();
						throw error;
					}),
				),
			);
		} finally {
			this.#state = "ended";
			release();
		}
	}

	/** Moves nothing until {@link resume}; messages wait in the sockets. */
	pause(): void {
		if (this.#state === "ended" || this.#paused !== undefined) return;
		let resume = (): void => {};
		const promise = new Promise<void>((resolve) => {
			resume = resolve;
		});
		this.#paused = { promise, resume };
		this.#period.abort();
	}

	/** Takes {@link pause} back. */
	resume(): void {
		if (this.#state === "ended" || this.#paused === undefined) return;
		this.#period = new AbortController();
		const { resume } = this.#paused;
		this.#paused = undefined;
		resume();
	}

	/** Ends the proxy; the sockets stay as they are. */
	terminate(): void {
		this.#state = "ended";
		this.#terminated.abort();
		this.#period.abort();
		this.#paused?.resume();
		this.#paused = undefined;
	}

	#ways(): Way[] {
		const [front, back] = [Socket.halves(this.frontEnd), Socket.halves(this.backEnd)];
		const ways: Way[] = [];
		if (canReceive(this.frontEnd) && canSend(this.backEnd))
			ways.push({ from: front.inbox, reading: asIs(this.capture !== undefined), to: back.outbox, taken: this.#front, given: this.#back });
		// One socket on both sides goes round once, not twice.
		if (canReceive(this.backEnd) && canSend(this.frontEnd) && (this.frontEnd as Socket) !== this.backEnd)
			ways.push({ from: back.inbox, reading: asIs(this.capture !== undefined), to: front.outbox, taken: this.#back, given: this.#front });
		return ways;
	}

	#isEnded(): boolean {
		return this.#state === "ended";
	}

	#isMoving(): boolean {
		return this.#state === "running" && this.#paused === undefined;
	}

	async #move(way: Way): Promise<void> {
		const { from, to } = way;
		while (!this.#isEnded()) {
			const { signal } = this.#period;
			if (this.#paused !== undefined) await this.#paused.promise;
			else if (!to.writable) await to.readiness.when(signal);
			else if (!from.readable) await from.readiness.when(signal);
			else {
				await this.#burst(way);
				await nextTurn();
			}
		}
	}

	/** Moves what is there, PROXY_BURST_MESSAGES at most. */
	async #burst({ from, reading, to, taken, given }: Way): Promise<void> {
		// Looked at each time: a message that waited for its peer has let others have their say meanwhile.
		for (let moved = 0; moved < PROXY_BURST_MESSAGES && this.#isMoving() && to.writable && from.readable; moved++) {
			const message = from.tryReceive(reading);
			if (message === undefined) return;
			// Before it is given away: from then on it is the output's.
			const [bytes, frames] = [bytesOf(message), message.length];
			taken.receivedMessages += 1;
			taken.receivedFrames += frames;
			taken.receivedBytes += bytes;
			this.#copy(message);
			const outcome = give(to, message);
			const sent = outcome === "sent" || ((outcome === "full" || outcome === "no-peer") && (await this.#sendLate(to, message)));
			if (!sent) continue;
			given.sentMessages += 1;
			given.sentFrames += frames;
			given.sentBytes += bytes;
		}
	}

	/** False when it was given up. */
	async #sendLate(to: Outbox, message: Received): Promise<boolean> {
		const { signal } = this.#terminated;
		try {
			await to.send(message, { timeoutMs: -1, signal });
			return true;
		} catch (error) {
			if (signal.aborted || (error as ZmqError).code === "EHOSTUNREACH") return false;
			throw error;
		}
	}

	#copy(message: Received): void {
		if (this.capture === undefined || this.capture.closed) return;
		const outcome = give(Socket.halves(this.capture).outbox, message);
		if (outcome !== "sent" && outcome !== "dropped") this.#notCaptured += 1;
	}
}
