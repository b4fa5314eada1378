/**
 * Which values can be sent: what structured clone carries, errors and refs; and where in a value the first other one sits.
 *
 * Pure. The codec refuses on the fast way without knowing the path; {@link locateUnsendable} then walks once more to name it.
 */
import { EventEmitter } from "node:events";
import { MessagePort } from "node:worker_threads";
import { VALUE_DEPTH_MAX } from "../limits.ts";

/** Objects with this method can be sent as references to an actor; it returns plain data. */
export const REF_TO_WIRE: unique symbol = Symbol.for("zloom.runtime.ref-to-wire.1") as never;

/** Classes whose instances stand for something that cannot leave its thread. */
const BOUND: readonly [new (...args: never[]) => unknown, string][] = [
	[Promise, "a promise"],
	[WeakMap, "a WeakMap"],
	[WeakSet, "a WeakSet"],
	[WeakRef, "a WeakRef"],
	[SharedArrayBuffer, "a SharedArrayBuffer"],
	[Blob, "a Blob"],
	[MessagePort, "a MessagePort"],
	[EventEmitter, "an EventEmitter (socket, stream, server …)"],
	[EventTarget, "an EventTarget (AbortSignal, BroadcastChannel …)"],
	[ReadableStream, "a ReadableStream"],
	[WritableStream, "a WritableStream"],
	[TransformStream, "a TransformStream"],
];

/** What an object is, when it is of a kind that cannot be sent; undefined when it can. Not for plain objects and arrays. */
export function refusalOf(value: object): string | undefined {
	for (const [bound, name] of BOUND) if (value instanceof bound) return name;
	if (ArrayBuffer.isView(value) && value.buffer instanceof SharedArrayBuffer && !(value instanceof Uint8Array))
		return "a view of a SharedArrayBuffer";
	const candidate = value as { [Symbol.asyncIterator]?: unknown; next?: unknown; then?: unknown };
	if (typeof candidate.then === "function") return "a promise";
	if (typeof candidate.next === "function") return "an iterator";
	if (typeof candidate[Symbol.asyncIterator] === "function") return "an async iterable";
	return undefined;
}

/** True for objects that are copied property by property without a further look. */
export function isPlain(value: object): boolean {
	const prototype = Object.getPrototypeOf(value);
	return prototype === Object.prototype || prototype === null;
}

function step(key: string | number): string {
	if (typeof key === "number") return `[${key}]`;
	return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** The children of a value that travel with it, each with its path step. */
function* childrenOf(value: object): Generator<[string, unknown]> {
	if (Array.isArray(value)) {
		for (let i = 0; i < value.length; i++) yield [step(i), value[i]];
	} else if (value instanceof Map) {
		let i = 0;
		for (const [key, entry] of value) {
			yield [`.keys()[${i}]`, key];
			yield [typeof key === "string" ? `.get(${JSON.stringify(key)})` : `.values()[${i}]`, entry];
			i += 1;
		}
	} else if (value instanceof Set) {
		let i = 0;
		for (const entry of value) yield [`.values()[${i++}]`, entry];
	} else if (value instanceof Error) {
		yield [".cause", value.cause];
		if (value instanceof AggregateError) yield [".errors", value.errors];
	} else if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) {
		for (const key of Object.keys(value)) yield [step(key), (value as Record<string, unknown>)[key]];
	}
}

/** Path and kind of the first part of `value` that cannot be sent, for example `args[0].callback is a function`. */
export function locateUnsendable(value: unknown, root: string): string | undefined {
	const seen = new Set<object>();
	const walk = (part: unknown, path: string, depth: number): string | undefined => {
		if (typeof part === "function") return `${path} is a function`;
		if (typeof part === "symbol") return `${path} is a symbol`;
		if (typeof part !== "object" || part === null || seen.has(part) || REF_TO_WIRE in part) return undefined;
		if (depth > VALUE_DEPTH_MAX) return `${path.slice(0, 60)}… is nested deeper than ${VALUE_DEPTH_MAX} levels`;
		seen.add(part);
		if (!isPlain(part) && !Array.isArray(part)) {
			const refusal = refusalOf(part);
			if (refusal !== undefined) return `${path} is ${refusal}`;
		}
		for (const [next, child] of childrenOf(part)) {
			const found = walk(child, path + next, depth + 1);
			if (found !== undefined) return found;
		}
		return undefined;
	};
	return walk(value, root, 0);
}
