/**
 * Tells whether two moments lie in one turn of this thread's event loop: whoever has done something expensive may leave its next
 * time to the end of the turn.
 *
 * Only turns in which somebody notes one are counted; one immediate for all who do ends it.
 */
let turn = 0;
let noted = false;

function end(): void {
	turn += 1;
	noted = false;
}

/** Runs the task when all that runs now has run, promise reactions too; if it has run in this turn before, at the end of the turn. */
export function runSoon(task: () => void, ranIn: number): void {
	if (ranIn === turn) setImmediate(task);
	else process.nextTick(task);
}

/** The number of this turn, to be given to {@link runSoon} by whoever has run in it. */
export function noteTurn(): number {
	if (!noted) {
		noted = true;
		setImmediate(end);
	}
	return turn;
}
