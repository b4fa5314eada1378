/**
 * Why an actor ended, as `ref.exited` tells it. Travels in DOWN envelopes as a plain map, so that other languages can read it.
 */
import { ActorError } from "./errors.ts";

/** Why an actor ended. `error` is there for kind "error", and where it is known for "thread" and "node". */
export interface ExitReason {
	/** How it ended. */
	readonly kind: /** It was stopped and has drained. */
		| "stopped"
		/** It was killed, or did not drain in time. */
		| "killed"
		/** A tell, a timer or its setup threw. */
		| "error"
		/** Its thread ended. */
		| "thread"
		/** Its node ended or cannot be reached. */
		| "node"
		/** It ended before anybody watched, and the reason is no longer known. */
		| "unknown";
	/** What was thrown, or why the thread or node ended, where that is known. */
	readonly error?: unknown;
}

const KINDS: readonly string[] = ["stopped", "killed", "error", "thread", "node", "unknown"];

/** What pending asks to an actor are settled with when it ends. */
export function downError(reason: ExitReason, address: string): ActorError {
	const options = reason.error === undefined ? {} : { cause: reason.error };
	if (reason.kind === "thread") return new ActorError("ERR_THREAD_DOWN", `The thread of ${address} ended: spawn the actor again`, options);
	if (reason.kind === "node")
		return new ActorError("ERR_NODE_DOWN", `The node of ${address} cannot be reached: spawn the actor elsewhere or try later`, options);
	const how = reason.kind === "error" ? "failed" : reason.kind === "unknown" ? "has ended" : `was ${reason.kind}`;
	return new ActorError("ERR_ACTOR_DOWN", `The actor ${address} ${how}: spawn it again`, options);
}

/** Reads a reason that came over a link; anything malformed reads as "unknown". */
export function toExitReason(value: unknown): ExitReason {
	const kind = (value as { kind?: unknown } | null)?.kind;
	if (typeof kind !== "string" || !KINDS.includes(kind)) return { kind: "unknown" };
	const error = (value as { error?: unknown }).error;
	return error === undefined ? { kind: kind as ExitReason["kind"] } : { kind: kind as ExitReason["kind"], error };
}
