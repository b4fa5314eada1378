/**
 * Keeps loops of awaited sends and receives from starving timers and I/O.
 *
 * A result that is there at once settles in the microtask queue, and a loop over such results never lets the event loop
 * turn. So all results of this thread, over all sockets, draw on one budget of IMMEDIATE_RESULTS_MAX; when it is spent,
 * results wait for one turn of the event loop, which fills it again. One budget for all sockets also covers sockets of one
 * thread that only talk to each other. Cost: one turn (1-2 us) in 512 results.
 *
 * Each message that comes from the network gives one result more: a turn in which a hundred connections are read brings many
 * times the budget, and receivers that may not keep up with that leave a queue that grows with every turn. What is saved up so is
 * bounded.
 */
import { ARRIVALS_MAX, IMMEDIATE_RESULTS_MAX } from "../limits.ts";

/** Results given out at once since the last turn; below zero: what has come meanwhile may be given out besides. */
let spent = 0;
let turn: Promise<void> | undefined;

/** Draws on the budget; false when the result must wait for {@link nextTurn}. */
export function mayBeImmediate(results = 1): boolean {
	spent += results;
	return spent <= IMMEDIATE_RESULTS_MAX;
}

/** A message has come from the network. */
export function arrived(): void {
	if (spent > -ARRIVALS_MAX) spent -= 1;
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
			if (spent > 0) spent = 0;
			resolve();
		});
	});
	return turn;
}
