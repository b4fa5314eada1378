/**
 * Why an actor ended, as `ref.exited` tells it. Travels in DOWN and HOST_DOWN envelopes as a plain map, so that other languages can read it.
 */

import { ActorError } from "../errors.ts";
import { type EncodedValue, encodeValue } from "./codec.ts";

/** What in particular ended an actor or its thread. */
export type ExitHow =
	/** For kind "error": a handler, a timer or setup threw. */
	| "threw"
	/** For kind "error": the promise of one of them rejected. */
	| "rejected"
	/** For kind "thread": something threw outside of any turn, or a rejection was left unhandled; `error` is what. */
	| "uncaught"
	/** For kind "thread": code on it called process.exit; `exitCode` is with what. */
	| "exit"
	/** For kind "thread": it reached the heap limit of `resourceLimits`. */
	| "memory"
	/** For kind "thread": it was ended from outside, as `system.killThread` does. */
	| "terminated"
	/** For kind "thread": it was blocked for longer than `watchdog.policy` allows; `error` says by which handler. */
	| "blocked";

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
		/** An actor that it was linked with ended other than by being stopped; `linked` says which. */
		| "linked"
		/** Its node ended or cannot be reached. */
		| "node"
		/** It ended before anybody watched, and the reason is no longer known. */
		| "unknown";
	/** What in particular, where that is known. */
	readonly how?: ExitHow;
	/** What was thrown, or why the thread or node ended, where that is known. */
	readonly error?: unknown;
	/** For kind "linked": the address of the linked actor, as the one that ended knew it; `error` is what that one ended with, if anything. */
	readonly linked?: string;
	/** For how "exit". */
	readonly exitCode?: number;
}

const KINDS: readonly string[] = ["stopped", "killed", "error", "thread", "linked", "node", "unknown"] satisfies ExitReason["kind"][];
const HOWS: readonly string[] = ["threw", "rejected", "uncaught", "exit", "memory", "terminated", "blocked"] satisfies ExitHow[];

/** How a thread ended, in words that follow its name. */
export function threadEndText(reason: ExitReason): string {
	switch (reason.how) {
		case "exit":
			return `ended by process.exit(${reason.exitCode ?? ""})`;
		case "memory":
			return "reached its heap limit";
		case "uncaught":
			return "ended by an uncaught exception";
		case "terminated":
			return "was terminated";
		case "blocked":
			return "was blocked and ended";
		default:
			return "has ended";
	}
}

/** What pending asks to an actor are settled with when it ends. */
export function downError(reason: ExitReason, address: string): ActorError {
	const options = reason.error === undefined ? {} : { cause: reason.error };
	if (reason.kind === "thread") {
		const text = `The thread of ${address} ${threadEndText(reason)}: ask again if the actor comes back, or spawn it again`;
		return new ActorError("ERR_THREAD_DOWN", text, options);
	}
	if (reason.kind === "node")
		return new ActorError("ERR_NODE_DOWN", `The node of ${address} cannot be reached: spawn the actor elsewhere or try later`, options);
	const linked = reason.kind === "linked" ? `ended with ${reason.linked ?? "an actor"}, which it was linked with` : undefined;
	const how = linked ?? (reason.kind === "error" ? "failed" : reason.kind === "unknown" ? "has ended" : `was ${reason.kind}`);
	return new ActorError("ERR_ACTOR_DOWN", `The actor ${address} ${how}: spawn it again`, options);
}

/** Reads a reason that came over a link; anything malformed reads as "unknown". */
export function toExitReason(value: unknown): ExitReason {
	const kind = (value as { kind?: unknown } | null)?.kind;
	if (typeof kind !== "string" || !KINDS.includes(kind)) return { kind: "unknown" };
	const { error, how, exitCode, linked } = value as { error?: unknown; how?: unknown; exitCode?: unknown; linked?: unknown };
	return {
		kind: kind as ExitReason["kind"],
		...(typeof how === "string" && HOWS.includes(how) && { how: how as ExitHow }),
		...(error !== undefined && { error }),
		...(typeof linked === "string" && { linked }),
		...(Number.isInteger(exitCode) && { exitCode: exitCode as number }),
	};
}

/** A reason for the wire. An error that cannot be sent must not keep the news of a death back. */
export function encodeReason(reason: ExitReason): EncodedValue {
	try {
		return encodeValue(reason, "reason");
	} catch (refusal) {
		return encodeValue({ ...reason, error: new Error(String((refusal as Error).message)) }, "reason");
	}
}
