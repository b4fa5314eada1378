/**
 * Options that sockets of several types begin with (a context has them): each counts for the types that have it.
 *
 * Pure. A wrong name or value is refused when it is given, not when the first socket is made.
 */
import { ZmqError } from "../errors.ts";
import type { SocketTypeName } from "../socket-type.ts";
import { OPTION_TABLE, type OptionRow, type SocketOptions } from "./option-table.ts";
import { checkOption } from "./options.ts";

/** Checks options that sockets of several types will begin with. @throws ZmqError EINVAL */
export function checkOptionDefaults(given: Readonly<Record<string, unknown>>): void {
	if (typeof given !== "object" || given === null)
		throw new ZmqError("EINVAL", `The options of sockets must be an object, got ${String(given)}`);
	for (const [name, value] of Object.entries(given)) if (value !== undefined) checkOption(typesOf(name)?.[0] ?? "PAIR", name, value);
}

/** The defaults of a context that a type has, below what its constructor was given. */
export function withDefaults(
	type: SocketTypeName,
	defaults: Readonly<Record<string, unknown>>,
	given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
	const options: Record<string, unknown> = {};
	for (const [name, value] of Object.entries(defaults)) if (typesOf(name)?.includes(type) !== false) options[name] = value;
	for (const [name, value] of Object.entries(given)) if (value !== undefined) options[name] = value;
	return options;
}

/** Which socket types have the option; undefined = all. */
function typesOf(name: string): readonly SocketTypeName[] | undefined {
	return Object.hasOwn(OPTION_TABLE, name) ? (OPTION_TABLE[name as keyof SocketOptions] as OptionRow).types : undefined;
}
