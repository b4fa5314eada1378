/**
 * Every offset of an arena slot: memory for one large payload, with a header that says whose it is and who uses it.
 *
 * Slots lie in the root behind its tables, are made once and used again by size class. A list a class links all slots of the root
 * (ROOT.ARENA); it only grows, so it is walked without locks. Offsets are 32-bit words.
 *
 * A **claim** is one use of the slot: state word (token << 3 | state) and who granted it. Only the owner puts a claim where none
 * is; only the holder changes or clears it, so a claim never moves between words. A claim of a dead thread counts for nothing:
 * that is how the references of threads that were terminated come back, and nobody has to record them.
 */
import { ROOT, UNIT_BYTES } from "./root-layout.ts";

/** Words of a slot's header. */
export const SLOT = {
	/** Token of the thread that may allocate and grant the slot; 0 = nobody. Taken over by CAS from nobody or the dead. */
	OWNER: 0,
	/** Log2 of its data bytes; written once. */
	CLASS: 1,
	/** Unit of the next slot of its class, 0 = the last one; written once. */
	NEXT: 2,
	/** Written by whoever sends the content: sample of it (arena-sample.ts), 0 = not taken. Read by receivers. */
	SAMPLE: 3,
	/** Claims follow: word and granter of each. */
	CLAIMS: 4,
} as const;
export const CLAIM_WORDS = 2;
/** Threads that can hold one slot at once, its owner included; to any more a payload is copied. */
export const CLAIMS_MAX = 14;
export const SLOT_HEADER_WORDS = SLOT.CLAIMS + CLAIMS_MAX * CLAIM_WORDS;
export const SLOT_HEADER_BYTES = SLOT_HEADER_WORDS * 4;
const CLAIMS_END = SLOT.CLAIMS + CLAIMS_MAX * CLAIM_WORDS;

/** States of a claim; 0 = none. */
export const CLAIM_SENT = 1;
/** The receiver has taken its record: a claim that is still SENT when the lane ends never reached it. */
export const CLAIM_HELD = 2;

/** Slots have from 4 KiB … */
export const CLASS_MIN = 12;
/** … to 128 MiB of data. */
export const CLASS_MAX = 27;
export const WORDS_PER_UNIT = UNIT_BYTES / 4;

/** What a lane carries instead of a payload: two words, the slot and the claim on it. */
export const DESCRIPTOR_BYTES = 8;

if (SLOT_HEADER_BYTES % UNIT_BYTES !== 0) throw new Error("arena-layout.ts: data must begin on a cache line");

/** The class of slots that hold so many bytes; above CLASS_MAX: none does. */
export function classOf(bytes: number): number {
	return Math.max(CLASS_MIN, 32 - Math.clz32(bytes - 1));
}

/** Word of the root's header where the list of a class begins. */
export function listOf(sizeClass: number): number {
	return ROOT.ARENA + sizeClass - CLASS_MIN;
}

/** Bytes that a slot takes in the root. */
export function slotBytes(sizeClass: number): number {
	return SLOT_HEADER_BYTES + 2 ** sizeClass;
}

/** True when `claim` is the word of a claim of the slot at `base`. */
export function isClaimOf(base: number, claim: number): boolean {
	const at = claim - base;
	return at >= SLOT.CLAIMS && at < CLAIMS_END && (at - SLOT.CLAIMS) % CLAIM_WORDS === 0;
}
