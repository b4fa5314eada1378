/**
 * Imports the module of an actor on this thread and finds its definition.
 *
 * TypeScript works unbuilt on every Node: where Node does not strip types itself, tsx is registered once per thread, taken from where
 * the module is, else from where this package is. (tsx on the command line does not reach worker threads on Node 20.)
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { ActorError } from "../errors.ts";
import type { ActorDefinition } from "./actor-types.ts";
import { definedNames, displayModule, findDefinition, findDefinitionElsewhere, moduleKey } from "./define-actor.ts";

let tsxRegistered: Promise<void> | undefined;
/** Modules whose import failed here: what they defined before they threw does not count. */
const failed = new Set<string>();

function needsTsx(url: string): boolean {
	if (!/\.[mc]?tsx?$/.test(moduleKey(url))) return false;
	return (
		(process.features as { typescript?: unknown }).typescript === undefined ||
		(process.features as { typescript?: unknown }).typescript === false
	);
}

/** tsx's registration for ES modules; what `require` would resolve to registers CommonJS only. */
function tsxApi(from: string): string | undefined {
	try {
		const manifest = createRequire(from).resolve("tsx/package.json");
		const { exports } = JSON.parse(readFileSync(manifest, "utf8")) as { exports?: Record<string, { import?: { default?: string } }> };
		const path = exports?.["./esm/api"]?.import?.default;
		return path === undefined ? undefined : new URL(path, pathToFileURL(manifest)).href;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
		throw error;
	}
}

async function registerTsx(url: string): Promise<void> {
	const api = tsxApi(url) ?? tsxApi(import.meta.url);
	if (api === undefined)
		throw new ActorError(
			"ERR_MODULE",
			`${displayModule(url)} is TypeScript, which Node ${process.versions.node} does not run by itself: install tsx, or build the module to JavaScript`,
		);
	const { register } = (await import(api)) as { register: () => unknown };
	register();
}

/** Imports a module on this thread. @throws ActorError ERR_MODULE */
export async function importModule(url: string): Promise<void> {
	try {
		if (url.startsWith("file:") && needsTsx(url)) {
			tsxRegistered ??= registerTsx(url);
			try {
				await tsxRegistered;
			} catch (error) {
				tsxRegistered = undefined;
				throw error;
			}
		}
		await import(url);
		failed.delete(moduleKey(url));
	} catch (error) {
		failed.add(moduleKey(url));
		if (error instanceof ActorError && error.code === "ERR_MODULE") throw error;
		throw new ActorError(
			"ERR_MODULE",
			`The actor module ${displayModule(url)} cannot be imported here: ${(error as Error)?.message ?? String(error)}`,
			{ cause: error },
		);
	}
}

/**
 * The definition of an actor: from this thread's register, or by importing its module. A module that cannot be had here (it has
 * another path on this machine) may have been imported under its own: then the name decides.
 *
 * @param allowed says which modules may be imported for this caller
 * @throws ActorError ERR_MODULE, ERR_UNKNOWN_DEFINITION
 */
export async function loadDefinition(module: string, name: string, allowed?: (url: string) => boolean): Promise<ActorDefinition> {
	const registered = findDefinition(module, name);
	if (registered !== undefined && !failed.has(moduleKey(module))) return registered as ActorDefinition;
	if (allowed !== undefined && !allowed(module)) {
		const byName = findDefinitionElsewhere(module, name);
		if (byName !== undefined) return byName as ActorDefinition;
		throw new ActorError(
			"ERR_MODULE",
			`This node does not import ${displayModule(module)} for others: start it with --import, or allow the module`,
		);
	}
	try {
		await importModule(module);
	} catch (error) {
		const byName = findDefinitionElsewhere(module, name);
		if (byName !== undefined) return byName as ActorDefinition;
		throw error;
	}
	const found = findDefinition(module, name);
	if (found !== undefined) return found as ActorDefinition;
	const names = definedNames(module).join(", ") || "none";
	throw new ActorError(
		"ERR_UNKNOWN_DEFINITION",
		`${displayModule(module)} defines no actor "${name}" when it is imported (it defines ${names}): call defineActor at its top level`,
	);
}
