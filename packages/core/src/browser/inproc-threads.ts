/**
 * In place of transport/inproc-threads.ts: a browser has no inproc, so no context leaves any names behind.
 */
export function inprocDirectory(): { abandon(context: unknown): void } {
	return {
		abandon: () => {
			// Nothing was ever bound.
		},
	};
}
