/**
 * Where inproc binds and connects of one thread meet: the table of bound names and of connects that wait for a name.
 *
 * A connect makes its pipe at once; until the name is bound, the far end waits here with whatever is written to it. When
 * both are there they are joined: marks are added up (one pipe stands for the sender's and the receiver's queue), routing
 * ids are swapped, and the binding takes the far end. Facts: zmq_inproc(7); libzmq adds SNDHWM and RCVHWM of the two
 * sockets, 0 (no limit) if either is 0, and does not reconnect after an unbind.
 *
 * This file knows one thread; what lies beyond is behind {@link RemoteNames}.
 *
 * **Shutdown**: closing a binding frees the name at once; what was joined belongs to the two ends. Closing the near end of a
 * connect that still waits takes it off the table, unless there are messages in it: those stay for a later bind, or until their
 * context ends.
 */
import { ZmqError } from "../errors.ts";
import { INPROC_NAME_BYTES_MAX } from "../limits.ts";
import type { Lane } from "../memory/lane.ts";
import type { Pipe } from "../pipe/pipe.ts";
import { addMarks, type Party } from "./inproc-party.ts";

/** The key of a name of sockets; an empty namespace is the one of all threads. @throws ZmqError ENAMETOOLONG */
export function socketKey(namespace: string | undefined, name: string): string {
	if (!namespace) return `s:${name}`;
	const key = `n:${namespace}/${name}`;
	if (Buffer.byteLength(key) <= INPROC_NAME_BYTES_MAX + 2) return key;
	const left = INPROC_NAME_BYTES_MAX - Buffer.byteLength(namespace) - 1;
	throw new ZmqError("ENAMETOOLONG", `In the namespace "${namespace}" an inproc name has at most ${left} bytes`);
}

/** What may still send after the socket has closed its end. */
export interface Lingering {
	/** Settles when everything was sent, or given up. */
	settled(): Promise<void>;
}

/** A bound name. */
export interface Binding {
	/** Read at the moment of each meeting: options are live. */
	party(): Party;
	/** False: these two types do not talk; the connect is refused. */
	admits(peer: Party): boolean;
	/** Takes the far end of a pipe whose limits and routing id are set; `lane` is what carries it, when that is another thread. */
	accept(pipe: Pipe, lane?: Lingering): void;
	/** How long what was written may still be flushed after a close, ms; -1 = for ever. */
	lingerMs(): number;
	/** Takes what another thread asks for instead of all of the above; the pipe must be accepted or refused. */
	open?(lane: Lane, pipe: number, request: Uint8Array): void;
	/** Frames in the arena are taken as they are (LaneChannel); default: false. */
	readonly sharesMemory?: boolean;
}

/** A connect; `near` belongs to whoever connects, `far` waits for the binding. */
export interface Connect {
	readonly near: Pipe;
	readonly far: Pipe;
	/** See {@link InprocDirectory.abandon}. */
	readonly scope?: object | undefined;
	party(): Party;
	/** The binding was found; called before it takes the far end. */
	joined(peer: Party): void;
	/** The binding does not admit this party; the far end is closed right after. */
	refused(peer: Party): void;
	/** As of {@link Binding.lingerMs}. */
	lingerMs(): number;
	/** As of {@link Binding.sharesMemory}. */
	readonly sharesMemory?: boolean;
	/** The name was found, but no way to it; the far end is closed right after. */
	failed(error: Error): void;
}

/** Names beyond this thread. */
export interface RemoteNames {
	/** Makes the name known to other threads; returns what takes it back. @throws ZmqError EADDRINUSE, ENOBUFS */
	publish(key: string, address: string, binding: Binding): () => void;
	/** Takes the connect to another thread that holds the name; false when none does. @throws ZmqError ENOBUFS */
	seek(key: string, connect: Connect): boolean;
	/** Whether connects wait, so that new names elsewhere are of interest. */
	waiting(any: boolean): void;
}

export class InprocDirectory {
	readonly #bindings = new Map<string, Binding>();
	readonly #waiting = new Map<string, Set<Connect>>();
	/** Set once, when there are other threads to reach. */
	remote: RemoteNames | undefined;

	/** The binding of this thread that holds the name. */
	find(key: string): Binding | undefined {
		return this.#bindings.get(key);
	}

	/** Takes the name and joins every connect that waits for it. Returns what frees the name. @throws ZmqError EADDRINUSE, ENOBUFS */
	bind(key: string, address: string, binding: Binding): () => void {
		if (this.#bindings.has(key)) {
			throw new ZmqError("EADDRINUSE", `"${address}" is already bound; close that binding first or choose another name`, { address });
		}
		const retract = this.remote?.publish(key, address, binding);
		this.#bindings.set(key, binding);
		const waiting = this.#waiting.get(key);
		this.#waiting.delete(key);
		if (waiting !== undefined) {
			this.remote?.waiting(this.#waiting.size !== 0);
			for (const connect of waiting) join(binding, connect);
		}
		return () => {
			if (this.#bindings.get(key) !== binding) return;
			this.#bindings.delete(key);
			retract?.();
		};
	}

	/** Joins the binding if there is one, else waits for it. @throws ZmqError ENOBUFS when there is no way to the thread that has it. */
	connect(key: string, connect: Connect): void {
		const binding = this.#bindings.get(key);
		if (binding !== undefined) {
			join(binding, connect);
			return;
		}
		// Before the look: a name that is bound right after it must be told to us.
		this.remote?.waiting(true);
		if (this.remote?.seek(key, connect) === true) {
			this.remote.waiting(this.#waiting.size !== 0);
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

	/** As {@link connect}, for one that had been joined to a peer which was gone; never throws. */
	reconnect(key: string, connect: Connect): void {
		try {
			this.connect(key, connect);
		} catch (error) {
			fail(connect, error);
		}
	}

	/** Takes a connect off the waiting list; false when it had been joined, or never waited. */
	withdraw(key: string, connect: Connect): boolean {
		const waiting = this.#waiting.get(key);
		if (waiting === undefined || !waiting.delete(connect)) return false;
		if (waiting.size === 0) this.#waiting.delete(key);
		this.remote?.waiting(this.#waiting.size !== 0);
		return true;
	}

	/** Gives up every connect of this scope that waits, with what was written to it. */
	abandon(scope: object): void {
		for (const [key, waiting] of [...this.#waiting]) {
			for (const connect of [...waiting]) if (connect.scope === scope && this.withdraw(key, connect)) connect.far.close();
		}
	}

	/** Names elsewhere have changed: looks for every name that is waited for. */
	seekAll(): void {
		for (const [key, waiting] of [...this.#waiting]) {
			for (const connect of [...waiting]) this.#seekAgain(key, connect);
		}
	}

	#seekAgain(key: string, connect: Connect): void {
		try {
			if (this.remote?.seek(key, connect) === true) this.withdraw(key, connect);
		} catch (error) {
			this.withdraw(key, connect);
			fail(connect, error);
		}
	}
}

function fail(connect: Connect, error: unknown): void {
	connect.failed(error instanceof Error ? error : new Error(String(error)));
	connect.far.close();
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
	far.peerMarks = { send: connecting.sendHighWaterMark, receive: connecting.receiveHighWaterMark };
	near.peerMarks = { send: bound.sendHighWaterMark, receive: bound.receiveHighWaterMark };
	near.connected(bound);
	far.connected(connecting);
	connect.joined(bound);
	binding.accept(far);
	// Raising the limit made room without a read, so nobody has told a writer that waits.
	if (!near.closed && near.writable) near.owner?.onWritable(near);
}
