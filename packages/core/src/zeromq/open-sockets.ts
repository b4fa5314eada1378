/**
 * Which sockets of the drop-in door are open in this thread, and how they end without `close()`.
 *
 * - A socket that nobody can reach any more is closed once the garbage collector has found that out. A receive or send under way
 *   keeps it reachable.
 * - A program that has nothing left to do closes what is open, and its process waits for what was sent, as long as `linger` says;
 *   after EXIT_WARNING_MS it says what it waits for, in zeromq.js's words. `process.exit()` does not wait.
 *
 * Holds core sockets, never the door's, and those only while they are open.
 *
 * **Shutdown**: when nothing else keeps the event loop alive, everything is closed; what lingers keeps it alive until it is sent.
 */

import type { Socket as CoreSocket } from "../socket/socket.ts";
import { holds, onEnding } from "../wait/keep-alive.ts";

/** How long a process may wait for its end silently, ms (zeromq.js). */
const EXIT_WARNING_MS = 500;
const WAITING = "WARNING: Waiting for queued ZeroMQ messages to be delivered. Set 'context.blocky = false' to change this behaviour.";

/** One open socket: what is left to do when it ends. */
export interface OpenSocket {
	readonly core: CoreSocket;
	/** Called once, when it has been closed. */
	ended(): void;
}

const open = new Set<OpenSocket>();
const registry = new FinalizationRegistry<OpenSocket>(closeSocket);
let hooked = false;
let ending = false;

/** A socket was made. @param door what users hold; only looked at by the garbage collector */
export function opened(door: object, socket: OpenSocket): void {
	if (!hooked) {
		hooked = true;
		onEnding(endAll);
	}
	open.add(socket);
	registry.register(door, socket, socket);
}

/** Ends a socket; for one that has ended nothing happens. */
export function closeSocket(socket: OpenSocket): void {
	if (!open.delete(socket)) return;
	registry.unregister(socket);
	socket.ended();
	socket.core.close();
}

function endAll(): void {
	for (const socket of [...open]) closeSocket(socket);
	if (ending || holds() === 0) return;
	ending = true;
	const timer = setTimeout(() => {
		if (holds() > 0) process.stderr.write(`(node:${process.pid}) ${WAITING}\n`);
	}, EXIT_WARNING_MS);
	timer.unref();
}
