/**
 * Numbers and text as the bytes that libzmq's setsockopt and getsockopt take and give, and back.
 *
 * Conversions of numbers are those of Node's native interface: fractions are cut off, an int wraps around, a 64-bit number does not.
 */
import { checkBytes } from "./arguments.ts";
import type { Access } from "./option-access.ts";

/** How much room a get of this type gives, bytes. */
export const ROOM: Readonly<Record<Access, number>> = { Bool: 4, Int32: 4, Uint32: 4, Int64: 8, Uint64: 8, String: 1024 };

const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
const INT64_MIN = -0x8000_0000_0000_0000n;
const UINT64_MAX = 0xffff_ffff_ffff_ffffn;
/** What C++ makes of a number that is none. */
const NOT_A_UINT64 = 0x8000_0000_0000_0000n;

/** @throws TypeError the value is of another type */
export function optionBytes(access: Access, value: unknown): Buffer | null {
	switch (access) {
		case "Bool":
			if (typeof value !== "boolean") throw new TypeError("Option value must be a boolean");
			return int(Number(value));
		case "Int32":
		case "Uint32":
			return int(number(value) | 0);
		case "Int64":
			return wide(number(value));
		case "Uint64":
			return unsigned(number(value));
		case "String":
			return value === null ? null : Buffer.from(checkBytes(value, "Option value"));
	}
}

/** What a get of this type makes of the bytes. */
export function optionValue(access: Access, bytes: Buffer): boolean | number | string | null {
	const room = Buffer.alloc(ROOM[access]);
	bytes.copy(room);
	switch (access) {
		case "Bool":
			return room.readInt32LE(0) !== 0;
		case "Int32":
			return room.readInt32LE(0);
		case "Uint32":
			return room.readUInt32LE(0);
		case "Int64":
			return Number(room.readBigInt64LE(0));
		case "Uint64":
			return Number(room.readBigUInt64LE(0));
		case "String":
			return text(bytes);
	}
}

function number(value: unknown): number {
	if (typeof value !== "number") throw new TypeError("Option value must be a number");
	return value;
}

function int(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32LE(value);
	return bytes;
}

function wide(value: number): Buffer {
	const whole = Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
	const bytes = Buffer.alloc(8);
	bytes.writeBigInt64LE(whole > INT64_MAX ? INT64_MAX : whole < INT64_MIN ? INT64_MIN : whole);
	return bytes;
}

function unsigned(value: number): Buffer {
	const bytes = Buffer.alloc(8);
	if (Number.isNaN(value)) bytes.writeBigUInt64LE(NOT_A_UINT64);
	else if (value >= Number(UINT64_MAX)) bytes.writeBigUInt64LE(UINT64_MAX);
	else bytes.writeBigUInt64LE(value > 0 ? BigInt(Math.trunc(value)) : 0n);
	return bytes;
}

/** Up to the first zero, as a C string; null where there is nothing at all. */
function text(bytes: Buffer): string | null {
	const end = bytes.indexOf(0);
	if (bytes.length === 0 || (bytes.length === 1 && end === 0)) return null;
	return bytes.toString("utf8", 0, end === -1 ? bytes.length : end);
}
