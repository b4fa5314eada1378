/**
 * Where inproc binds and connects of one thread meet: the table of bound names and of connects that wait for a name.
 *
 * A connect makes its pipe at once; until the name is bound, the far end waits here with whatever is written to it. When
 * both are there they are joined: marks are added up (one pipe stands for the sender's and the receiver's queue), routing
 * ids are swapped, and the binding takes the far end. Facts: zmq_inproc(7); libzmq adds SNDHWM and RCVHWM of the two
 * sockets, 0 (no limit) if either is 0, and does not reconnect after an unbind.
 *
 * One directory per thread even when the package is loaded twice, so it sits on globalThis.
 *
 * **Shutdown**: closing a binding frees the name at once; what was joined belongs to the two ends. Closing the near end of a
 * connect that still waits takes it off the table, unless there are messages in it: those stay for a later bind.
 */
import { ZmqError } from "../errors.ts";
import type { Pipe } from "../pipe/pipe.ts";

/** What one side tells the other when they meet. */
export interface Party {
	/** The socket type, or "" for a bare pipe. */
	readonly type: string;
	readonly routingId: Uint8Array;
	/** Messages; 0 = no limit. */
	readonly sendHighWaterMark: number;
	readonly receiveHighWaterMark: number;
}

/** A bound name. */
export interface Binding {
	/** Read at the moment of each meeting: options are live. */
	party(): Party;
	/** False: these two types do not talk; the connect is refused. */
	admits(peer: Party): boolean;
	/** Takes the far end of a pipe whose limits and routing id are set. */
	accept(pipe: Pipe): void;
}

/** A connect; `near` belongs to whoever connects, `far` waits for the binding. */
export interface Connect {
	readonly near: Pipe;
	readonly far: Pipe;
	party(): Party;
	/** The binding was found; called before it takes the far end. */
	joined(peer: Party): void;
	/** The binding does not admit this party; the far end is closed right after. */
	refused(peer: Party): void;
}

/** The high-water mark of one direction of an inproc pipe. */
export function addMarks(sender: number, receiver: number): number {
	return sender === 0 || receiver === 0 ? 0 : sender + receiver;
}

export class InprocDirectory {
	readonly #bindings = new Map<string, Binding>();
	readonly #waiting = new Map<string, Set<Connect>>();

	/** The binding of this thread that holds the name. */
	find(key: string): Binding | undefined {
		return this.#bindings.get(key);
	}

	/** Takes the name and joins every connect that waits for it. Returns what frees the name. @throws ZmqError EADDRINUSE */
	bind(key: string, address: string, binding: Binding): () => void {
		if (this.#bindings.has(key)) {
			throw new ZmqError("EADDRINUSE", `"${address}" is already bound; close that binding first or choose another name`, { address });
		}
		this.#bindings.set(key, binding);
		const waiting = this.#waiting.get(key);
		this.#waiting.delete(key);
		if (waiting !== undefined) for (const connect of waiting) join(binding, connect);
		return () => {
			if (this.#bindings.get(key) === binding) this.#bindings.delete(key);
		};
	}

	/** Joins the binding if it is here, else waits for it. */
	connect(key: string, connect: Connect): void {
		const binding = this.#bindings.get(key);
		if (binding !== undefined) {
			join(binding, connect);
			return;
		}
		const waiting = this.#waiting.get(key);
		if (waiting === undefined) this.#waiting.set(key, new Set([connect]));
		else waiting.add(connect);
		connect.far.owner = {
			onReadable() {},
			onWritable() {},
			onClosed: (far) => {
				if (!far.readable) this.withdraw(key, connect);
			},
		};
	}

	/** Takes a connect off the waiting list; false when it had been joined, or never waited. */
	withdraw(key: string, connect: Connect): boolean {
		const waiting = this.#waiting.get(key);
		if (waiting === undefined || !waiting.delete(connect)) return false;
		if (waiting.size === 0) this.#waiting.delete(key);
		return true;
	}
}

function join(binding: Binding, connect: Connect): void {
	const { near, far } = connect;
	far.owner = undefined;
	// Closed while it waited: only what was written before is still worth delivering.
	if (far.closed && !far.readable) {
		far.close();
		return;
	}
	const bound = binding.party();
	const connecting = connect.party();
	if (!binding.admits(connecting)) {
		connect.refused(bound);
		far.close();
		return;
	}
	far.setLimits({
		inbound: addMarks(connecting.sendHighWaterMark, bound.receiveHighWaterMark),
		outbound: addMarks(bound.sendHighWaterMark, connecting.receiveHighWaterMark),
	});
	near.peerRoutingId = bound.routingId;
	far.peerRoutingId = connecting.routingId;
	connect.joined(bound);
	binding.accept(far);
	// Raising the limit made room without a read, so nobody has told a writer that waits.
	if (!near.closed && near.writable) near.owner?.onWritable(near);
}

const KEY = Symbol.for("zloom.core.inproc-directory.1");
const registry = globalThis as unknown as Record<symbol, InprocDirectory | undefined>;

/** The directory of this thread. */
export function inprocDirectory(): InprocDirectory {
	let directory = registry[KEY];
	if (directory === undefined) {
		directory = new InprocDirectory();
		registry[KEY] = directory;
	}
	return directory;
}
