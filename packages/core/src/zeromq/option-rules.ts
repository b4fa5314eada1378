/**
 * libzmq's socket options by number, as rules over bytes: what a set takes, what a get gives.
 *
 * The numeric accessors of zeromq.js (`setInt32Option(17, …)`) reach every option by any type, so the rules are libzmq's own: an
 * int is exactly 4 bytes, a 64-bit number exactly 8, text and binary values any number within their bounds. Each rule was found by
 * trying every accessor and value on every socket type of zeromq.js 6.8.0 (libzmq 4.3.5). Pure.
 */
import { parseRange } from "../endpoint/address-range.ts";
import { HEARTBEAT_TIME_TO_LIVE_MS_MAX, ROUTING_ID_BYTES_MAX, SECURITY_TEXT_BYTES_MAX } from "../limits.ts";
import { z85Decode } from "../z85.ts";

/** A value as it is kept: a number (flags are 0 and 1), a 64-bit number, or bytes; null = none. */
export type OptionValue = number | bigint | Buffer | null;

export interface OptionRule {
	/** The value to keep; undefined: refused. Without it the option is read-only. */
	readonly take?: (bytes: Buffer | null, current: OptionValue) => OptionValue | undefined;
	/** How a value is read; undefined: it cannot be. `loose`: into any room of 4 bytes and more. `key`: as Z85. */
	readonly give?: "int" | "loose int" | "wide" | "blob" | "text" | "key";
	readonly initial: OptionValue;
	/** Which socket types have it, by number; undefined: all. */
	readonly types?: readonly number[];
	/** Which of them may set it. */
	readonly setBy?: readonly number[];
}

const INT_BYTES = 4;
const WIDE_BYTES = 8;
const INT_MAX = 0x7fff_ffff;
const INT_MIN = -0x8000_0000;
const KEY_BYTES = 32;
const KEY_CHARACTERS = 40;
const INTERFACE_NAME_BYTES_MAX = 15;
const UNBOUNDED = Number.POSITIVE_INFINITY;

const ROUTERS: readonly number[] = [4, 6];
const PUBLISHERS: readonly number[] = [1, 9];

function readInt(bytes: Buffer | null): number | undefined {
	return bytes?.length === INT_BYTES ? bytes.readInt32LE(0) : undefined;
}

function int(initial: number, least: number, most: number = INT_MAX): OptionRule {
	return {
		initial,
		give: "int",
		take: (bytes) => {
			const value = readInt(bytes);
			return value !== undefined && value >= least && value <= most ? value : undefined;
		},
	};
}

const flag: OptionRule = int(0, 0, 1);

/** Any number; what is not 0 is 1. */
function truthy(initial: number): OptionRule {
	return {
		initial,
		give: "int",
		take: (bytes) => {
			const value = readInt(bytes);
			return value === undefined ? undefined : Number(value !== 0);
		},
	};
}

/** A switch of some socket types that cannot be read in libzmq. */
function switched(types: readonly number[]): OptionRule {
	const { take } = int(0, 0);
	return { initial: 0, types, ...(take && { take: (bytes, current) => asFlag(take(bytes, current)) }) };
}

function writeOnly({ give: _, ...rule }: OptionRule): OptionRule {
	return rule;
}

function asFlag(value: OptionValue | undefined): OptionValue | undefined {
	return value === undefined ? undefined : Number(value !== 0);
}

function wide(initial: bigint): OptionRule {
	return { initial, give: "wide", take: (bytes) => (bytes?.length === WIDE_BYTES ? bytes.readBigInt64LE(0) : undefined) };
}

function within(bytes: Buffer, least: number, most: number): Buffer | undefined {
	return bytes.length >= least && bytes.length <= most ? bytes : undefined;
}

function blob(least: number, most: number, types?: readonly number[]): OptionRule {
	return { initial: null, take: (bytes) => within(bytes ?? Buffer.alloc(0), least, most), ...(types && { types }) };
}

/** Text that can be taken back with null; `emptyToo`: also with no bytes. */
function nullableText(most: number, emptyToo = false): OptionRule {
	return {
		initial: null,
		give: "text",
		take: (bytes) => {
			if (bytes === null || (emptyToo && bytes.length === 0)) return null;
			return within(bytes, 1, most);
		},
	};
}

/** User name and password: null ends the mechanism and leaves the text as it was. */
const credential: OptionRule = {
	initial: null,
	give: "text",
	take: (bytes, current) => (bytes === null ? current : within(bytes, 1, SECURITY_TEXT_BYTES_MAX)),
};

/** 32 bytes, or Z85: 40 characters, with or without the zero that ends a C string. */
function key(): OptionRule {
	const take = (bytes: Buffer | null): Buffer | undefined => {
		if (bytes?.length === KEY_BYTES) return bytes;
		const text = bytes?.toString("latin1").replace(/\0$/, "");
		if (text?.length !== KEY_CHARACTERS) return undefined;
		try {
			return z85Decode(text);
		} catch (error) {
			if ((error as { code?: unknown }).code === "EINVAL") return undefined;
			throw error;
		}
	};
	return { initial: null, give: "key", take };
}

function addAcceptFilter(bytes: Buffer | null, current: OptionValue): OptionValue | undefined {
	if (bytes === null) return null;
	const text = bytes.toString("latin1");
	if (parseRange(text) === undefined) return undefined;
	return current === null ? bytes : Buffer.concat([current as Buffer, Buffer.from(","), bytes]);
}

const readOnlyInt: OptionRule = { initial: 0, give: "int" };
const processFilter: OptionRule = {
	initial: null,
	take: (bytes) => (bytes === null || bytes.length === INT_BYTES ? null : undefined),
};

/** Kept in tenths of a second. */
const timeToLive: OptionRule = {
	initial: 0,
	give: "int",
	take: (bytes) => {
		const value = readInt(bytes);
		if (value === undefined || value <= -100 || value > HEARTBEAT_TIME_TO_LIVE_MS_MAX) return undefined;
		return Math.max(0, Math.trunc(value / 100) * 100);
	},
};

export const OPTION_RULES: Readonly<Record<number, OptionRule>> = {
	4: wide(0n),
	5: { ...blob(1, ROUTING_ID_BYTES_MAX), give: "blob" },
	6: blob(0, UNBOUNDED, [2]),
	7: blob(0, UNBOUNDED, [2]),
	8: int(100, 1),
	9: int(10_000, 0),
	11: int(-1, -1),
	12: int(-1, -1),
	13: { initial: 0, give: "loose int" },
	15: { initial: 0, give: "loose int" },
	16: readOnlyInt,
	17: int(-1, -1),
	18: int(100, -1),
	19: int(100, 0),
	21: int(0, 0),
	22: wide(-1n),
	23: int(1000, 0),
	24: int(1000, 0),
	25: int(1, 1),
	27: int(-1, -1),
	28: int(-1, -1),
	31: int(1, 0, 1),
	32: { initial: null, give: "text" },
	33: { ...switched(ROUTERS), give: "int" },
	34: int(-1, -1, 1),
	35: int(-1, -1),
	36: int(-1, -1),
	37: int(-1, -1),
	38: { initial: null, take: addAcceptFilter },
	39: flag,
	40: switched(PUBLISHERS),
	41: switched(ROUTERS),
	42: flag,
	43: readOnlyInt,
	44: flag,
	45: credential,
	46: credential,
	47: flag,
	48: key(),
	49: key(),
	50: key(),
	51: switched([3, 4, 5, 6]),
	52: switched([3]),
	53: switched([3]),
	54: flag,
	55: { ...blob(1, SECURITY_TEXT_BYTES_MAX), give: "text" },
	56: switched(ROUTERS),
	57: int(0, 0),
	58: processFilter,
	59: processFilter,
	60: processFilter,
	61: blob(1, UNBOUNDED, [4, 6, 11]),
	66: int(30_000, 0),
	68: nullableText(UNBOUNDED),
	69: switched([1, 9, 14]),
	71: switched(PUBLISHERS),
	72: blob(0, UNBOUNDED, PUBLISHERS),
	73: writeOnly({ ...int(1, 0, 1), types: [11] }),
	74: truthy(0),
	75: int(0, 0),
	76: timeToLive,
	77: int(-1, 0),
	78: switched(PUBLISHERS),
	79: int(0, 0),
	80: int(0, 0),
	81: { initial: 0, give: "loose int" },
	84: int(1500, 1),
	89: { initial: -1, give: "int" },
	92: nullableText(INTERFACE_NAME_BYTES_MAX),
	93: truthy(0),
	94: truthy(0),
	95: { initial: null, take: (bytes) => (/^X-[^:]*:/.test(bytes?.toString("latin1") ?? "") ? (bytes as Buffer) : undefined) },
	96: truthy(1),
	97: { ...int(0, 0, 3), setBy: ROUTERS },
	98: switched(PUBLISHERS),
	99: nullableText(SECURITY_TEXT_BYTES_MAX, true),
	100: nullableText(SECURITY_TEXT_BYTES_MAX, true),
	101: int(8192, 1),
	102: int(8192, 1),
	108: switched([1, 9, 10]),
	109: int(0, INT_MIN),
	110: blob(0, UNBOUNDED),
	111: blob(0, UNBOUNDED),
	112: int(0, 0),
	113: { initial: 0, take: (bytes) => readInt(bytes) },
	114: blob(0, UNBOUNDED),
	115: switched([10]),
	116: { initial: 0, give: "loose int", types: [1, 2, 9, 10] },
};
