/**
 * The `tell`, `ask`, `stream` and `try` faces of refs and pools: objects whose every property is a method. The types of the
 * handlers (actor-types.ts) are laid over them; here are only names and arguments.
 */

import { ActorError } from "../errors.ts";
import { TIMEOUT_MS_MAX } from "../limits.ts";
import type { CallOptions, TryResult } from "./actor-types.ts";
import { isReserved } from "./handlers.ts";

export type Method<R> = (...args: unknown[]) => R;
export type Face<R> = Record<string, Method<R>>;

/** The faces without the types of the handlers. */
export interface UntypedFaces {
	readonly tell: Face<Promise<void>>;
	readonly ask: Face<Promise<unknown>>;
	readonly stream: Face<AsyncIterableIterator<unknown>>;
	readonly try: Face<TryResult>;
}

/** Where the messages of a set of faces go: one actor, or a pool. */
export interface MessageTaker {
	tell(method: string, args: unknown[], options: CallOptions | undefined): Promise<void>;
	ask(method: string, args: unknown[], options: CallOptions | undefined): Promise<unknown>;
	stream(method: string, args: unknown[], options: CallOptions | undefined): AsyncIterableIterator<unknown>;
	try(method: string, args: unknown[]): TryResult;
}

/** An object whose every property is a method that calls `send`; made at first use, then an ordinary own property. */
function makeFace<R>(send: (method: string, args: unknown[]) => R): Face<R> {
	const maker = new Proxy(Object.prototype, {
		get(_prototype, name, receiver: Face<R>) {
			if (typeof name !== "string" || isReserved(name)) return undefined;
			const method: Method<R> = (...args) => send(name, args);
			Object.defineProperty(receiver, name, { value: method });
			return method;
		},
	});
	return Object.create(maker) as Face<R>;
}

export function makeFaces(taker: MessageTaker, options: CallOptions | undefined): UntypedFaces {
	return {
		tell: makeFace((method, args) => taker.tell(method, args, options)),
		ask: makeFace((method, args) => taker.ask(method, args, options)),
		stream: makeFace((method, args) => taker.stream(method, args, options)),
		try: makeFace((method, args) => taker.try(method, args)),
	};
}

/** @throws ActorError ERR_BAD_OPTION */
export function checkTimeout(timeoutMs: unknown, what: string): void {
	if (timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY) return;
	if (typeof timeoutMs !== "number" || !(timeoutMs > 0) || timeoutMs > TIMEOUT_MS_MAX)
		throw new ActorError(
			"ERR_BAD_OPTION",
			`${what} must be above 0 and at most ${TIMEOUT_MS_MAX} ms, or Infinity, got ${String(timeoutMs)}`,
		);
}

export function checkCallOptions(options: CallOptions): CallOptions {
	checkTimeout(options.timeoutMs, "timeoutMs");
	if (options.signal !== undefined && !(options.signal instanceof AbortSignal))
		throw new ActorError("ERR_BAD_OPTION", "signal must be an AbortSignal");
	return options;
}
