/**
 * The Remote that brings tcp:// and ipc:// addresses to a system of actors: dials nodes, and listens for those that dial.
 *
 * Invariants
 * - One link per dialled node, shared while it lives; a dial that failed is forgotten, the next one tries again.
 * - One timer for all links of the cluster (heartbeats, and the patience with links that are closing).
 * - Main thread of the system only.
 *
 * **Shutdown**: `stop()` gives up dials under way, closes every link (each flushes and says BYE, FLUSH_MS_MAX at most), then
 * closes the listeners, whose ipc files are gone when it settles, and ends the timer. It may be called at any time, also
 * while `start` is under way or has failed; a second call waits for the first.
 */
import { randomBytes } from "node:crypto";
import { ActorError, type Link, type Remote, type RemoteHost } from "@zloom/runtime";
import { dialNode } from "./dialler.ts";
import { CONNECT_TIMEOUT_MS_DEFAULT, DEAD_AFTER_MS_DEFAULT, HEARTBEAT_INTERVAL_MS_DEFAULT, LINKS_MAX_DEFAULT } from "./limits.ts";
import { Listener } from "./listener.ts";
import { checkDialEndpoint, checkListenEndpoint } from "./node-endpoint.ts";
import type { Session } from "./session.ts";
import type { Terms } from "./terms.ts";
import { INCARNATION_BYTES, PROTOCOL_VERSION } from "./wire.ts";

/** Name and version of this package, as peers see it. */
const SOFTWARE = "zloom/0.1.0";
/** What a timer can hold. */
const INTEGER_MAX = 2 ** 31 - 1;

export interface ClusterOptions {
	/** Where other nodes dial in: `tcp://127.0.0.1:7400` (port 0 or * picks one), `ipc:///run/app.sock`. Default: nowhere. */
	readonly listen?: string | readonly string[];
	/** Allows listening on addresses that other machines reach, without encryption or authentication. Default: false. */
	readonly insecure?: boolean;
	/** Longest wait for a dialled node, ms. Default 5000. */
	readonly connectTimeoutMs?: number;
	/** A link that was silent for this long is asked for a sign of life, ms. Default 1000. */
	readonly heartbeatIntervalMs?: number;
	/** A node that was silent for this long is down, ms; at least three heartbeats. Default 5000. */
	readonly deadAfterMs?: number;
	/** Nodes that may be dialled in at once, per endpoint; more are refused. Default 1024. */
	readonly linksMax?: number;
}

/** A {@link Remote} over ZeroMQ. */
export interface Cluster extends Remote {
	/** Where it listens, with wildcards and ports resolved; empty before `start`. */
	readonly endpoints: readonly string[];
	/** Names this life of this node: 32 hexadecimal digits. */
	readonly incarnation: string;
}

/**
 * Makes the remote for one system: `createSystem({ remote: cluster({ listen: "tcp://127.0.0.1:7400" }) })`.
 *
 * A process that listens, or has a link to a node, stays alive until `system.stop()`.
 *
 * @throws ActorError ERR_BAD_OPTION, ERR_BAD_ADDRESS
 */
export function cluster(options: ClusterOptions = {}): Cluster {
	return new ZmqCluster(options);
}

class ZmqCluster implements Cluster {
	readonly schemes: readonly string[] = ["tcp", "ipc"];
	readonly incarnation: string = randomBytes(INCARNATION_BYTES).toString("hex");
	readonly #listen: readonly string[];
	readonly #terms: Terms;
	readonly #listeners: Listener[] = [];
	readonly #sessions = new Set<Session>();
	readonly #dialling = new Map<string, Promise<Session>>();
	/** By node; one that has ended may stay until the node is dialled again. */
	readonly #dialled = new Map<string, Session>();
	/** Sockets that still deliver a BYE. */
	readonly #flushing = new Set<Promise<void>>();
	readonly #stopping = new AbortController();
	#state: "new" | "started" | "stopped" = "new";
	#timer: NodeJS.Timeout | undefined;
	#starting: Promise<void> | undefined;
	#stopped: Promise<void> | undefined;
	/** Called when the last session of a stopping cluster is over. */
	#onIdle: (() => void) | undefined;

	constructor(options: ClusterOptions) {
		const { listen = [], insecure = false } = options;
		this.#listen = typeof listen === "string" ? [listen] : [...listen];
		for (const endpoint of this.#listen) checkListenEndpoint(endpoint, insecure);
		const tickMs = checkInteger("heartbeatIntervalMs", options.heartbeatIntervalMs ?? HEARTBEAT_INTERVAL_MS_DEFAULT);
		const deadAfterMs = checkInteger("deadAfterMs", options.deadAfterMs ?? DEAD_AFTER_MS_DEFAULT);
		if (deadAfterMs < tickMs * 3)
			throw new ActorError("ERR_BAD_OPTION", `deadAfterMs (${deadAfterMs}) must be at least three times heartbeatIntervalMs (${tickMs})`);
		this.#terms = {
			greeting: { version: PROTOCOL_VERSION, incarnation: this.incarnation, software: SOFTWARE },
			connectTimeoutMs: checkInteger("connectTimeoutMs", options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS_DEFAULT),
			linksMax: checkInteger("linksMax", options.linksMax ?? LINKS_MAX_DEFAULT),
			tickMs,
			silentTicksMax: Math.round(deadAfterMs / tickMs),
			began: (session) => this.#sessions.add(session),
			flushing: (done) => this.#onFlushing(done),
			ended: (session) => this.#onEnded(session),
		};
	}

	get endpoints(): readonly string[] {
		return this.#listeners.map((listener) => listener.endpoint);
	}

	start(host: RemoteHost): Promise<void> {
		if (this.#state !== "new")
			return Promise.reject(
				new ActorError("ERR_BAD_OPTION", "One cluster() serves one system once: call cluster() again for another system"),
			);
		this.#state = "started";
		this.#timer = setInterval(() => this.#tick(), this.#terms.tickMs).unref();
		this.#starting = this.#startListening(host);
		return this.#starting;
	}

	async dial(node: string): Promise<Link> {
		if (this.#state !== "started") throw new ActorError("ERR_SYSTEM_STOPPED", `Cannot dial ${node}: the system is not running`);
		const session = this.#dialled.get(node);
		if (session?.open === true) return session;
		let dialling = this.#dialling.get(node);
		if (dialling === undefined) {
			dialling = this.#dial(node);
			this.#dialling.set(node, dialling);
		}
		return dialling;
	}

	stop(): Promise<void> {
		this.#stopped ??= this.#stop();
		return this.#stopped;
	}

	async #dial(node: string): Promise<Session> {
		try {
			checkDialEndpoint(node);
			const session = await dialNode(node, this.#terms, this.#stopping.signal);
			this.#dialled.set(node, session);
			return session;
		} finally {
			this.#dialling.delete(node);
		}
	}

	async #startListening(host: RemoteHost): Promise<void> {
		try {
			for (const endpoint of this.#listen) {
				const listener = new Listener(this.#terms, (session) => host.accept(session));
				this.#listeners.push(listener);
				await listener.bind(endpoint);
			}
		} catch (error) {
			await this.#closeListeners();
			throw error;
		}
	}

	async #stop(): Promise<void> {
		this.#state = "stopped";
		this.#stopping.abort();
		// Its caller hears of a failed start; here only its end matters.
		await this.#starting?.catch(() => undefined);
		for (const session of [...this.#sessions]) session.close();
		if (this.#sessions.size > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
		await this.#closeListeners();
		await Promise.all(this.#flushing);
		clearInterval(this.#timer);
	}

	async #closeListeners(): Promise<void> {
		await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
	}

	#tick(): void {
		for (const session of [...this.#sessions]) session.tick();
	}

	#onFlushing(done: Promise<void>): void {
		const tracked = done.finally(() => this.#flushing.delete(tracked));
		this.#flushing.add(tracked);
	}

	#onEnded(session: Session): void {
		this.#sessions.delete(session);
		if (this.#sessions.size === 0) this.#onIdle?.();
		if (this.#dialled.get(session.peer) === session) this.#dialled.delete(session.peer);
	}
}

function checkInteger(name: string, value: number): number {
	if (Number.isInteger(value) && value >= 1 && value <= INTEGER_MAX) return value;
	throw new ActorError("ERR_BAD_OPTION", `${name} must be an integer from 1 to ${INTEGER_MAX}, got ${String(value)}`);
}
