/**
 * In place of keep-alive.ts: a page lives as long as it is open, whatever is pending.
 */
export function hold(): void {
	// Nothing to hold.
}

export function release(): void {
	// Nothing was held.
}

export function holds(): number {
	return 0;
}
