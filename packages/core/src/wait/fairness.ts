/**
 * Keeps loops of awaited sends and receives from starving timers and I/O.
 *
 * A result that is there at once settles in the microtask queue, and a loop over such results never lets the event loop
 * turn. So all results of this thread, over all sockets, draw on one budget of IMMEDIATE_RESULTS_MAX; when it is spent,
 * results wait for one turn of the event loop, which fills it again. One budget for all sockets also covers sockets of one
 * thread that only talk to each other. Cost: one turn (1-2 us) in 512 results.
 */
import { IMMEDIATE_RESULTS_MAX } from "../limits.ts";

let spent = 0;
let turn: Promise<void> | undefined;

/** Draws on the budget; false when the result must wait for {@link nextTurn}. */
export function mayBeImmediate(results = 1): boolean {
	spent += results;
	return spent <= IMMEDIATE_RESULTS_MAX;
}

/** Resolves when everything has run that follows from what happened so far (promise reactions), before the event loop turns. */
export function consequences(): Promise<void> {
	return new Promise((resolve) => process.nextTick(resolve));
}

/** Resolves after the event loop has turned; everybody who waits for this turn shares one promise. */
export function nextTurn(): Promise<void> {
	turn ??= new Promise((resolve) => {
		setImmediate(() => {
			turn = undefined;
			spent = 0;
			resolve();
		});
	});
	return turn;
}
