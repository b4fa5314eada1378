/**
 * Keeps the event loop alive while something is awaited, as core's keep-alive does, without flapping: asks one after the other would
 * let go and take hold at each, and a doorbell that nobody holds goes to sleep (an ask round trip: 230 us with, 21 us
 * without that). So the last one to finish lets go at the end of the turn, if nothing new has begun by then.
 *
 * State is one per thread; two copies of this file only hold twice.
 */
import { hold, release } from "@zloom/core/internal";

let pending = 0;
let held = false;
let checking = false;

function check(): void {
	checking = false;
	if (pending > 0 || !held) return;
	held = false;
	release();
}

/** Something is awaited until a matching {@link workDone}. */
export function workBegun(): void {
	pending += 1;
	if (held) return;
	held = true;
	hold();
}

/** Undoes one {@link workBegun}. */
export function workDone(): void {
	pending -= 1;
	if (pending > 0 || checking) return;
	checking = true;
	setImmediate(check);
}
