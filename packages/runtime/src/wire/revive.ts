/**
 * Turns the tagged maps of tagged.ts back into what they stand for, in place where it can. What no Tagger makes throws; the
 * codec tells it as ERR_PROTOCOL. Pure, but for the refs that the reader makes.
 */
import { errorFromWire } from "./error-wire.ts";

/** Makes a ref of what a `Ref` tag carries, and a stream of what a `Stream` tag does. */
export type RefReader = (wire: unknown, kind?: "Stream") => unknown;

type Tag = Record<string, unknown>;

const VIEWS = {
	Int8Array,
	Uint8ClampedArray,
	Int16Array,
	Uint16Array,
	Int32Array,
	Uint32Array,
	Float32Array,
	Float64Array,
	BigInt64Array,
	BigUint64Array,
	DataView,
} as const;

/** A typed array over a copy of the bytes: what arrives is seldom aligned. */
function viewOf(kind: string, bytes: Uint8Array): ArrayBufferView {
	if (!Object.hasOwn(VIEWS, kind)) throw new Error(`unknown tag ${kind.slice(0, 40)}`);
	const View = VIEWS[kind as keyof typeof VIEWS] as new (buffer: ArrayBuffer) => ArrayBufferView;
	return new View(new Uint8Array(bytes).buffer);
}

export class Reviver {
	readonly #byId = new Map<number, unknown>();
	readonly #frames: readonly Uint8Array[];
	readonly #firstDetached: number;
	readonly #readRef: RefReader;

	/** @param firstDetached index in `frames` of the first detached byte array */
	constructor(frames: readonly Uint8Array[], firstDetached: number, readRef: RefReader) {
		this.#frames = frames;
		this.#firstDetached = firstDetached;
		this.#readRef = readRef;
	}

	/** @param id under which the value is known inside itself */
	revive(part: unknown, id?: number): unknown {
		if (typeof part !== "object" || part === null || part instanceof Uint8Array || part instanceof Date) return part;
		if (Array.isArray(part)) {
			this.#know(id, part);
			for (let i = 0; i < part.length; i++) part[i] = this.revive(part[i]);
			return part;
		}
		const record = part as Tag;
		if (Object.hasOwn(record, "$z")) return this.#tag(record, id);
		this.#know(id, record);
		for (const key of Object.keys(record)) record[key] = this.revive(record[key]);
		return record;
	}

	#know<T>(id: number | undefined, made: T): T {
		if (id !== undefined) this.#byId.set(id, made);
		return made;
	}

	#list(tag: Tag): unknown[] {
		if (!Array.isArray(tag.v)) throw new Error(`the tag ${String(tag.$z).slice(0, 40)} needs a list`);
		return tag.v;
	}

	#bytes(tag: Tag): Uint8Array {
		const bytes = this.revive(tag.v);
		if (!(bytes instanceof Uint8Array)) throw new Error(`the tag ${String(tag.$z).slice(0, 40)} needs bytes`);
		return bytes;
	}

	#tag(tag: Tag, id: number | undefined): unknown {
		switch (tag.$z) {
			case "id":
				return this.revive(tag.v, Number(tag.i));
			case "ref":
				if (!this.#byId.has(Number(tag.i))) throw new Error("a reference points nowhere");
				return this.#byId.get(Number(tag.i));
			case "bytes":
				return this.#detached(Number(tag.i));
			case "Object":
				return this.#object(tag, id);
			case "Map":
				return this.#map(tag, id);
			case "Set": {
				const set = this.#know(id, new Set<unknown>());
				for (const entry of this.#list(tag)) set.add(this.revive(entry));
				return set;
			}
			case "Date":
				return new Date(Number.NaN);
			case "RegExp":
				return new RegExp(String(this.#list(tag)[0]), String(this.#list(tag)[1]));
			case "Error":
				return errorFromWire(tag, (made, part) => {
					this.#know(id, made);
					return this.revive(part);
				});
			case "Ref":
				return this.#readRef(tag.v);
			case "Stream":
				return this.#readRef(tag.i, "Stream");
			case "ArrayBuffer":
				return new Uint8Array(this.#bytes(tag)).buffer;
			default:
				return viewOf(String(tag.$z), this.#bytes(tag));
		}
	}

	#detached(index: number): Uint8Array {
		const bytes = Number.isInteger(index) && index >= 0 ? this.#frames[this.#firstDetached + index] : undefined;
		if (bytes === undefined) throw new Error("a detached byte array is missing");
		return bytes;
	}

	#object(tag: Tag, id: number | undefined): Tag {
		const object = this.#know<Tag>(id, {});
		const list = this.#list(tag);
		for (let i = 0; i + 1 < list.length; i += 2) {
			const value = this.revive(list[i + 1]);
			Object.defineProperty(object, String(list[i]), { value, writable: true, enumerable: true, configurable: true });
		}
		return object;
	}

	#map(tag: Tag, id: number | undefined): Map<unknown, unknown> {
		const map = this.#know(id, new Map<unknown, unknown>());
		const list = this.#list(tag);
		for (let i = 0; i + 1 < list.length; i += 2) map.set(this.revive(list[i]), this.revive(list[i + 1]));
		return map;
	}
}
