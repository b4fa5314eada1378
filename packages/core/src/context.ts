/**
 * A context: a namespace of inproc names with its own ZAP handler, options that all its sockets begin with, and one end for all.
 *
 * The default context spans all threads of the process: a worker that imports this package is in it. `new Context()` has a
 * namespace of its own; contexts that are given the same `namespace`, in whatever thread, share it: a worker joins one by
 * `new Context({ namespace })`. Other transports know no contexts.
 *
 * With `io: "worker"` a context has an I/O thread of its own (io-thread/); its sockets stay in the thread that makes them.
 *
 * **Shutdown**: `terminate()` closes all sockets that this very context has made, and settles when what lingers, of sockets
 * that were closed before too, was delivered or given up, and the I/O thread has ended. The default context has no end: it lives as long as its thread.
 */
import { randomBytes } from "node:crypto";
import type { Endpoint } from "./endpoint/endpoint.ts";
import { ZmqError } from "./errors.ts";
import { IoThread } from "./io-thread/io-thread.ts";
import { NAMESPACE_BYTES_MAX } from "./limits.ts";
import { checkOptionDefaults } from "./option/option-defaults.ts";
import { checkOption, type SocketOptionsInput } from "./option/options.ts";
import type { Socket, SocketContext } from "./socket/socket.ts";
import { inprocDirectory } from "./transport/inproc-threads.ts";
import type { Transport } from "./transport/transport.ts";
import { TRANSPORTS } from "./transports.ts";
import { hold, release } from "./wait/keep-alive.ts";

/** What the constructor of {@link Context} takes. */
export interface ContextOptions {
	/** Who else gives this name shares the inproc names. 1 to 64 of A-Z a-z 0-9 . _ ~ - ; default: one that nobody else has. */
	readonly namespace?: string;
	/**
	 * Where tcp, ipc, ws, wss and udp run, with their encryption, heartbeats and reconnects: `"inline"` (the default) in the thread of
	 * the sockets, `"worker"` in a thread of its own that the context starts at the first such bind or connect. A thread that computes
	 * for long then keeps its peers; each message costs a way through shared memory more.
	 */
	readonly io?: "inline" | "worker";
	/** The file of `@zloom/core/io-worker`, for programs that are bundled without node_modules. Default: where the package has it. */
	readonly ioWorker?: URL | string;
	/** What each socket begins with, where its type has that option and its constructor was not given another value. */
	readonly socketOptions?: Readonly<SocketOptionsInput>;
}

const NAMESPACE_PATTERN = new RegExp(`^[A-Za-z0-9._~-]{1,${NAMESPACE_BYTES_MAX}}$`);
/** What the default context is made of. */
const OF_ALL_THREADS: ContextOptions = {};

function checkNamespace(namespace: unknown): string {
	if (namespace === undefined) return `~${randomBytes(9).toString("hex")}`;
	if (typeof namespace === "string" && NAMESPACE_PATTERN.test(namespace)) return namespace;
	throw new ZmqError("EINVAL", `A namespace has 1 to ${NAMESPACE_BYTES_MAX} of A-Z a-z 0-9 . _ ~ - , got ${JSON.stringify(namespace)}`);
}

function checkLinger(options: { readonly lingerMs?: number }): number | undefined {
	if (typeof options !== "object" || options === null)
		throw new ZmqError("EINVAL", `The options of terminate must be an object, got ${String(options)}`);
	const { lingerMs } = options;
	if (lingerMs !== undefined) checkOption("PAIR", "linger", lingerMs);
	return lingerMs;
}

/**
 * A namespace of inproc names, with an authenticator, option defaults and an end of its own.
 *
 * Who does not care never meets one: sockets are made in the default context, which spans all threads of the process.
 */
export class Context implements SocketContext {
	/** Give it to `new Context({ namespace })` in another thread to share inproc names; empty: the default context. */
	readonly namespace: string;
	/** @internal */
	readonly socketOptions: Readonly<SocketOptionsInput>;
	/** Undefined for the default context, which closes no sockets and must not keep any. */
	readonly #sockets: Set<Socket> | undefined;
	/** Ends of closed sockets that are not settled. */
	readonly #ending = new Set<Promise<void>>();
	readonly #io: IoThread | undefined;
	#ended: Promise<void> | undefined;

	/** @throws ZmqError EINVAL */
	constructor(options: ContextOptions = {}) {
		if (typeof options !== "object" || options === null)
			throw new ZmqError("EINVAL", `The options of a context must be an object, got ${String(options)}`);
		const { socketOptions = {}, io = "inline", ioWorker } = options;
		if (io !== "inline" && io !== "worker")
			throw new ZmqError("EINVAL", `The option io of a context must be "inline" or "worker", got ${JSON.stringify(io)}`);
		checkOptionDefaults(socketOptions);
		this.socketOptions = { ...socketOptions };
		this.namespace = options === OF_ALL_THREADS ? "" : checkNamespace(options.namespace);
		this.#io = io === "worker" ? new IoThread(TRANSPORTS, ioWorker) : undefined;
		this.#sockets = options === OF_ALL_THREADS ? undefined : new Set();
	}

	/** True once `terminate()` was called. */
	get terminated(): boolean {
		return this.#ended !== undefined;
	}

	/**
	 * Closes all sockets of this context, and waits until their addresses are free and what lingers is delivered or given up. No more
	 * sockets can be made in it; what waits for inproc names that nobody has bound is dropped. Rejects with ENOTSUP on the default context, and with EINVAL.
	 * @param options `lingerMs` instead of the `linger` of sockets that are open: with -1, their default, this waits for peers for
	 *   as long as they take
	 */
	terminate(options: { readonly lingerMs?: number } = {}): Promise<void> {
		const sockets = this.#sockets;
		if (sockets === undefined)
			return Promise.reject(
				new ZmqError("ENOTSUP", "The default context ends with its thread; make one by new Context() to end it before"),
			);
		try {
			this.#ended ??= this.#end([...sockets], checkLinger(options));
		} catch (error) {
			return Promise.reject(error);
		}
		return this.#ended;
	}

	/** As {@link terminate} without options: for `await using`. */
	[Symbol.asyncDispose](): Promise<void> {
		return this.terminate();
	}

	/** @internal @throws ZmqError EPROTONOSUPPORT */
	transport(scheme: Endpoint["scheme"]): Transport {
		const transport = (this.#io?.transports ?? TRANSPORTS).get(scheme);
		if (transport === undefined) throw new ZmqError("EPROTONOSUPPORT", `The transport ${scheme} is not carried by this build`);
		return transport;
	}

	/** @internal */
	opened(socket: Socket): void {
		if (this.terminated) throw new ZmqError("EBADF", "The context is terminated: no more sockets can be made in it");
		this.#sockets?.add(socket);
	}

	/** @internal */
	closed(socket: Socket, ended: Promise<void>): void {
		if (this.#sockets?.delete(socket) !== true) return;
		this.#ending.add(ended);
		ended.finally(() => this.#ending.delete(ended));
	}

	async #end(sockets: readonly Socket[], lingerMs: number | undefined): Promise<void> {
		for (const socket of sockets) {
			if (lingerMs !== undefined) socket.linger = lingerMs;
			socket.close();
		}
		hold();
		try {
			await Promise.all(this.#ending);
			await this.#io?.end();
		} finally {
			inprocDirectory().abandon(this);
			release();
		}
	}
}

/** The default context of this thread. */
export const context: Context = new Context(OF_ALL_THREADS);
