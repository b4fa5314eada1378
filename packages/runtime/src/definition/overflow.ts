/**
 * What becomes of a message to an actor whose mailbox is at its high-water mark: the policies, and how they are written in a WINDOW
 * envelope. Pure.
 */

/**
 * - `wait`: the sender waits for credit.
 * - `reject`: tell and ask reject with ERR_OVERLOADED at once.
 * - `dropOldest`: the oldest message of that sender makes room; what is kept are the newest ones.
 * - `dropNewest`: the message is dropped.
 *
 * What is dropped becomes a dead letter; an ask or stream that is dropped rejects with ERR_OVERLOADED.
 */
export type OverflowPolicy = "wait" | "reject" | "dropOldest" | "dropNewest";

/** What a window says; `wait` is not said. */
export type Overflow = Exclude<OverflowPolicy, "wait">;

/** By their number on the wire. */
const POLICIES: readonly OverflowPolicy[] = ["wait", "reject", "dropOldest", "dropNewest"];

export function isOverflowPolicy(value: unknown): value is OverflowPolicy {
	return POLICIES.includes(value as OverflowPolicy);
}

/** The part of a window that says the policy, from an option, a number of the wire or a word of a route; unknown ones are `wait`. */
export function overflowOf(value: unknown): { readonly overflow: Overflow } | undefined {
	const policy = typeof value === "number" ? POLICIES[value] : value;
	return isOverflowPolicy(policy) && policy !== "wait" ? { overflow: policy } : undefined;
}

export function overflowNumber(overflow: Overflow | undefined): number {
	return overflow === undefined ? 0 : POLICIES.indexOf(overflow);
}
