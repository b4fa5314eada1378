/**
 * What says which child a supervisor starts, and how; checked before anything is started.
 */
import { parseAddress } from "../address.ts";
import type { ActorDefinition, ChildOptions, ChildSpec, ChildSpecs } from "../definition/actor-types.ts";
import { ActorError } from "../errors.ts";
import { TIMEOUT_MS_MAX } from "../limits.ts";
import { checkRestart } from "../restart/restart-policy.ts";

/** `args` may be left out only when setup takes none. */
export type ChildParameters<Args extends unknown[]> = Args extends []
	? [options?: ChildOptions<Args>]
	: [
			options: ChildOptions<Args> & {
				/** Arguments of the setup function, after ctx; the same at each start. */
				readonly args: Args;
			},
		];

/** A child for `supervise`: what it is and how it is started. @throws ActorError ERR_BAD_OPTION */
export function child<Args extends unknown[], H extends object>(
	definition: ActorDefinition<Args, H>,
	...parameters: ChildParameters<Args>
): ChildSpec<H> {
	if (typeof definition?.setup !== "function")
		throw new ActorError("ERR_BAD_OPTION", "child needs what defineActor returned as its first argument");
	return { definition: definition as unknown as ChildSpec<H>["definition"], options: (parameters[0] ?? {}) as ChildOptions<unknown[]> };
}

/** @throws ActorError ERR_BAD_OPTION, ERR_BAD_ADDRESS */
export function checkChildren(children: ChildSpecs | undefined): [name: string, spec: ChildSpec][] {
	if (typeof children !== "object" || children === null)
		throw new ActorError("ERR_BAD_OPTION", "supervise needs children: an object of child(Definition, options) by name");
	const entries = Object.entries(children);
	for (const [name, spec] of entries) checkChild(name, spec);
	return entries;
}

function checkChild(name: string, spec: ChildSpec): void {
	if (typeof spec?.definition?.setup !== "function" || typeof spec.options !== "object")
		throw new ActorError("ERR_BAD_OPTION", `The child "${name}" is not made by child(Definition, options)`);
	if (/^\d+$/.test(name))
		throw new ActorError(
			"ERR_BAD_OPTION",
			`The child "${name}" has a number for a name, which loses its place in the order: choose a word`,
		);
	const { at, restart, stopTimeoutMs } = spec.options;
	if (restart !== undefined && typeof restart !== "string")
		throw new ActorError(
			"ERR_BAD_OPTION",
			`restart of the child "${name}" must be a kind: how often and how soon is said to the supervisor`,
		);
	checkRestart(restart);
	if (at !== undefined && parseAddress(at).scheme !== "inproc")
		throw new ActorError("ERR_BAD_OPTION", `The child "${name}" is at ${at}: a supervisor has its children in its own process`);
	if ("on" in spec.options)
		throw new ActorError("ERR_BAD_OPTION", `The child "${name}" cannot be put on a node: a supervisor has its children in its own process`);
	if (stopTimeoutMs !== undefined && !(Number.isInteger(stopTimeoutMs) && stopTimeoutMs > 0 && stopTimeoutMs <= TIMEOUT_MS_MAX))
		throw new ActorError("ERR_BAD_OPTION", `stopTimeoutMs of the child "${name}" must be an integer from 1 to ${TIMEOUT_MS_MAX}`);
}
