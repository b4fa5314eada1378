/**
 * Errors as plain maps, and back: class name, message, stack, code, cause and other plain properties cross; the class
 * itself comes back where it is built in (TypeError …) or ours, and is an Error with the name otherwise.
 */
import { ZmqError } from "@zloom/core";
import { ActorError } from "../errors.ts";

type Wire = Record<string, unknown>;
type ErrorClass = new (message: string) => Error;

const BUILT_IN: Record<string, ErrorClass> = { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError };
/** Made without their constructors, which check arguments that the wire does not have. */
const OURS: Record<string, object> = { ActorError: ActorError.prototype, ZmqError: ZmqError.prototype };
const CARRIED_BY_NAME = new Set(["name", "message", "stack", "cause", "errors", "$z"]);

function isPlainValue(value: unknown): boolean {
	return value === null || ["string", "number", "boolean", "bigint"].includes(typeof value);
}

/** The class a reader would name: `name`, unless nobody set it on a subclass. */
function nameOf(error: Error): string {
	if (error.name !== "Error") return String(error.name);
	const constructed = error.constructor?.name;
	return typeof constructed === "string" && constructed !== "" ? constructed : "Error";
}

/** @param part prepares the cause and the list of an AggregateError for the wire */
export function errorToWire(error: Error | DOMException, part: (value: unknown) => unknown): Wire {
	const wire: Wire = { name: nameOf(error), message: String(error.message) };
	if (typeof error.stack === "string") wire.stack = error.stack;
	if ("cause" in error && error.cause !== undefined) wire.cause = part(error.cause);
	if (error instanceof AggregateError) wire.errors = part(error.errors);
	const properties: Wire = {};
	for (const key of Object.keys(error)) {
		const value = (error as unknown as Wire)[key];
		if (!CARRIED_BY_NAME.has(key) && isPlainValue(value)) properties[key] = value;
	}
	if (!("code" in properties) && "code" in error && isPlainValue(error.code)) properties.code = error.code;
	if (Object.keys(properties).length > 0) wire.properties = properties;
	return wire;
}

function bare(name: string, message: string): Error {
	const ours = OURS[name];
	if (ours !== undefined) {
		const error = new Error(message);
		Object.setPrototypeOf(error, ours);
		return error;
	}
	if (name === "AggregateError") return new AggregateError([], message);
	const Class = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
	return Class === undefined ? new Error(message) : new Class(message);
}

function define(error: Error, key: string, value: unknown, enumerable = false): void {
	Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
}

/** @param part revives the cause; it is given the error first, which a cyclic cause may point to */
export function errorFromWire(wire: Wire, part: (made: Error, value: unknown) => unknown): Error {
	const name = String(wire.name ?? "Error").slice(0, 200);
	const error = bare(name, String(wire.message ?? ""));
	if (error.name !== name) define(error, "name", name);
	if (typeof wire.stack === "string") define(error, "stack", wire.stack);
	if (wire.cause !== undefined) define(error, "cause", part(error, wire.cause));
	if (error instanceof AggregateError && Array.isArray(wire.errors)) define(error, "errors", part(error, wire.errors));
	const properties = wire.properties;
	if (typeof properties === "object" && properties !== null)
		for (const [key, value] of Object.entries(properties))
			if (!CARRIED_BY_NAME.has(key) && key !== "__proto__" && isPlainValue(value)) define(error, key, value, true);
	return error;
}
