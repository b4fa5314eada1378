/**
 * What becomes of messages for which an actor has no room, by its overflow policy (definition/overflow.ts). Comes only for actors that have
 * one; with the others messages wait.
 *
 * With `dropOldest` the sender keeps the newest messages of one window, and asks for room: then the actor's host drops the oldest that it
 * has from there, and returns their credit. So neither side ever holds more than a window.
 */
import { ActorError } from "../errors.ts";
import type { Held, TargetPart, Window } from "../parts.ts";
import type { HeldMessages } from "./held-messages.ts";

/** The sending side of an actor that has a policy. */
export interface OverflowTarget extends TargetPart {
	askForRoom(window: Window): void;
}

function overloaded(target: TargetPart): ActorError {
	return new ActorError(
		"ERR_OVERLOADED",
		`The mailbox of ${target.address} is full, and its overflow policy is "${target.window?.overflow}": send less, or define it with a larger highWaterMark`,
	);
}

/** A message is given up. */
function drop(target: TargetPart, { message, accepted }: Held): void {
	target.host.deadLetter(target.address, message.method, true);
	message.request?.fail(overloaded(target));
	accepted?.();
}

/**
 * Deals with one more message, or (`held` undefined) with those that wait.
 *
 * @throws ActorError ERR_OVERLOADED when it is refused
 */
export function overflowed(target: OverflowTarget, waiting: HeldMessages, held: Held | undefined): void {
	const window = target.window as Window;
	if (window.overflow === "dropOldest") {
		// Who sent it need not wait: this message, or a newer one, will arrive.
		if (held !== undefined) waiting.push({ ...held, accepted: undefined });
		while (waiting.length > 1 && (waiting.length > window.messages || waiting.bytes > window.bytes)) drop(target, waiting.shift() as Held);
		target.askForRoom(window);
		return;
	}
	// They waited because the policy was not known yet.
	for (let late = waiting.shift(); late !== undefined; late = waiting.shift()) {
		if (window.overflow === "dropNewest" || late.refused === undefined) drop(target, late);
		else {
			target.host.deadLetter(target.address, late.message.method, true);
			late.refused(overloaded(target));
		}
	}
	if (held === undefined) return;
	target.host.deadLetter(target.address, held.message.method, true);
	if (window.overflow === "reject" || held.message.request !== undefined) throw overloaded(target);
}
