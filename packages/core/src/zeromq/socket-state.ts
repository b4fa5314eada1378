/**
 * What stands behind a socket of the drop-in door: the socket of core, what it is bound and connected to, and whether it may be used.
 *
 * It does not refer to the object that users hold, so that the garbage collector can tell when that was dropped. Observer and proxy
 * find it by that object.
 *
 * **Shutdown**: `end()` closes at once, or, while a bind, an unbind or a proxy is under way, when that is over.
 */
import type { Socket as CoreSocket } from "../socket/socket.ts";
import { EndpointList } from "./endpoint-list.ts";
import { errnoError } from "./errno-error.ts";
import { closeSocket, type OpenSocket } from "./open-sockets.ts";

export class SocketState implements OpenSocket {
	readonly core: CoreSocket;
	readonly endpoints: EndpointList = new EndpointList();
	readonly #leaveContext: () => void;
	#closed = false;
	#blocked = false;
	#endLater = false;
	/** Binds and unbinds that were begun by `bindSync` and `unbindSync`. */
	background: Promise<void> = Promise.resolve();

	/** @param leaveContext gives the place of this socket back */
	constructor(core: CoreSocket, leaveContext: () => void) {
		this.core = core;
		this.#leaveContext = leaveContext;
	}

	get closed(): boolean {
		return this.#closed;
	}

	get blocked(): boolean {
		return this.#blocked;
	}

	ended(): void {
		this.#closed = true;
		this.#leaveContext();
	}

	/** @throws Error EBADF, EBUSY */
	assertUsable(): void {
		if (this.#closed) throw errnoError("EBADF");
		if (this.#blocked) throw errnoError("EBUSY", { text: "Socket is blocked by a bind or unbind operation" });
	}

	/** Nothing but reading and setting options is possible until {@link unblock}. */
	block(): void {
		this.#blocked = true;
	}

	unblock(): void {
		this.#blocked = false;
		if (this.#endLater) closeSocket(this);
	}

	/** Closes, or will. */
	end(): void {
		if (this.#blocked) this.#endLater = true;
		else closeSocket(this);
	}
}

const states = new WeakMap<object, SocketState>();

/** @param door what users hold */
export function setState(door: object, state: SocketState): void {
	states.set(door, state);
}

/** Undefined for what is no socket of this door. */
export function stateOf(door: object): SocketState | undefined {
	return states.get(door);
}
