/**
 * Work that costs time and cannot be left out by a compiler, as the programs prescribe it.
 */

/** A sine and a square; throws when that is impossible. */
export function sineSquared(theta: number): number {
	const sine = Math.sin(theta);
	const result = sine * sine;
	if (!(result > 0)) throw new Error(`the square of the sine of ${theta} is ${result}`);
	return result;
}

/** Counts so far, with a remainder a step. */
export function busyWait(steps: number): number {
	let left = 0;
	for (let step = 0; step < steps; step++) left = (left + step) % 7;
	return left;
}
