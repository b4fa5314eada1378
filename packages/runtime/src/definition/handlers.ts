/**
 * The handlers of an actor: which names are allowed, and which handler a message goes to. Pure.
 */

import { ActorError } from "../errors.ts";
import { METHOD_BYTES_MAX } from "../limits.ts";
import { Kind } from "../wire/envelope.ts";

export type Handler = (...args: unknown[]) => unknown;
export type Handlers = Record<string, unknown>;

/** Names that JavaScript, promises or printing look for on any object; a ref answers undefined for them. */
const RESERVED = new Set([
	"then",
	"catch",
	"finally",
	"constructor",
	"toJSON",
	"toString",
	"valueOf",
	"inspect",
	"prototype",
	"hasOwnProperty",
	"isPrototypeOf",
	"propertyIsEnumerable",
	"toLocaleString",
	"__proto__",
	"__defineGetter__",
	"__defineSetter__",
	"__lookupGetter__",
	"__lookupSetter__",
]);

export function isReserved(name: string): boolean {
	return RESERVED.has(name);
}

/** What setup returned, as handlers. @throws ActorError ERR_RESERVED_NAME, TypeError */
export function checkHandlers(value: unknown, actor: string): Handlers {
	if (typeof value !== "object" || value === null)
		throw new TypeError(`The setup of ${actor} must return an object of handlers, got ${value === null ? "null" : typeof value}`);
	for (const name of Object.keys(value)) {
		if (isReserved(name))
			throw new ActorError(
				"ERR_RESERVED_NAME",
				`The actor ${actor} has a handler "${name}", a name that refs need for themselves: rename it`,
			);
		if (Buffer.byteLength(name) > METHOD_BYTES_MAX)
			throw new ActorError("ERR_RESERVED_NAME", `The actor ${actor} has a handler whose name is over ${METHOD_BYTES_MAX} bytes`);
	}
	return value as Handlers;
}

/** An own function of the handlers, or a method of their class; never what Object itself has. */
function find(handlers: Handlers, name: string): unknown {
	if (isReserved(name)) return undefined;
	for (let at: object | null = handlers; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null)
		if (Object.hasOwn(at, name)) return handlers[name];
	return undefined;
}

/** @throws ActorError ERR_UNKNOWN_METHOD, ERR_WRONG_KIND */
export function pickHandler(handlers: Handlers, call: { readonly method: string; readonly kind: number }, address: string): Handler {
	const handler = find(handlers, call.method);
	if (typeof handler !== "function") {
		const names = Object.keys(handlers).filter((name) => typeof handlers[name] === "function");
		throw new ActorError(
			"ERR_UNKNOWN_METHOD",
			`${address} has no handler "${call.method.slice(0, 100)}"; it has ${names.join(", ") || "none"}`,
		);
	}
	const tag = Object.prototype.toString.call(handler);
	if (call.kind !== Kind.STREAM && (tag === "[object AsyncGeneratorFunction]" || tag === "[object GeneratorFunction]"))
		throw new ActorError("ERR_WRONG_KIND", `${call.method} of ${address} is a generator: use stream.${call.method}`);
	if (call.kind === Kind.STREAM && (tag === "[object AsyncFunction]" || tag === "[object GeneratorFunction]"))
		throw new ActorError("ERR_WRONG_KIND", `${call.method} of ${address} is not an async generator: use ask.${call.method}`);
	return handler as Handler;
}
