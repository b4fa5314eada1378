/**
 * The properties that stand for numbered options, as zeromq.js has them: on the prototype, not enumerable, not to be redefined; a
 * getter without setter where an option is read-only, a setter without getter where it cannot be read.
 *
 * They go through the numeric accessors of the object, which is how a subclass of Socket adds options of its own.
 */

/** The type by which an option is read and written. */
export type Access = "Bool" | "Int32" | "Uint32" | "Int64" | "Uint64" | "String";

/** How the values of an option are called instead of by number. */
export type Labels = readonly (string | null | undefined)[];

export interface OptionProperty {
	readonly name: string;
	readonly number: number;
	readonly access: Access;
	readonly mode?: "read-only" | "write-only";
	readonly labels?: Labels;
}

type Accessors = Readonly<Record<string, (number: number, value?: unknown) => unknown>>;

/** Gives the prototype one property for each option. */
export function defineOptionProperties(prototype: object, properties: readonly OptionProperty[]): void {
	for (const { name, number, access, mode, labels } of properties) {
		const [read, write] = [`get${access}Option`, `set${access}Option`];
		const property = {
			get(this: object): unknown {
				const value = (this as Accessors)[read]?.(number);
				return labels === undefined ? value : labels[value as number];
			},
			set(this: object, value: unknown): void {
				(this as Accessors)[write]?.(number, value);
			},
		};
		Object.defineProperty(prototype, name, {
			enumerable: false,
			configurable: false,
			...(mode !== "write-only" && { get: property.get }),
			...(mode !== "read-only" && { set: property.set }),
		});
	}
}

/** Makes methods what those of zeromq.js are: not to be replaced on the prototype. */
export function sealMethods(prototype: object, names: readonly string[]): void {
	for (const name of names) Object.defineProperty(prototype, name, { writable: false, configurable: false, enumerable: false });
}

type Constructor = new (...args: never[]) => object;

/** What the function of {@link fronted} does. @throws TypeError it was called without `new` */
export function constructed(target: { readonly prototype: object }, args: never[], newTarget: unknown): object {
	if (newTarget === undefined) throw new TypeError("Class constructors cannot be invoked without 'new'");
	return Reflect.construct(target as Constructor, args, newTarget as Constructor) as object;
}

/**
 * Puts a function in front of a class that shares its prototype: calling it without `new` says what zeromq.js says. It must bear the
 * name of the class in its source: V8 calls objects by that in errors, "#<Socket>". (For a class behind a Proxy it does not.)
 */
export function fronted(target: { readonly prototype: object }, front: (...args: never[]) => object): unknown {
	front.prototype = target.prototype;
	Object.defineProperty(target.prototype, "constructor", { value: front });
	return front;
}

type Methods = Readonly<Record<PropertyKey, unknown>>;

/** Methods that zeromq.js has defined by assignment: enumerable, and to be replaced. */
export function defineVisible(prototype: object, methods: Methods): void {
	for (const key of Reflect.ownKeys(methods))
		Object.defineProperty(prototype, key, { value: methods[key], writable: true, enumerable: true, configurable: true });
}

/** What `for await` asks for, under zeromq.js's name. */
export function defineIterator(prototype: object, asyncIterator: () => AsyncIterator<unknown, undefined>): void {
	Object.defineProperty(asyncIterator, "name", { value: "asyncIterator" });
	defineVisible(prototype, { [Symbol.asyncIterator]: asyncIterator });
}

/** Methods that a subclass may shadow and nobody may assign to. */
export function defineHidden(prototype: object, methods: Methods): void {
	for (const key of Reflect.ownKeys(methods))
		Object.defineProperty(prototype, key, { value: methods[key], writable: false, enumerable: false, configurable: true });
}
