/**
 * Notices that a peer is gone although its connection looks alive (RFC 37 §"Connection Heartbeating").
 *
 * - Every interval a PING is due. From the moment it was written the peer has `heartbeatTimeout` to be heard of. A PING of the
 *   peer may bring a time to live: how long it wants its silence to be borne. Anything that comes in cancels both.
 * - A peer of which nothing is heard gets PINGS_UNHEARD_MAX of them: more would only lie in its buffers. Unless it is we who do not listen:
 *   then it goes on hearing of us.
 * - What we do not read cannot be heard: while our own receiver is full the peer's time does not run, and it starts again when
 *   reading does.
 * - A blocked event loop fires timers before it reads: the end is decided one turn later, when what lay waiting was read.
 *
 * One timer at most, unref'd; what comes in only writes three numbers, the timer looks at them when it fires.
 *
 * Shutdown: `stop()`; after it nothing happens any more.
 */
import { ZmqError } from "../errors.ts";
import { PINGS_UNHEARD_MAX, TIMER_MS_MAX } from "../limits.ts";
import type { SocketOptions } from "../option/options.ts";

export interface HeartbeatOwner {
	/** False while we do not read from the peer. */
	readonly reading: boolean;
	/** A PING is to be written; {@link Heartbeat.pinged} tells when it was. */
	onPingDue(): void;
	/** The peer was silent for too long. Called once. */
	onSilence(error: ZmqError): void;
}

const NEVER = Number.POSITIVE_INFINITY;

export class Heartbeat {
	readonly #owner: HeartbeatOwner;
	readonly #intervalMs: number;
	readonly #timeoutMs: number;
	#pingAt = NEVER;
	/** PINGs written since something was heard. */
	#unheard = 0;
	#timeoutAt = NEVER;
	#timeToLiveMs = 0;
	#timeToLiveAt = NEVER;
	#timer: NodeJS.Timeout | undefined;
	/** When the timer fires. */
	#timerAt = NEVER;
	#stopped = false;

	constructor(options: Readonly<Pick<SocketOptions, "heartbeatInterval" | "heartbeatTimeout">>, owner: HeartbeatOwner) {
		this.#owner = owner;
		this.#intervalMs = options.heartbeatInterval;
		this.#timeoutMs = options.heartbeatTimeout < 0 ? options.heartbeatInterval : options.heartbeatTimeout;
		if (this.#intervalMs === 0) return;
		this.#pingAt = performance.now() + this.#intervalMs;
		this.#arm();
	}

	/** Something came in, whatever it was. */
	heard(): void {
		this.#unheard = 0;
		this.#timeoutAt = NEVER;
		this.#timeToLiveAt = NEVER;
	}

	/** A PING was written. */
	pinged(): void {
		this.#unheard += 1;
		if (this.#timeoutMs === 0 || this.#timeoutAt !== NEVER) return;
		this.#timeoutAt = performance.now() + this.#timeoutMs;
		this.#arm();
	}

	/** The peer sent a PING. @param timeToLiveMs 0 = it did not say */
	onPing(timeToLiveMs: number): void {
		if (timeToLiveMs === 0) return;
		this.#timeToLiveMs = timeToLiveMs;
		this.#timeToLiveAt = performance.now() + timeToLiveMs;
		this.#arm();
	}

	/** Reading has begun again: the peer gets all its time. */
	resumed(): void {
		const now = performance.now();
		if (this.#timeoutAt !== NEVER) this.#timeoutAt = now + this.#timeoutMs;
		if (this.#timeToLiveAt !== NEVER) this.#timeToLiveAt = now + this.#timeToLiveMs;
	}

	stop(): void {
		this.#stopped = true;
		clearTimeout(this.#timer);
	}

	/** Makes sure that the timer fires no later than it must; one that fires early only looks again. */
	#arm(): void {
		if (this.#stopped) return;
		const at = Math.min(this.#pingAt, this.#timeoutAt, this.#timeToLiveAt);
		if (at === NEVER || this.#timerAt <= at) return;
		clearTimeout(this.#timer);
		this.#timerAt = at;
		const delay = Math.min(TIMER_MS_MAX, Math.max(1, Math.ceil(at - performance.now())));
		this.#timer = setTimeout(this.#onTimer, delay).unref();
	}

	readonly #onTimer = (): void => {
		this.#timerAt = NEVER;
		const now = performance.now();
		if (now >= this.#pingAt) {
			this.#pingAt = now + this.#intervalMs;
			if (this.#unheard < PINGS_UNHEARD_MAX || !this.#owner.reading) this.#owner.onPingDue();
		}
		if (this.#late(now) === undefined) this.#arm();
		else setImmediate(this.#decide);
	};

	readonly #decide = (): void => {
		if (this.#stopped) return;
		const error = this.#late(performance.now());
		if (error !== undefined && this.#owner.reading) {
			this.stop();
			this.#owner.onSilence(error);
			return;
		}
		if (error !== undefined) this.resumed();
		this.#arm();
	};

	/** What the peer has missed; undefined while it has time. */
	#late(now: number): ZmqError | undefined {
		if (now >= this.#timeoutAt) return silent(`${this.#timeoutMs} ms after a PING (heartbeatTimeout)`);
		if (now >= this.#timeToLiveAt) return silent(`${this.#timeToLiveMs} ms, which it had promised not to be (time to live)`);
		return undefined;
	}
}

function silent(how: string): ZmqError {
	return new ZmqError("EAGAIN", `The peer was silent for ${how}`);
}
