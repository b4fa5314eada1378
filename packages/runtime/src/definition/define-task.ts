/**
 * defineTask, and this thread's register of tasks by module URL and name. A task is a function that computes: it has no state, no
 * mailbox and no address, and runs in a pool of threads of its own.
 *
 * The register fills when modules are evaluated, as that of actors does (define-actor.ts); a thread of the pool imports the URL and then
 * looks here. It sits on globalThis, because a thread may load this package twice.
 */
import { ActorError } from "../errors.ts";
import { displayModule, moduleKey, moduleUrl } from "./define-actor.ts";
import { importModule } from "./load-module.ts";
import type { TaskContext, TaskDefinition } from "./task-types.ts";

interface Entry {
	readonly task: TaskDefinition;
	readonly where: ImportMeta | string;
}

const KEY = Symbol.for("zloom.runtime.tasks.1");
const globals = globalThis as unknown as Record<symbol, Map<string, Map<string, Entry>> | undefined>;

function register(): Map<string, Map<string, Entry>> {
	globals[KEY] ??= new Map();
	return globals[KEY];
}

/**
 * Defines a task. Call it at the top level of a module that starts no system: the threads of the pool import that module.
 *
 * @param where `import.meta`, or `__filename` in CommonJS
 * @param name unique in its module
 * @param run gets the input and a {@link TaskContext}, returns the result or a promise of it. Both cross a thread, as values of messages do
 * @throws ActorError ERR_MODULE, ERR_BAD_OPTION, ERR_DUPLICATE_DEFINITION
 */
export function defineTask<Input, Output>(
	where: ImportMeta | string,
	name: string,
	run: (input: Input, task: TaskContext) => Output | Promise<Output>,
): TaskDefinition<Input, Output> {
	if (typeof name !== "string" || name === "" || name.length > 255)
		throw new ActorError("ERR_BAD_OPTION", "defineTask needs a name of 1 to 255 characters as its second argument");
	if (typeof run !== "function") throw new ActorError("ERR_BAD_OPTION", `defineTask("${name}") needs a function as its third argument`);
	const module = moduleUrl(where, `defineTask("${name}")`);
	const task: TaskDefinition<Input, Output> = { module, name, run };
	let byName = register().get(module);
	if (byName === undefined) {
		byName = new Map();
		register().set(module, byName);
	}
	const earlier = byName.get(name);
	// A loader may evaluate a module twice, each time with an import.meta of its own.
	if (earlier !== undefined && earlier.where === where && String(earlier.task.run) !== String(run))
		throw new ActorError(
			"ERR_DUPLICATE_DEFINITION",
			`The task "${name}" is defined twice in ${displayModule(module)}: give each task of a module a name of its own`,
		);
	byName.set(name, { task: task as unknown as TaskDefinition, where });
	return task;
}

/** A task of this thread's register, else by importing its module. @throws ActorError ERR_MODULE, ERR_UNKNOWN_DEFINITION */
export async function loadTask(module: string, name: string): Promise<TaskDefinition> {
	const find = (): TaskDefinition | undefined => register().get(moduleKey(module))?.get(name)?.task;
	const known = find();
	if (known !== undefined) return known;
	await importModule(module);
	const task = find();
	if (task !== undefined) return task;
	const names = [...(register().get(moduleKey(module))?.keys() ?? [])].join(", ") || "none";
	throw new ActorError(
		"ERR_UNKNOWN_DEFINITION",
		`${displayModule(module)} defines no task "${name}" when it is imported (it defines ${names}): call defineTask at its top level`,
	);
}
