/**
 * What the owner of one pipe throws while messages are handed out: an uncaught exception, but in a turn of its own, so that the owners
 * of other pipes, and later messages of this one, get theirs first.
 *
 * Any thread, for itself.
 */
export function surface(error: unknown): void {
	queueMicrotask(() => {
		throw error;
	});
}
