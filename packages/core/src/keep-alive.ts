/**
 * Keeps this thread's event loop alive exactly as long as work is pending.
 *
 * All sockets, servers, timers and doorbells of core are unref'd. Whoever has work pending (a waiting send or receive, a
 * queue that linger must flush) holds; the last release lets the process exit by itself. One referenced handle per
 * thread: a MessagePort, whose ref and unref cost about 28 ns.
 *
 * State is one per thread even when the package is loaded twice, so it sits on globalThis.
 */
import { MessageChannel, type MessagePort } from "node:worker_threads";

interface KeepAliveState {
	holds: number;
	/** Created at the first hold: a channel costs two handles. */
	port: MessagePort | undefined;
}

const KEY = Symbol.for("zloom.core.keep-alive.1");
const registry = globalThis as unknown as Record<symbol, KeepAliveState | undefined>;

function state(): KeepAliveState {
	let current = registry[KEY];
	if (current === undefined) {
		current = { holds: 0, port: undefined };
		registry[KEY] = current;
	}
	return current;
}

/** The event loop stays alive until a matching {@link release}. */
export function hold(): void {
	const current = state();
	current.holds += 1;
	if (current.holds !== 1) return;
	if (current.port === undefined) {
		const { port1 } = new MessageChannel();
		// A port is only referenced while it listens.
		port1.on("message", () => {});
		current.port = port1;
	}
	current.port.ref();
}

/** Undoes one {@link hold}. */
export function release(): void {
	const current = state();
	if (current.holds === 0) throw new Error("keep-alive: release without hold");
	current.holds -= 1;
	if (current.holds === 0) current.port?.unref();
}

/** How many holds are open in this thread; tests use it as a leak check. */
export function holds(): number {
	return state().holds;
}
