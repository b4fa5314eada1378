/**
 * Every offset of a shared root: one growable SharedArrayBuffer that holds the threads, names and lanes of a process.
 *
 * Fixed tables lie at its start, the memory of lanes and of the arena is allocated behind them and never given back, only reused. Offsets are bytes,
 * field numbers are 32-bit words from the start of their slot. A thread is named by its *token*: slot number and
 * incarnation in 28 bits, so that a stale token never names a later thread; 0 names none. Words that say "who" and
 * "in which state" are one word, token << 3 | state: wherever a thread dies, what it held can be told.
 *
 * Change anything here, in ring-layout.ts, in arena-layout.ts or in what control records carry, and LAYOUT_VERSION with it: two versions of this
 * package in one process must not meet.
 */

/** In the key of everything that threads find each other by. */
export const LAYOUT_VERSION = 3;
/** "zlm1" */
export const ROOT_MAGIC = 0x7a6c6d31;

/** Header fields, words from the start of the root. */
export const ROOT = {
	/** Written once by the maker. */
	MAGIC: 0,
	LAYOUT: 1,
	/** 64 random bits: the same memory can arrive as several SharedArrayBuffer objects. */
	ID_LOW: 2,
	ID_HIGH: 3,
	/** First free byte / 64, moved by CAS. */
	ALLOCATED: 16,
	/** Bumped after a name is bound or freed; read by threads whose connects wait. */
	NAMES_GENERATION: 32,
	/** One above the highest slot ever used, per table: bounds every scan. Only grows. */
	THREADS_USED: 48,
	LANES_USED: 49,
	NAMES_USED: 50,
	/** Unit of the first arena slot of each size class, 0 = none; words from here on, moved by CAS (arena-layout.ts). */
	ARENA: 64,
} as const;
export const ROOT_HEADER_BYTES = 512;

/** Threads alive at once in one root; a process with as many workers is past what Node carries. */
export const THREAD_SLOTS = 1024;
export const THREAD_SLOT_BYTES = 128;
export const THREAD = {
	/** threadId + 1 of the holder, 0 = free slot; claimed by CAS, so the holder is known from the first instant. */
	CLAIMANT: 0,
	/** incarnation << 1 | alive; stored by the holder, made dead by CAS. */
	STATE: 1,
	/** threadId + 1 of the thread that started the holder, 0 = not known. */
	PARENT: 2,
	/** Bumped by others when a lane to the holder appears or a thread dies; read by the holder. */
	LANES_GENERATION: 3,
	/** 1 while connects of the holder wait for a name; read by whoever binds. */
	WANTS_NAMES: 4,
	/** On a cache line of its own, senders look at it all the time: 1 = the holder sleeps and must be rung, 2 = it has not started to read lanes. */
	PARKED: 16,
	/** Bumped by the one sender that took PARKED from 1 to 0; the holder waits on it. */
	DOORBELL: 17,
} as const;
export const INCARNATION_MAX = 0x3ffff;

export const LANE_SLOTS = 8192;
export const LANE_SLOT_BYTES = 32;
export const LANE = {
	/** initiator's token << 3 | LaneState. */
	STATE: 0,
	/** Token; written by the initiator before LIVE. */
	ACCEPTOR: 1,
	/** Byte offset / 64 of its memory; written once per slot, then reused. 0 = none yet. */
	MEMORY: 2,
	/** Bits of LaneSide: who has given the lane up though both live (corruption). */
	LEFT: 3,
} as const;
export const LANE_FREE = 0;
export const LANE_CLAIMED = 1;
export const LANE_LIVE = 2;

/** Names bound at once in one root. */
export const NAME_SLOTS = 4096;
/** Longest key: the longest inproc name and a prefix of two bytes that tells sockets from bare pipes. */
export const NAME_KEY_BYTES_MAX = 258;
export const NAME_SLOT_BYTES = 288;
export const NAME = {
	/** owner's token << 3 | state; 0 = free. */
	STATE: 0,
	/** Bumped right after a claim, before anything else is written: readers compare it before and after. */
	SEQUENCE: 1,
	HASH: 2,
	LENGTH: 3,
	/** The owner's number of the binding. */
	BINDING: 4,
	/** The key's bytes follow here. */
	BYTES: 5,
} as const;
export const NAME_FREE = 0;
/** Being written: no reader looks at it. */
export const NAME_CLAIMED = 1;
/** Published, not yet decided against a rival. */
export const NAME_TENTATIVE = 2;
export const NAME_BOUND = 3;
/** A rival struck it out; only its owner frees it. */
export const NAME_ABORTED = 4;

export const THREADS_OFFSET = ROOT_HEADER_BYTES;
export const LANES_OFFSET = THREADS_OFFSET + THREAD_SLOTS * THREAD_SLOT_BYTES;
export const NAMES_OFFSET = LANES_OFFSET + LANE_SLOTS * LANE_SLOT_BYTES;
export const TABLES_BYTES = NAMES_OFFSET + NAME_SLOTS * NAME_SLOT_BYTES;

/** Unit of ALLOCATED and MEMORY: one cache line. */
export const UNIT_BYTES = 64;
export const FIRST_FREE_UNIT = Math.ceil(TABLES_BYTES / UNIT_BYTES);

if (NAME.BYTES * 4 + NAME_KEY_BYTES_MAX > NAME_SLOT_BYTES) throw new Error("root-layout.ts: a key does not fit its slot");
if (THREAD_SLOTS > 1024) throw new Error("root-layout.ts: a slot number must fit the low 10 bits of a token");

/** Who holds a state word. */
export function holderOf(word: number): number {
	return word >>> 3;
}

export function stateOf(word: number): number {
	return word & 7;
}

export function stateWord(token: number, state: number): number {
	return (token << 3) | state;
}
