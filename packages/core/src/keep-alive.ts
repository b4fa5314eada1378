/**
 * Keeps this thread's event loop alive exactly as long as work is pending.
 *
 * All sockets, servers, timers and doorbells of core are unref'd. Whoever has work pending (a waiting send or receive, a
 * queue that linger must flush) holds; the last release lets the process exit by itself. One referenced handle per
 * thread: a MessagePort, whose ref and unref cost about 28 ns.
 *
 * The port is let go at the end of the turn in which the last holder released, if nobody holds again by then. Receives one
 * after the other would otherwise let go between any two of them, and a loop that nothing keeps alive first waits for V8's
 * background tasks and runs through `beforeExit` before it goes on (a round trip between threads: 230 us, else 20 us).
 *
 * State is one per thread even when the package is loaded twice, so it sits on globalThis.
 */
import { MessageChannel, type MessagePort } from "node:worker_threads";

interface KeepAliveState {
	holds: number;
	/** Created at the first hold: a channel costs two handles. */
	port: MessagePort | undefined;
	/** The port keeps the loop alive. */
	referenced: boolean;
	/** {@link letGo} is to run at the end of this turn. */
	checking: boolean;
}

const KEY = Symbol.for("zloom.core.keep-alive.2");
const registry = globalThis as unknown as Record<symbol, KeepAliveState | undefined>;

function state(): KeepAliveState {
	let current = registry[KEY];
	if (current === undefined) {
		current = { holds: 0, port: undefined, referenced: false, checking: false };
		registry[KEY] = current;
	}
	return current;
}

/** The event loop stays alive until a matching {@link release}. */
export function hold(): void {
	const current = state();
	current.holds += 1;
	if (current.referenced) return;
	current.referenced = true;
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
	if (current.holds > 0 || current.checking) return;
	current.checking = true;
	setImmediate(letGo);
}

function letGo(): void {
	const current = state();
	current.checking = false;
	if (current.holds > 0 || !current.referenced) return;
	current.referenced = false;
	current.port?.unref();
}

/** How many holds are open in this thread; tests use it as a leak check. */
export function holds(): number {
	return state().holds;
}
