/**
 * Checks the values of socket options against the table of all options (option-table.ts).
 *
 * Pure: a wrong name or value is refused by name, before anything else happens. What is kept is a copy of what was given.
 */
import { parseRange } from "../endpoint/address-range.ts";
import { ZmqError } from "../errors.ts";
import type { SocketTypeName } from "../socket-type.ts";
import { OPTION_TABLE, type OptionRow, type SocketOptions } from "./option-table.ts";
import { checkMetadata, curveKeyBytes, followSecurity } from "./security-options.ts";

export type { OptionEffect, OptionRow, SocketOptions } from "./option-table.ts";

const INTEGER_MAX = 0x7fffffff;
const SHOWN_CHARACTERS_MAX = 80;

export const SOCKET_OPTION_DEFAULTS: Readonly<SocketOptions> = Object.fromEntries(
	Object.entries(OPTION_TABLE).map(([name, row]) => [name, row.default]),
) as unknown as SocketOptions;

/** What a caller may give for each option; where bytes are wanted, also text: keys of CURVE as Z85, all others as UTF-8. */
export type SocketOptionsInput = {
	[Name in Exclude<keyof SocketOptions, "securityMechanism">]?: Uint8Array extends SocketOptions[Name]
		? SocketOptions[Name] | string
		: SocketOptions[Name];
};

/** A value in an error text: short, whatever it is, and never by code of the value itself, which may throw. */
function shown(value: unknown): string {
	if (typeof value === "string")
		return JSON.stringify(value.length > SHOWN_CHARACTERS_MAX ? `${value.slice(0, SHOWN_CHARACTERS_MAX)}…` : value);
	if (Array.isArray(value)) return `an array of ${value.length}`;
	if (typeof value === "function") return "a function";
	return typeof value === "object" && value !== null ? "an object" : String(value);
}

function checkBytes(name: string, value: unknown, row: Extract<OptionRow, { kind: "bytes" }>): Buffer | null {
	if (value === null && row.default === null) return null;
	if (typeof value !== "string" && !(value instanceof Uint8Array))
		throw new ZmqError(
			"EINVAL",
			`Option "${name}" must be bytes or a string${row.default === null ? ", or null" : ""}, got ${shown(value)}`,
		);
	const bytes = Buffer.from(value as string);
	if (row.most === undefined || bytes.length <= row.most) return bytes;
	throw new ZmqError("EINVAL", `Option "${name}" must have at most ${row.most} bytes, got ${bytes.length}`);
}

function checkText(name: string, value: unknown, row: Extract<OptionRow, { kind: "text" }>): string | null {
	if (value === null && row.default === null) return null;
	// Not shown: it may be a password.
	if (typeof value !== "string")
		throw new ZmqError("EINVAL", `Option "${name}" must be a string${row.default === null ? ", or null" : ""}, got ${typeof value}`);
	if (row.ascii === true && !/^[\0-\x7f]*$/.test(value)) throw new ZmqError("EINVAL", `Option "${name}" must be ASCII`);
	if (row.bytesMost === undefined || Buffer.byteLength(value) <= row.bytesMost) return value;
	throw new ZmqError("EINVAL", `Option "${name}" must have at most ${row.bytesMost} bytes, got ${Buffer.byteLength(value)}`);
}

/** A copy of the list, each choice once. */
function checkChoices(name: string, value: unknown, row: Extract<OptionRow, { kind: "choices" }>): readonly string[] {
	if (Array.isArray(value) && value.every((one) => row.choices.includes(one))) return [...new Set(value as string[])];
	throw new ZmqError("EINVAL", `Option "${name}" must be a list of ${row.choices.map(shown).join(", ")}, got ${shown(value)}`);
}

function checkRanges(name: string, value: unknown): string | null {
	if (value === null) return null;
	const good = typeof value === "string" && value.split(",").every((range) => parseRange(range.trim()) !== undefined);
	if (good) return value;
	throw new ZmqError("EINVAL", `Option "${name}" must be addresses such as "10.0.0.0/8" or "::1", or null, got ${shown(value)}`);
}

function checkValue(name: string, value: unknown, row: OptionRow): unknown {
	switch (row.kind) {
		case "boolean":
			if (typeof value === "boolean") return value;
			throw new ZmqError("EINVAL", `Option "${name}" must be true or false, got ${shown(value)}`);
		case "bytes":
			return checkBytes(name, value, row);
		case "text":
			return checkText(name, value, row);
		case "curve key":
			return value === null ? null : curveKeyBytes(name, value);
		case "metadata":
			return checkMetadata(value);
		case "read-only":
			throw new ZmqError("EINVAL", `Option "${name}" can be read and not set: it follows from others`);
		case "choices":
			return checkChoices(name, value, row);
		case "address ranges":
			return checkRanges(name, value);
		case "choice":
			if ((value === null && row.default === null) || row.choices.includes(value as string)) return value;
			throw new ZmqError(
				"EINVAL",
				`Option "${name}" must be ${row.choices.map(shown).join(", ")}${row.default === null ? " or null" : ""}, got ${shown(value)}`,
			);
		case "integer": {
			const { least, most = INTEGER_MAX, unit } = row;
			if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value;
			throw new ZmqError("EINVAL", `Option "${name}" must be a whole number from ${least} to ${most} (${unit}), got ${shown(value)}`);
		}
	}
}

/** Checks one option and returns its value as it is kept. @throws ZmqError EINVAL, naming the option and what it takes */
export function checkOption(type: SocketTypeName, name: string, value: unknown): SocketOptions[keyof SocketOptions] {
	const row: OptionRow | undefined = Object.hasOwn(OPTION_TABLE, name) ? OPTION_TABLE[name as keyof SocketOptions] : undefined;
	if (row === undefined) throw new ZmqError("EINVAL", `Unknown socket option "${name}"`);
	if (row.types?.includes(type) === false)
		throw new ZmqError("EINVAL", `A ${type} socket has no option "${name}"; it is for ${row.types.join(", ")}`);
	return checkValue(name, value, row) as SocketOptions[keyof SocketOptions];
}

/** Checks and sets one option, and what follows from it. @throws ZmqError EINVAL */
export function assignOption(type: SocketTypeName, options: SocketOptions, name: string, value: unknown): void {
	(options as unknown as Record<string, unknown>)[name] = checkOption(type, name, value);
	followSecurity(options, name);
}

/** The defaults with the given options applied. @throws ZmqError EINVAL */
export function makeOptions(type: SocketTypeName, given: Readonly<Record<string, unknown>>): SocketOptions {
	const options: SocketOptions = { ...SOCKET_OPTION_DEFAULTS };
	// What waits to be sent by these is what they want to receive: of no use once they are closed.
	if (type === "SUB" || type === "XSUB" || type === "DISH") options.linger = 0;
	for (const name of Object.keys(given)) {
		if (given[name] !== undefined) assignOption(type, options, name, given[name]);
	}
	return options;
}
