/**
 * Waits until something holds, for hangs only with a limit: so many ticks. A tick is a turn of the event loop that this process really
 * had, at least TICK_MS after the one before, so that a machine that gives it none is waited for.
 */
import { setImmediate as nextTurn } from "node:timers/promises";

const TICK_MS = 10;
/** 20 s where nothing else runs. */
const TICKS_MAX = 2000;

/**
 * True when it holds, false when the ticks are gone.
 * @param {() => boolean} holdsNow
 */
export async function comesTrue(holdsNow, ticksMax = TICKS_MAX) {
	let last = performance.now();
	for (let left = ticksMax; !holdsNow(); await nextTurn()) {
		const now = performance.now();
		if (now - last < TICK_MS) continue;
		last = now;
		left -= 1;
		if (left < 0) return false;
	}
	return true;
}
