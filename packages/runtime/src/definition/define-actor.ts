/**
 * defineActor, and this thread's register of definitions by module URL and name.
 *
 * The register fills when modules are evaluated; a hosting thread imports the URL and then looks here, so bundles that
 * lose export names still work. It sits on globalThis, because a thread may load this package twice.
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { ActorError } from "../errors.ts";
import { checkRestart } from "../restart/restart-policy.ts";
import type { ActorContext, ActorDefinition, ActorOptions } from "./actor-types.ts";
import { checkTimeout } from "./faces.ts";
import { isOverflowPolicy } from "./overflow.ts";

type AnyDefinition = ActorDefinition<never[], object>;

/** A definition, and the module instance that made it. */
interface Entry {
	readonly definition: AnyDefinition;
	readonly where: ImportMeta | string;
}

const KEY = Symbol.for("zloom.runtime.definitions.1");
const globals = globalThis as unknown as Record<symbol, Map<string, Map<string, Entry>> | undefined>;

function register(): Map<string, Map<string, Entry>> {
	globals[KEY] ??= new Map();
	return globals[KEY];
}

/** The key of a module: its URL without what loaders append (`?t=…`). */
export function moduleKey(url: string): string {
	if (!url.startsWith("file:")) return url;
	const end = url.search(/[?#]/);
	return end === -1 ? url : url.slice(0, end);
}

/** The URL that other threads import. @param what is defined, for errors: `defineActor("Name")` */
export function moduleUrl(where: ImportMeta | string, what: string): string {
	const text = typeof where === "string" ? where : where?.url;
	if (typeof text !== "string" || text === "")
		throw new ActorError("ERR_MODULE", `${what} needs the module it stands in: pass import.meta, or __filename in CommonJS`);
	if (/^(file|data|https?):/.test(text)) return moduleKey(text);
	if (text.startsWith("/") || /^[A-Za-z]:[\\/]/.test(text)) return moduleKey(pathToFileURL(text).href);
	throw new ActorError("ERR_MODULE", `${what} stands in "${text}", which other threads cannot import: move it into a file of its own`);
}

/** @throws ActorError ERR_BAD_OPTION */
function checkMailbox(options: ActorOptions, name: string): void {
	const refuse = (what: string, value: unknown): never => {
		throw new ActorError("ERR_BAD_OPTION", `defineActor("${name}"): ${what}, got ${String(value)}`);
	};
	const { overflow, priority, stashMax } = options;
	for (const key of ["highWaterMark", "highWaterBytes"] as const) {
		const value = options[key];
		if (value !== undefined && (!Number.isInteger(value) || value < 2 || value > 2 ** 31))
			refuse(`${key} must be an integer from 2 to 2^31`, value);
	}
	if (overflow !== undefined && !isOverflowPolicy(overflow)) refuse("overflow must be wait, reject, dropOldest or dropNewest", overflow);
	if (stashMax !== undefined && (!Number.isInteger(stashMax) || stashMax < 1 || stashMax > 1_000_000))
		refuse("stashMax must be an integer from 1 to 1,000,000", stashMax);
	if (priority === undefined) return;
	if (typeof priority !== "object" || priority === null) refuse("priority must map names of handlers to integers", priority);
	for (const [handler, level] of Object.entries(priority))
		if (!Number.isInteger(level) || Math.abs(level as number) > 100)
			refuse(`the priority of ${handler} must be an integer from -100 to 100`, level);
}

/**
 * Defines a kind of actor. Call it at the top level of a module that starts no system: every hosting thread imports that module.
 *
 * @param where `import.meta`, or `__filename` in CommonJS
 * @param name unique in its module
 * @param setup gets the context and the arguments of spawn, returns the handlers
 * @throws ActorError ERR_MODULE, ERR_BAD_OPTION
 */
export function defineActor<Args extends unknown[], H extends object>(
	where: ImportMeta | string,
	name: string,
	setup: (ctx: ActorContext, ...args: Args) => H | Promise<H>,
	options: ActorOptions<NoInfer<keyof H & string>> = {},
): ActorDefinition<Args, H> {
	if (typeof name !== "string" || name === "" || name.length > 255)
		throw new ActorError("ERR_BAD_OPTION", "defineActor needs a name of 1 to 255 characters as its second argument");
	if (typeof setup !== "function")
		throw new ActorError("ERR_BAD_OPTION", `defineActor("${name}") needs a setup function as its third argument`);
	checkMailbox(options, name);
	checkTimeout(options.blockedAfterMs, `defineActor("${name}"): blockedAfterMs`);
	checkRestart(options.restart);
	const module = moduleUrl(where, `defineActor("${name}")`);
	const definition: ActorDefinition<Args, H> = { module, name, options: { ...options }, setup };
	const definitions = register();
	let byName = definitions.get(module);
	if (byName === undefined) {
		byName = new Map();
		definitions.set(module, byName);
	}
	const earlier = byName.get(name);
	// Loaders may evaluate a module twice in one thread (a test runner, tsx beside Node): each time with an import.meta of its own.
	if (earlier !== undefined && earlier.where === where && String(earlier.definition.setup) !== String(setup))
		throw new ActorError(
			"ERR_DUPLICATE_DEFINITION",
			`"${name}" is defined twice in ${displayModule(module)}: give each actor of a module a name of its own`,
		);
	byName.set(name, { definition: definition as unknown as AnyDefinition, where });
	return definition;
}

/** The definition if its module was evaluated in this thread. */
export function findDefinition(module: string, name: string): AnyDefinition | undefined {
	return register().get(moduleKey(module))?.get(name)?.definition;
}

/** The only definition of this name in this thread that another module made; undefined when there is none or more than one. */
export function findDefinitionElsewhere(module: string, name: string): AnyDefinition | undefined {
	let found: AnyDefinition | undefined;
	for (const [key, byName] of register()) {
		if (key === moduleKey(module)) continue;
		const definition = byName.get(name)?.definition;
		if (definition === undefined) continue;
		if (found !== undefined) return undefined;
		found = definition;
	}
	return found;
}

/** Names that a module defines, for error texts. */
export function definedNames(module: string): string[] {
	return [...(register().get(moduleKey(module))?.keys() ?? [])];
}

/** A module for people: a path where it is a file. */
export function displayModule(url: string): string {
	return url.startsWith("file:") ? fileURLToPath(url) : url.slice(0, 120);
}
