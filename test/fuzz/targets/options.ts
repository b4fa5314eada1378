/**
 * Options of sockets: any name, any value. A part is one assignment: socket type, option, kind of value, and bytes for it.
 *
 * An assignment takes effect as the value says, or throws EINVAL with a text about the option and changes nothing.
 */
import { assignOption, makeOptions, OPTION_TABLE, SOCKET_TYPE_NUMBER, type SocketOptions, type SocketTypeName, ZmqError } from "../core.ts";
import { must, type Parts, type Target } from "../target.ts";

const TYPES = Object.keys(SOCKET_TYPE_NUMBER) as SocketTypeName[];
const NAMES = Object.keys(OPTION_TABLE);

/** Values as careless or hostile callers pass them. */
const KINDS: readonly ((bytes: Buffer) => unknown)[] = [
	(bytes) => (bytes.length >= 4 ? bytes.readInt32BE(0) : bytes.length),
	(bytes) => (bytes.length >= 8 ? bytes.readDoubleBE(0) : 1.5),
	(bytes) => bytes.toString("latin1"),
	(bytes) => bytes.toString("utf8"),
	(bytes) => Buffer.from(bytes),
	(bytes) => new Uint8Array(bytes),
	(bytes) => bytes.length % 2 === 0,
	() => null,
	() => undefined,
	() => Number.NaN,
	() => Number.POSITIVE_INFINITY,
	() => -0,
	(bytes) => BigInt(bytes.length),
	() => Symbol("option"),
	() => Object.create(null),
	() => () => 1,
	(bytes) => [bytes.toString("latin1"), bytes.length],
	(bytes) => bytes.toString("latin1").split(","),
	(bytes) => ({ [`X-${bytes.toString("latin1")}`]: bytes.toString("latin1") }),
	(bytes) => ({ "X-A": Symbol("value"), [bytes.toString("latin1")]: null }),
	() => ({
		toString: () => {
			throw new Error("a value that cannot be shown");
		},
	}),
	() => new Date(Number.NaN),
	() => new Map([["X-A", "b"]]),
	(bytes) => ["refused", "handshake", "disconnect", "connect", "both", "allSubs"][bytes.length % 6],
];

function snapshot(options: SocketOptions): string {
	return JSON.stringify(options, (_key, value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value));
}

function assign(part: Buffer): string {
	const type = TYPES[(part[0] ?? 0) % TYPES.length] as SocketTypeName;
	const known = NAMES[(part[1] ?? 0) % NAMES.length] as string;
	const kind = KINDS[(part[2] ?? 0) % KINDS.length] as (bytes: Buffer) => unknown;
	const name = part[1] === 255 ? part.toString("latin1", 3) : known;
	const value = kind(part.subarray(3));
	const options = makeOptions(type, {});
	const before = snapshot(options);
	try {
		assignOption(type, options, name, value);
	} catch (error) {
		if (!(error instanceof ZmqError)) throw error;
		must(error.code === "EINVAL", `refused with ${error.code}`);
		must(error.message.length < 1000, `an error of ${error.message.length} characters`);
		must(snapshot(options) === before, `${name} was refused and changed something`);
		return "EINVAL";
	}
	must(Object.hasOwn(OPTION_TABLE, name), `an option ${name} was made`);
	const kept = (options as unknown as Record<string, unknown>)[name];
	must(typeof kept !== "symbol" && typeof kept !== "function" && kept !== undefined, `${name} is ${typeof kept}`);
	if (typeof kept === "number") must(Number.isInteger(kept), `${name} is ${kept}`);
	if (value instanceof Uint8Array && value.length > 0) must(kept !== value, `${name} keeps the caller's memory`);
	return `${name} set`;
}

export const options: Target = {
	name: "options",
	level: "unit",
	seeds: () => NAMES.map((_, name) => KINDS.map((__, kind) => Buffer.from([name % TYPES.length, name, kind, 0, 0, 3, 0xe8]))),
	open: () => ({
		run: (parts: Parts) => {
			const outcomes = parts.slice(0, 40).map(assign);
			return outcomes.find((outcome) => outcome !== "EINVAL") ?? "EINVAL";
		},
	}),
};
