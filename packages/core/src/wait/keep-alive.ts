/**
 * Keeps this thread's event loop alive exactly as long as work is pending.
 *
 * All sockets, servers, timers and doorbells of core are unref'd. Two kinds of pending work keep the loop alive:
 * - **Waits** (`hold`): somebody waits for a send, a receive, a bind. One referenced handle per thread: a MessagePort, whose ref and
 *   unref cost about 28 ns.
 * - **Deliveries** (`holdForDelivery`): messages that were sent are on their way. They cost nothing until nothing else keeps the loop
 *   alive: only then, at `beforeExit`, the port is referenced for them. `onEnding` tells of that moment.
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
	deliveries: number;
	/** Nothing but deliveries was left to do, and nobody has waited since. */
	ending: boolean;
	/** Called when nothing else is left to do. */
	readonly listeners: Set<() => void>;
	/** Created at the first hold: a channel costs two handles. */
	port: MessagePort | undefined;
	/** The port keeps the loop alive. */
	referenced: boolean;
	/** {@link letGo} is to run at the end of this turn. */
	checking: boolean;
}

const KEY = Symbol.for("zloom.core.keep-alive.3");
const registry = globalThis as unknown as Record<symbol, KeepAliveState | undefined>;

function state(): KeepAliveState {
	let current = registry[KEY];
	if (current === undefined) {
		current = {
			...{ holds: 0, deliveries: 0, ending: false, listeners: new Set<() => void>() },
			...{ port: undefined, referenced: false, checking: false },
		};
		registry[KEY] = current;
		process.on("beforeExit", nothingElse);
	}
	return current;
}

/** The event loop stays alive until a matching {@link release}. */
export function hold(): void {
	const current = state();
	current.holds += 1;
	current.ending = false;
	if (!current.referenced) reference(current);
}

/** Undoes one {@link hold}. */
export function release(): void {
	const current = state();
	if (current.holds === 0) throw new Error("keep-alive: release without hold");
	current.holds -= 1;
	if (current.holds === 0) letGoLater(current);
}

/** As {@link hold}, for messages on their way: takes effect when nothing else keeps the loop alive. */
export function holdForDelivery(): void {
	state().deliveries += 1;
}

/** Undoes one {@link holdForDelivery}. */
export function releaseDelivery(): void {
	const current = state();
	if (current.deliveries === 0) throw new Error("keep-alive: release without hold");
	current.deliveries -= 1;
	if (current.deliveries === 0) letGoLater(current);
}

/** Calls `listener` whenever nothing keeps this thread's event loop alive but deliveries. Returns what ends that. */
export function onEnding(listener: () => void): () => void {
	const { listeners } = state();
	listeners.add(listener);
	return () => listeners.delete(listener);
}

/** How many holds of both kinds are open in this thread; tests use it as a leak check. */
export function holds(): number {
	const current = state();
	return current.holds + current.deliveries;
}

function nothingElse(): void {
	const current = state();
	for (const listener of current.listeners) listener();
	if (current.deliveries === 0) return;
	current.ending = true;
	if (!current.referenced) reference(current);
}

function reference(current: KeepAliveState): void {
	current.referenced = true;
	if (current.port === undefined) {
		const { port1 } = new MessageChannel();
		// A port is only referenced while it listens.
		port1.on("message", () => {});
		current.port = port1;
	}
	current.port.ref();
}

function letGoLater(current: KeepAliveState): void {
	if (current.checking || !current.referenced) return;
	current.checking = true;
	setImmediate(letGo);
}

function letGo(): void {
	const current = state();
	current.checking = false;
	const wanted = current.holds > 0 || (current.ending && current.deliveries > 0);
	if (wanted || !current.referenced) return;
	current.referenced = false;
	current.port?.unref();
}
