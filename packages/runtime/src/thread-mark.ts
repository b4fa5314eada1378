/**
 * Says whether this thread is a worker of a system, for actors or for tasks. On globalThis, because a thread may load this package twice.
 */
const KEY = Symbol.for("zloom.runtime.thread.1");
const globals = globalThis as unknown as Record<symbol, boolean | undefined>;

export function markRuntimeThread(): void {
	globals[KEY] = true;
}

export function insideRuntimeThread(): boolean {
	return globals[KEY] === true;
}
