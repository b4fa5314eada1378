/**
 * What zeromq.js says when a method is called with arguments that it does not take.
 *
 * These are thrown, never rejected, before anything of the socket is looked at.
 */
import { errnoError } from "./errno-error.ts";

/** @throws TypeError more arguments than the method takes */
export function checkCount(given: readonly unknown[], most: number): void {
	if (given.length <= most) return;
	throw new TypeError(`Expected ${most} argument${most === 1 ? "" : "s"} but received ${given.length}`);
}

/** @throws TypeError */
export function checkNumber(value: unknown, what: string): number {
	if (typeof value !== "number") throw new TypeError(`${what} must be a number`);
	return value;
}

/** The one argument of bind, connect and their opposites. @throws TypeError */
export function checkAddress(given: readonly unknown[]): string {
	const [address] = given;
	if (typeof address !== "string") throw new TypeError("Address must be a string");
	checkCount(given, 1);
	return address;
}

/** Options of a constructor; undefined means none. @throws TypeError */
export function checkOptions(options: unknown): Readonly<Record<string, unknown>> {
	if (options === undefined) return {};
	if (!isObject(options)) throw new TypeError("Options must be an object");
	return options;
}

/** What stands beside a message: where it goes. @throws TypeError */
export function checkTag(tag: unknown): Readonly<Record<string, unknown>> {
	if (!isObject(tag)) throw new TypeError("Options must be an object");
	return tag;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null;
}

/** Text as UTF-8, or the bytes of any typed array. @throws TypeError; Error a DataView, which only Node's native interface takes for bytes */
export function checkBytes(value: unknown, what: string): Buffer {
	if (typeof value === "string") return Buffer.from(value, "utf8");
	if (value instanceof DataView) throw invalidArgument();
	if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
	throw new TypeError(`${what} must be a string or buffer`);
}

/** An object that is of the right class but in the wrong place, or of none. */
export function invalidArgument(): Error {
	return new Error("Invalid argument");
}

/** @throws Error EINVAL */
export function refuse(): never {
	throw errnoError("EINVAL");
}
