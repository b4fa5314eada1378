/**
 * The types that MessagePack lacks, as tagged maps: `{"$z": "Map", v: [k, v, …]}` (revive.ts turns them back). The kinds: Map, Set, Date
 * (invalid only), RegExp, Error, Ref, the typed arrays, DataView, ArrayBuffer, bytes (a frame of its own), Object (a map that itself has the
 * key `$z`), id and ref (values that are met twice in a value with cycles).
 *
 * Values without such parts pass through {@link Tagger.prepare} uncopied. One Tagger a value.
 */

import { DETACHED_BYTES_MIN, DETACHED_FRAMES_MAX, VALUE_DEPTH_MAX } from "../limits.ts";
import { errorToWire } from "./error-wire.ts";
import { isPlain, REF_TO_WIRE, refusalOf } from "./sendable.ts";

/** Thrown by prepare: some part cannot be sent; the codec finds out which. */
export const REFUSED: unique symbol = Symbol("refused");
/** Returned by prepare: the value holds itself and needs {@link Tagger.forGraph}. */
export const CYCLE: unique symbol = Symbol("cycle");

type Tag = Record<string, unknown>;

/** Keeps an async iterable for the receiver, and returns the number by which it is pulled. */
export interface Lender {
	lend(iterable: AsyncIterable<unknown>): number;
}

export function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
	return typeof (value as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator] === "function";
}

export class Tagger {
	tagged = false;
	detached: Uint8Array[] | undefined;
	readonly #ancestors: object[] = [];
	readonly #lender: Lender | undefined;
	/** In graph mode: objects met more than once, by id; negative once written. */
	#shared: Map<object, number> | undefined;

	constructor(lender: Lender | undefined) {
		this.#lender = lender;
	}

	/** For values with cycles: keeps the identity of every object that is met more than once. */
	static forGraph(value: unknown, lender: Lender | undefined): Tagger {
		const tagger = new Tagger(lender);
		const met = new Set<object>();
		const shared = new Map<object, number>();
		const walk = (part: unknown, depth: number): void => {
			if (typeof part !== "object" || part === null || ArrayBuffer.isView(part) || depth > VALUE_DEPTH_MAX) return;
			if (lender !== undefined && depth === 1 && isAsyncIterable(part)) return;
			if (met.has(part)) {
				if (!shared.has(part)) shared.set(part, shared.size + 1);
				return;
			}
			met.add(part);
			if (Array.isArray(part) || part instanceof Set) for (const child of part) walk(child, depth + 1);
			else if (part instanceof Map) for (const [key, child] of part) walk([key, child], depth + 1);
			else if (part instanceof Error) walk(part.cause, depth + 1);
			else for (const key of Object.keys(part)) walk((part as Tag)[key], depth + 1);
		};
		walk(value, 0);
		tagger.#shared = shared;
		return tagger;
	}

	/** The value with tags in place of what MessagePack lacks, or CYCLE. Throws REFUSED. */
	prepare(value: unknown): unknown {
		try {
			return this.#part(value, 0);
		} catch (error) {
			if (error === CYCLE) return CYCLE;
			throw error;
		}
	}

	#part(value: unknown, depth: number): unknown {
		switch (typeof value) {
			case "object":
				return value === null ? null : this.#object(value, depth);
			case "function":
			case "symbol":
				throw REFUSED;
			default:
				return value;
		}
	}

	#tag(tag: Tag): Tag {
		this.tagged = true;
		return tag;
	}

	#object(value: object, depth: number): unknown {
		if (value instanceof Uint8Array && !(value instanceof Uint8ClampedArray)) return this.#bytes(value);
		if (depth > VALUE_DEPTH_MAX) throw REFUSED;
		const id = this.#shared?.get(value);
		if (id !== undefined) {
			if (id < 0) return this.#tag({ $z: "ref", i: -id });
			this.#shared?.set(value, -id);
			return this.#tag({ $z: "id", i: id, v: this.#content(value, depth) });
		}
		if (this.#shared !== undefined) return this.#content(value, depth);
		if (this.#ancestors.includes(value)) throw CYCLE;
		this.#ancestors.push(value);
		const content = this.#content(value, depth);
		this.#ancestors.pop();
		return content;
	}

	#content(value: object, depth: number): unknown {
		if (depth === 1 && this.#lender !== undefined && isAsyncIterable(value))
			return this.#tag({ $z: "Stream", i: this.#lender.lend(value) });
		if (Array.isArray(value)) return this.#array(value, depth);
		if (isPlain(value)) return this.#record(value as Tag, depth);
		return this.#special(value, depth);
	}

	/** Small byte arrays stay in the value, large ones get a frame of their own. */
	#bytes(bytes: Uint8Array): unknown {
		if (bytes.length < DETACHED_BYTES_MIN) return bytes;
		this.detached ??= [];
		if (this.detached.length >= DETACHED_FRAMES_MAX) return bytes;
		this.detached.push(bytes);
		return this.#tag({ $z: "bytes", i: this.detached.length - 1 });
	}

	#array(array: unknown[], depth: number): unknown {
		let copy: unknown[] | undefined;
		for (let i = 0; i < array.length; i++) {
			const child = array[i];
			const part = this.#part(child, depth + 1);
			if (part === child) continue;
			copy ??= array.slice();
			copy[i] = part;
		}
		return copy ?? array;
	}

	#record(record: Tag, depth: number): unknown {
		let copy: Tag | undefined;
		for (const key of Object.keys(record)) {
			const child = record[key];
			const part = this.#part(child, depth + 1);
			if (part === child) continue;
			copy ??= { ...record };
			copy[key] = part;
		}
		const result = copy ?? record;
		if (!Object.hasOwn(record, "$z")) return result;
		return this.#tag({ $z: "Object", v: Object.entries(result).flat() });
	}

	#list(values: Iterable<unknown>, depth: number): unknown[] {
		const list: unknown[] = [];
		for (const value of values) list.push(this.#part(value, depth + 1));
		return list;
	}

	#special(value: object, depth: number): unknown {
		if (REF_TO_WIRE in value) return this.#tag({ $z: "Ref", v: (value as { [REF_TO_WIRE](): unknown })[REF_TO_WIRE]() });
		if (value instanceof Date) return Number.isNaN(value.getTime()) ? this.#tag({ $z: "Date" }) : value;
		if (value instanceof Map) return this.#tag({ $z: "Map", v: this.#list([...value].flat(1), depth) });
		if (value instanceof Set) return this.#tag({ $z: "Set", v: this.#list(value, depth) });
		if (value instanceof RegExp) return this.#tag({ $z: "RegExp", v: [value.source, value.flags] });
		if (value instanceof Error || value instanceof DOMException)
			return this.#tag({ $z: "Error", ...errorToWire(value, (part) => this.#part(part, depth + 1)) });
		if (value instanceof ArrayBuffer) return this.#tag({ $z: "ArrayBuffer", v: this.#bytes(new Uint8Array(value)) });
		if (value instanceof Number || value instanceof String || value instanceof Boolean) return value.valueOf();
		if (refusalOf(value) !== undefined) throw REFUSED;
		if (ArrayBuffer.isView(value)) {
			const kind = Object.prototype.toString.call(value).slice(8, -1);
			return this.#tag({ $z: kind, v: this.#bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) });
		}
		// An instance of some class: its own properties travel, as with structured clone.
		return this.#record({ ...value }, depth);
	}
}
