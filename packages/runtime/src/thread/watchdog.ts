/**
 * Finds threads that are blocked: for a given time no turn has begun or ended there, the event loop has not come round, and it has not waited.
 *
 * A thread shows life by any of three signs. Its turns move: two words that are read (turns/heart.ts). Its event loop waits for work, so it
 * is idle: Node counts that. Neither, and between turns: it is called, and its event loop answers by a beat in shared memory. An idle
 * thread is never woken. Time counts from look to look and at most two intervals each: when the whole process stood still, or this
 * thread was blocked itself, nobody is blamed.
 *
 * Shutdown: `close()` stops the timer, which never holds the event loop.
 */
import type { Pulse } from "../turns/heart.ts";

/** The oftenest that threads are looked at, ms. */
const LOOK_MS_MIN = 10;
/** The rarest, ms: actors may have shorter limits than the system. */
const LOOK_MS_MAX = 1000;
/** Looks in the time that is given: a report comes at most a fifth late. */
const LOOKS = 5;

/** A thread as the watchdog sees it. */
export interface Watched {
	readonly number: number;
	pulse(): Pulse;
	/** Asks the event loop for a beat. */
	call(): void;
	/** How long its event loop has waited for work, from its start on, ms. */
	idleMs(): number;
}

export interface WatchdogParts {
	/** From when on a thread counts as blocked, unless the actor there says otherwise. */
	readonly blockedAfterMs: number;
	/** From when on it is to be ended; never before the limit of the actor there. */
	readonly killAfterMs: number;
	readonly threads: () => Iterable<Watched>;
	/** Once for each time that it is blocked. */
	readonly report: (thread: Watched, pulse: Pulse, ms: number) => void;
	readonly kill: (thread: Watched, pulse: Pulse, ms: number) => void;
	/** A monotonic clock, ms. */
	readonly now: () => number;
}

/** A thread without a sign of life. */
interface Silence {
	readonly pulse: Pulse;
	readonly idleMs: number;
	ms: number;
	called: boolean;
	reported: boolean;
	killed: boolean;
}

export class Watchdog {
	readonly #options: WatchdogParts;
	readonly #intervalMs: number;
	readonly #silences = new Map<Watched, Silence>();
	#timer: NodeJS.Timeout | undefined;
	#lookedAt: number;

	constructor(options: WatchdogParts) {
		this.#options = options;
		this.#intervalMs = Math.max(LOOK_MS_MIN, Math.min(options.blockedAfterMs / LOOKS, options.killAfterMs / LOOKS, LOOK_MS_MAX));
		this.#lookedAt = options.now();
	}

	start(): void {
		this.#timer = setInterval(() => this.look(), this.#intervalMs);
		this.#timer.unref();
	}

	close(): void {
		clearInterval(this.#timer);
	}

	/** For how long a thread has shown no sign of life, ms, as of the last look. */
	silentMs(thread: Watched): number {
		return this.#silences.get(thread)?.ms ?? 0;
	}

	/** Looks at every thread once. */
	look(): void {
		const now = this.#options.now();
		const passed = Math.min(now - this.#lookedAt, 2 * this.#intervalMs);
		this.#lookedAt = now;
		const seen = new Set<Watched>();
		for (const thread of this.#options.threads()) {
			seen.add(thread);
			this.#lookAt(thread, passed);
		}
		for (const thread of this.#silences.keys()) if (!seen.has(thread)) this.#silences.delete(thread);
	}

	#lookAt(thread: Watched, passed: number): void {
		const pulse = thread.pulse();
		const idleMs = thread.idleMs();
		const silence = this.#silences.get(thread);
		const { turn, beats } = silence?.pulse ?? {};
		if (silence === undefined || turn !== pulse.turn || beats !== pulse.beats || silence.idleMs !== idleMs) {
			this.#silences.set(thread, { pulse, idleMs, ms: 0, called: false, reported: false, killed: false });
			return;
		}
		silence.ms += passed;
		this.#judge(thread, silence);
	}

	#judge(thread: Watched, silence: Silence): void {
		const { pulse, ms } = silence;
		if (pulse.at === "outside" && !silence.called) {
			silence.called = true;
			thread.call();
		}
		const limitMs = pulse.limitMs ?? this.#options.blockedAfterMs;
		if (ms >= limitMs && !silence.reported) {
			silence.reported = true;
			this.#options.report(thread, pulse, ms);
		}
		if (ms >= limitMs && ms >= this.#options.killAfterMs && !silence.killed) {
			silence.killed = true;
			this.#options.kill(thread, pulse, ms);
		}
	}
}
