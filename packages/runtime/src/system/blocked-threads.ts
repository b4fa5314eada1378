/**
 * What a system does about blocked threads: tells of them, on stderr and in the channel `zloom:blocked`, and by policy ends them.
 *
 * On the main thread, which is not watched itself. Shutdown: that of the watchdog, which whoever calls `watchThreads` closes.
 */
import { channel } from "node:diagnostics_channel";
import { ActorError } from "../errors.ts";
import { BLOCKED_AFTER_MS_DEFAULT, TIMEOUT_MS_MAX } from "../limits.ts";
import { Watchdog, type Watched } from "../thread/watchdog.ts";
import type { Pulse, TurnOf } from "../turns/heart.ts";
import type { ExitReason } from "../wire/exit-reason.ts";

const blocked = channel("zloom:blocked");

/** When a worker thread counts as blocked, and what follows. The main thread is not watched. */
export interface WatchdogOptions {
	/** A thread that runs one piece of code for so long without coming back is blocked, ms. Default 5000. `defineActor` can say another time for its actors. */
	readonly blockedAfterMs?: number;
	/**
	 * "report": it is told, once, on stderr and in the channel `zloom:blocked` of `node:diagnostics_channel` as a {@link BlockedThread}.
	 * `{ killAfterMs }`: it is also ended when it has been blocked for so long, ms; that ends its actors with `how` "blocked", asks and streams to
	 * them settle with ERR_THREAD_DOWN, the thread is replaced, and they come back as `restart` says. Default "report".
	 */
	readonly policy?: "report" | { readonly killAfterMs: number };
}

/** What the channel `zloom:blocked` tells. */
export interface BlockedThread {
	/** Its number, as in addresses of actors without a name. */
	readonly thread: number;
	/** For how long it has been blocked at least, ms. */
	readonly ms: number;
	/** Which code: of a handler, the setup, or a timer or watch; "outside": code after an `await`, or that is no actor's. */
	readonly at: TurnOf;
	/** The actor whose code it is; with `at` "outside", the one that had the last turn there. Undefined: none has run there. */
	readonly address: string | undefined;
	/** The name that the actor was defined with. */
	readonly kind: string | undefined;
	/** Undefined where it is no handler. */
	readonly handler: string | undefined;
	/** It is ended for that. */
	readonly killed: boolean;
}

function limit(value: unknown, name: string): number {
	if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= TIMEOUT_MS_MAX) return value as number;
	throw new ActorError("ERR_BAD_OPTION", `watchdog.${name} must be an integer from 1 to ${TIMEOUT_MS_MAX} ms, got ${String(value)}`);
}

function killLimit(policy: WatchdogOptions["policy"]): number {
	if (policy === undefined || policy === "report") return Number.POSITIVE_INFINITY;
	if (typeof policy === "object" && policy !== null) return limit(policy.killAfterMs, "policy.killAfterMs");
	throw new ActorError("ERR_BAD_OPTION", `watchdog.policy must be "report" or { killAfterMs }, got ${String(policy)}`);
}

const WORDS: Readonly<Record<TurnOf, string>> = {
	handler: "a handler",
	setup: "the setup",
	timer: "a timer or watch",
	outside: "its last turn",
};

function textOf({ thread, ms, at, address, kind, handler }: BlockedThread): string {
	const whose = address === undefined ? "no actor has run there" : ` of ${kind ?? "an actor"} (${address})`;
	const code = at === "handler" && handler !== undefined ? `the handler "${handler}"` : WORDS[at];
	const text = `thread ${thread} has been blocked for ${Math.round(ms)} ms`;
	if (address === undefined) return `${text}: ${whose}`;
	if (at !== "outside") return `${text} by ${code}${whose}`;
	const last = handler === undefined ? "" : `, by the handler "${handler}"`;
	return `${text}, by code after an await or of no actor; the last turn there was one${whose}${last}`;
}

/** What is to be watched, and what is known of it. */
export interface WatchedSystem {
	readonly threads: () => Iterable<Watched & { end(reason: ExitReason): void }>;
	readonly addressOf: (thread: number, actor: number) => string;
	readonly log: (text: string) => void;
}

/**
 * Makes the watchdog of a system; undefined when it is not wanted.
 *
 * @throws ActorError ERR_BAD_OPTION
 */
export function watchThreads(options: WatchdogOptions | false | undefined, system: WatchedSystem): Watchdog | undefined {
	if (options === false) return undefined;
	const told = (thread: number, { at, actor, kind, handler }: Pulse, ms: number, killed: boolean): string => {
		const address = actor === 0 ? undefined : system.addressOf(thread, actor);
		const event: BlockedThread = { thread, ms, at, address, kind, handler, killed };
		if (blocked.hasSubscribers) blocked.publish(event);
		return textOf(event);
	};
	return new Watchdog({
		blockedAfterMs: options?.blockedAfterMs === undefined ? BLOCKED_AFTER_MS_DEFAULT : limit(options.blockedAfterMs, "blockedAfterMs"),
		killAfterMs: killLimit(options?.policy),
		threads: system.threads,
		report: ({ number }, pulse, ms) => system.log(told(number, pulse, ms, false)),
		kill: ({ number }, pulse, ms) => {
			const error = new ActorError("ERR_BLOCKED", told(number, pulse, ms, true));
			for (const thread of system.threads()) if (thread.number === number) thread.end({ kind: "thread", how: "blocked", error });
		},
		now: () => performance.now(),
	});
}
