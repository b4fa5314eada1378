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

/** The number of the turn, as {@link noteTurn} returned it if somebody has called that in it. */
export function currentTurn(): number {
	return turn;
}

/** Notes that something was done in this turn; returns its number. */
export function noteTurn(): number {
	if (!noted) {
		noted = true;
		setImmediate(end);
	}
	return turn;
}
