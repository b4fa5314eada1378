/**
 * Makes a new input from known ones: bytes are flipped, overwritten with numbers at which code likes to break, cut, inserted
 * and copied; parts are dropped, doubled, swapped, split, joined, flooded with, and taken over from other inputs.
 *
 * Pure: all chance comes from the generator given.
 */
import type { Random } from "./random.ts";
import type { Parts } from "./target.ts";

const PARTS_MAX = 200;
const BYTES_MAX = 64 * 1024;
const BYTES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 0x7f, 0x80, 0xfe, 0xff];
/** Sizes at which a reader may go wrong, as 64 bits. */
const SIZES = [
	...[0n, 1n, 127n, 128n, 254n, 255n, 256n, 257n, 0xffffn, 0x1_0000n, 0x1_0001n, 1n << 20n],
	...[0x7fff_fffen, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 1n << 32n],
	...[(1n << 53n) - 1n, 1n << 53n, (1n << 53n) + 1n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n],
];
/** Words of the protocols under test. */
const WORDS = [
	...["\x05READY", "\x05ERROR", "\x05HELLO", "\x07WELCOME", "\x08INITIATE", "\x07MESSAGE"],
	...["\x04PING", "\x04PONG", "\x09SUBSCRIBE", "\x06CANCEL", "\x04JOIN", "\x05LEAVE"],
	...["\x0bSocket-Type", "\x08Identity", "\x08Resource", "\x07User-Id", "\x01X", "__proto__", "constructor"],
	...["NULL", "PLAIN", "CURVE", "200", "300", "400", "500", "1.0", "tcp://", "ipc://", "inproc://", "[::1]", "://", "*", "@", "\0"],
].map((word) => Buffer.from(word, "latin1"));

type ByteChange = (bytes: Buffer, random: Random) => Buffer;
type PartsChange = (parts: Buffer[], random: Random, other: Parts) => void;

function insert(bytes: Buffer, at: number, inserted: Uint8Array): Buffer {
	return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
}

function overwriteNumber(bytes: Buffer, random: Random): Buffer {
	const size = Buffer.alloc(8);
	size.writeBigUInt64BE(random.pick(SIZES));
	const width = random.pick([1, 2, 4, 8]);
	const changed = Buffer.from(bytes);
	if (changed.length >= width) size.copy(changed, random.below(changed.length - width + 1), 8 - width);
	return changed;
}

const BYTE_CHANGES: readonly ByteChange[] = [
	(bytes, random) => {
		const changed = Buffer.from(bytes);
		const at = random.below(changed.length);
		if (changed.length > 0) changed[at] = (changed[at] as number) ^ (1 << random.below(8));
		return changed;
	},
	(bytes, random) => {
		const changed = Buffer.from(bytes);
		if (changed.length > 0) changed[random.below(changed.length)] = random.pick(BYTES);
		return changed;
	},
	// The first bytes of a part are its header more often than not.
	(bytes, random) => {
		const changed = Buffer.from(bytes);
		if (changed.length > 0)
			changed[random.below(Math.min(4, changed.length))] = random.chance(0.5) ? random.pick(BYTES) : random.below(256);
		return changed;
	},
	overwriteNumber,
	(bytes, random) => insert(bytes, random.below(bytes.length + 1), random.bytes(1 + random.below(16))),
	(bytes, random) => insert(bytes, random.below(bytes.length + 1), random.pick(WORDS)),
	(bytes, random) => insert(bytes, random.below(bytes.length + 1), Buffer.alloc(1 + random.below(300), random.pick(BYTES))),
	(bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
	(bytes, random) => bytes.subarray(random.below(bytes.length + 1)),
	(bytes, random) => {
		const from = random.below(bytes.length + 1);
		return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + random.below(8))]);
	},
	(bytes, random) => {
		const from = random.below(bytes.length + 1);
		return insert(bytes, random.below(bytes.length + 1), bytes.subarray(from, from + 1 + random.below(64)));
	},
];

const PARTS_CHANGES: readonly PartsChange[] = [
	(parts, random) => parts.splice(random.below(parts.length), 1),
	(parts, random) => parts.splice(random.below(parts.length + 1), 0, random.pick(parts)),
	(parts, random) => {
		const [a, b] = [random.below(parts.length), random.below(parts.length)];
		[parts[a], parts[b]] = [parts[b] as Buffer, parts[a] as Buffer];
	},
	(parts, random, other) => parts.splice(random.below(parts.length + 1), 0, random.pick(other)),
	(parts, random, other) => parts.splice(random.below(parts.length), parts.length, ...other.slice(random.below(other.length))),
	(parts, random) => {
		const at = random.below(parts.length);
		const part = parts[at] as Buffer;
		const cut = random.below(part.length + 1);
		parts.splice(at, 1, part.subarray(0, cut), part.subarray(cut));
	},
	(parts, random) => {
		const at = random.below(parts.length);
		parts.splice(at, 2, Buffer.concat(parts.slice(at, at + 2)));
	},
	(parts, random) => {
		const at = random.below(parts.length);
		parts.splice(at, 0, ...new Array<Buffer>(2 + random.below(60)).fill(parts[at] as Buffer));
	},
	(parts, random) => parts.splice(random.below(parts.length + 1), 0, random.bytes(random.below(300))),
];

/** A new input: `parent` changed in one or more places, with pieces of `other`. Neither of them is touched. */
export function mutant(random: Random, parent: Parts, other: Parts): Parts {
	const parts = [...parent];
	do {
		if (parts.length === 0) parts.push(random.bytes(random.below(32)));
		if (random.chance(0.7)) {
			const at = random.below(parts.length);
			parts[at] = random.pick(BYTE_CHANGES)(parts[at] as Buffer, random);
		} else {
			random.pick(PARTS_CHANGES)(parts, random, other.length === 0 ? [Buffer.alloc(0)] : other);
		}
	} while (random.chance(0.6));
	return bounded(parts);
}

/** No input grows beyond what a run can do in no time. */
function bounded(parts: Buffer[]): Parts {
	const kept: Buffer[] = [];
	let room = BYTES_MAX;
	for (const part of parts.slice(0, PARTS_MAX)) {
		const taken = part.subarray(0, room);
		room -= taken.length;
		kept.push(taken);
	}
	return kept;
}
