/**
 * createSystem: the actors of one process, on its main thread and its worker threads, and the way to other nodes.
 *
 * Runs on the main thread. It holds the event loop only while something is awaited: a system that is idle and was not
 * stopped lets the process exit by itself.
 * Shutdown: `stop` refuses new actors, stops the top-level ones (the youngest first; each drains), leaves the nodes, ends the
 * threads, and settles whatever is left with ERR_SYSTEM_STOPPED. It never hangs: an actor that does not drain in time is killed.
 */
import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import type { ResourceLimits } from "node:worker_threads";
import { connectPipe, hold, listenPipes, release } from "@zloom/core/internal";
import { anonymousName, joinAddress, LOCAL_NODE } from "../address.ts";
import type {
	ActorDefinition,
	ActorRef,
	ChildSpecs,
	SpawnOptions,
	SpawnParameters,
	SuperviseOptions,
	Supervisor,
} from "../definition/actor-types.ts";
import { checkTimeout } from "../definition/faces.ts";
import { importModule } from "../definition/load-module.ts";
import type { OffloadParameters, TaskDefinition } from "../definition/task-types.ts";
import { ActorError } from "../errors.ts";
import type { DeadLetter } from "../host/dead-letters.ts";
import { dispatch } from "../host/dispatch.ts";
import { Host } from "../host/host.ts";
import {
	ASK_TIMEOUT_MS_DEFAULT,
	HELD_MESSAGES_MAX_DEFAULT,
	MAILBOX_MESSAGES_DEFAULT,
	STOP_TIMEOUT_MS_DEFAULT,
	THREADS_MAX,
} from "../limits.ts";
import type { HostOptions } from "../parts.ts";
import { Pipeline, type PipelineSource } from "../pool/pipeline.ts";
import { type ActorPool, createPool, type MemberSpawner, type PoolOptions, type PoolParameters, type Routing } from "../pool/pool.ts";
import { Ref } from "../ref/ref.ts";
import type { Link, Remote } from "../remote.ts";
import { startSupervisor } from "../supervise/supervisor.ts";
import { makeOrder } from "../task/task-order.ts";
import { TaskPool } from "../task/task-pool.ts";
import { PipeLink, threadPipeName } from "../thread/pipe-link.ts";
import { Threads } from "../thread/threads.ts";
import type { Watchdog } from "../thread/watchdog.ts";
import { envelopeTaker } from "../thread/worker-services.ts";
import { insideRuntimeThread } from "../thread-mark.ts";
import { makeCancelWords } from "../turns/cancel-words.ts";
import { Heart, makeHeartMemory } from "../turns/heart.ts";
import { ALL_THREADS, Flag, Kind, toNode, writeHeader } from "../wire/envelope.ts";
import { type ExitReason, encodeReason } from "../wire/exit-reason.ts";
import { type WatchdogOptions, watchThreads } from "./blocked-threads.ts";
import { MainServices } from "./main-services.ts";
import { Nodes } from "./nodes.ts";

/** What createSystem takes; all of it optional. */
export interface SystemOptions {
	/** Worker threads; 0 puts every actor on the main thread. Default: one per core. */
	readonly threads?: number;
	/** Brings tcp:// and ipc:// addresses: `cluster({ listen })` of @zloom/cluster. */
	readonly remote?: Remote;
	/** How long an ask waits when the call does not say, ms. Default 30,000; Infinity = without end. */
	readonly askTimeoutMs?: number;
	/** Same-thread messages go through the codec too, so that mistakes show early. Default: unless NODE_ENV is "production". */
	readonly checked?: boolean;
	/** Credit of a sending thread or node towards one actor, messages. Default 1000. */
	readonly mailboxMessages?: number;
	/** Messages that may wait for credit per actor. Default 10,000. */
	readonly heldMessagesMax?: number;
	/** Heap limits of each worker thread, as `worker_threads` takes them. */
	readonly resourceLimits?: ResourceLimits;
	/** Threads of the task pool at most, which `offload` runs tasks in; they start at need. Default: one per core. */
	readonly taskThreads?: number;
	/** Which modules other nodes may have imported here. Default: all. */
	readonly modules?: (url: string) => boolean;
	/** Module URLs that every thread imports at its start, so that their actors are known by name. */
	readonly imports?: readonly string[];
	/** What is done about a thread that is blocked by a handler that does not come back; false: nothing. Default: it is told after 5 s. */
	readonly watchdog?: WatchdogOptions | false;
}

/** Counters of a system's main thread. */
export interface SystemStatistics {
	/** Messages that no actor took. */
	readonly deadLetters: number;
	/** Those of them that were dropped because a mailbox was full (`overflow`). */
	readonly dropped: number;
	/** Answers that came after their ask had settled. */
	readonly lateReplies: number;
	/** Asks, streams and spawns in flight. */
	readonly pending: number;
}

function checkInteger(value: number, name: string, least: number, most: number): number {
	if (!Number.isInteger(value) || value < least || value > most)
		throw new ActorError("ERR_BAD_OPTION", `${name} must be an integer from ${least} to ${most}, got ${String(value)}`);
	return value;
}

function hostOptions(options: SystemOptions): HostOptions {
	checkTimeout(options.askTimeoutMs, "askTimeoutMs");
	return {
		askTimeoutMs: options.askTimeoutMs ?? ASK_TIMEOUT_MS_DEFAULT,
		checked: options.checked ?? process.env.NODE_ENV !== "production",
		mailboxMessages: checkInteger(options.mailboxMessages ?? MAILBOX_MESSAGES_DEFAULT, "mailboxMessages", 2, 2 ** 31),
		heldMessagesMax: checkInteger(options.heldMessagesMax ?? HELD_MESSAGES_MAX_DEFAULT, "heldMessagesMax", 0, 2 ** 31),
		cancelWords: makeCancelWords(),
	};
}

/**
 * Starts a system; settles when its threads are ready and its remote listens.
 *
 * @throws ActorError ERR_INSIDE_THREAD, ERR_BAD_OPTION, ERR_THREAD_START, ERR_MODULE; what the remote's start rejects with
 */
export async function createSystem(options: SystemOptions = {}): Promise<System> {
	if (insideRuntimeThread())
		throw new ActorError(
			"ERR_INSIDE_THREAD",
			"createSystem was called inside a thread of a system: move defineActor into a module of its own, which starts no system, or use ctx.spawn",
		);
	const size = checkInteger(options.threads ?? availableParallelism(), "threads", 0, THREADS_MAX);
	const system = new System(options, hostOptions(options), size);
	hold();
	try {
		await system.start(options.imports ?? []);
	} finally {
		release();
	}
	return system;
}

/** The actors of one process; made by {@link createSystem}. It belongs to the main thread. */
export class System {
	readonly #host: Host;
	readonly #services: MainServices;
	readonly #threads: Threads;
	readonly #watchdog: Watchdog | undefined;
	readonly #nodes: Nodes;
	readonly #tasks: TaskPool;
	readonly #remote: Remote | undefined;
	readonly #links = new Map<number, Link>();
	readonly #accepted = new Set<Link>();
	readonly #id = randomUUID();
	/** A pool replaces its members itself. */
	readonly #spawner: MemberSpawner = { spawnUntyped: (definition, options) => this.#spawn(definition, options, false) };
	#listener: { close(): void } | undefined;
	#stopping: Promise<void> | undefined;

	/** @internal Use {@link createSystem}. */
	constructor(options: SystemOptions, hostOptions: HostOptions, size: number) {
		this.#remote = options.remote;
		const host = new Host(0, hostOptions, new Heart(makeHeartMemory()));
		this.#host = host;
		const onDown = (node: number, thread: number, reason: ExitReason): void => this.#onDown(node, thread, reason);
		this.#threads = new Threads({
			system: this.#id,
			size,
			host: hostOptions,
			imports: options.imports ?? [],
			resourceLimits: options.resourceLimits,
			onDown: (thread, reason) => onDown(0, thread, reason),
			log: (text) => host.log("zloom", [text]),
		});
		this.#watchdog = watchThreads(options.watchdog, {
			threads: () => this.#threads.started(),
			addressOf: (thread, actor) =>
				host.peer(0, thread).targets.get(actor)?.address ?? joinAddress(LOCAL_NODE, anonymousName(thread, actor)),
			log: (text) => host.log("zloom", [text]),
		});
		this.#nodes = new Nodes({
			host,
			remote: options.remote,
			threadLink: (thread) => (this.#threads.alive(thread) ? this.#threadLink(thread) : undefined),
			onDown,
		});
		this.#tasks = new TaskPool({
			threads: checkInteger(options.taskThreads ?? availableParallelism(), "taskThreads", 1, THREADS_MAX),
			log: (error) => host.log("zloom", ["a thread of the task pool ended:", error]),
		});
		const { modules } = options;
		this.#services = new MainServices({ host, nodes: this.#nodes, threads: this.#threads, tasks: this.#tasks, modules, onDown });
		host.services = this.#services;
		host.linkTo = (node, thread) => {
			if (node === 0) return this.#threadLink(thread);
			const link = this.#nodes.link(node);
			if (link === undefined) throw new ActorError("ERR_NODE_DOWN", "The connection to the node was lost: try again when it is back");
			return link;
		};
	}

	/** @internal */
	async start(imports: readonly string[]): Promise<void> {
		const taker = envelopeTaker(this.#host, (header, frames) => {
			const node = toNode(header);
			if (node === 0) dispatch(this.#host, header, frames);
			else this.#nodes.forward(node, header, frames);
		});
		const takerThatForgets = { onEnvelope: taker.onEnvelope, onClosed: (link: Link) => void this.#accepted.delete(link) };
		this.#listener = listenPipes(threadPipeName(this.#id, 0), (pipe) =>
			this.#accepted.add(new PipeLink(pipe, "a worker thread", takerThatForgets)),
		);
		try {
			for (const url of imports) await importModule(url);
			await this.#threads.start();
			if (this.#threads.size > 0) this.#watchdog?.start();
			await this.#remote?.start({ accept: (link) => this.#nodes.accept(link) });
		} catch (error) {
			await this.stop();
			throw error;
		}
	}

	/** Worker threads. */
	get threads(): number {
		return this.#threads.size;
	}

	/** Counters of the main thread, from the start of the system on. */
	get statistics(): SystemStatistics {
		return {
			deadLetters: this.#host.deadLetters.count,
			dropped: this.#host.deadLetters.dropped,
			lateReplies: this.#host.requests.lateReplies,
			pending: this.#host.requests.size,
		};
	}

	/**
	 * The last messages that no actor took, the oldest first: up to 256 of each thread that lives and answers within a second. Each is also
	 * published in the channel `zloom:dead-letter` of `node:diagnostics_channel`, on its own thread.
	 */
	async deadLetters(): Promise<DeadLetter[]> {
		hold();
		try {
			const letters = [...this.#host.deadLetters.recent(), ...(await this.#threads.deadLetters())];
			return letters.sort((a, b) => a.at - b.at);
		} finally {
			release();
		}
	}

	/**
	 * Creates an actor; settles when its setup is done.
	 *
	 * @throws ActorError ERR_BAD_ADDRESS, ERR_NO_REMOTE, ERR_NAME_TAKEN, ERR_NODE_DOWN, ERR_THREAD_DOWN, ERR_MODULE,
	 *   ERR_UNKNOWN_DEFINITION, ERR_SETUP_FAILED, ERR_NOT_SENDABLE, ERR_SYSTEM_STOPPED
	 */
	async spawn<Args extends unknown[], H extends object>(
		definition: ActorDefinition<Args, H>,
		...parameters: SpawnParameters<Args>
	): Promise<ActorRef<H>> {
		return (await this.#spawn(
			definition as unknown as ActorDefinition,
			(parameters[0] ?? {}) as SpawnOptions<unknown[]>,
		)) as unknown as ActorRef<H>;
	}

	async #spawn(definition: ActorDefinition, options: SpawnOptions<unknown[]>, returns = true): Promise<Ref> {
		hold();
		try {
			return new Ref(this.#host, await this.#services.spawn(definition, options, returns));
		} finally {
			release();
		}
	}

	/**
	 * A ref to an actor that exists; its name is looked up at the first message (ERR_UNKNOWN_ACTOR when there is none).
	 *
	 * @throws ActorError ERR_BAD_ADDRESS, ERR_NO_REMOTE
	 */
	ref<Args extends unknown[], H extends object>(_definition: ActorDefinition<Args, H>, at: string): ActorRef<H> {
		return Ref.byAddress(this.#host, at) as unknown as ActorRef<H>;
	}

	/**
	 * Starts actors in their order, and starts them again by a strategy when they fail or their thread ends; settles when all are ready. When
	 * that happens too often they end, and `exited` of the supervisor tells (kind "error", ERR_RESTARTS_EXCEEDED).
	 *
	 * @throws as {@link System.spawn}; ERR_SETUP_FAILED with the failure of the child as its cause
	 */
	supervise<C extends ChildSpecs>(options: SuperviseOptions<C>): Promise<Supervisor<C>> {
		return startSupervisor((definition) => this.#spawn(definition, { thread: "main" }), options);
	}

	/** Many actors of one kind behind one face; settles when all are ready. @throws as {@link System.spawn} */
	async pool<Args extends unknown[], H extends object, R extends Routing = "leastLoaded">(
		definition: ActorDefinition<Args, H>,
		...parameters: PoolParameters<Args, R>
	): Promise<ActorPool<H, R>> {
		const pool = await createPool(this.#spawner, definition as unknown as ActorDefinition, parameters[0] as PoolOptions<unknown[]>);
		return pool as unknown as ActorPool<H, R>;
	}

	/** Items from a source, to be sent through stages of actors; an async iterable with credit from end to end. */
	pipeline<T>(source: PipelineSource<T>): Pipeline<T> {
		return new Pipeline<T>(this.#spawner, source);
	}

	/**
	 * Runs a task, which computes without a state, on a thread of the task pool; see `ctx.offload`.
	 *
	 * @throws what the task throws; ActorError ERR_CANCELLED, ERR_NOT_SENDABLE, ERR_OVERLOADED, ERR_THREAD_DOWN, ERR_MODULE,
	 *   ERR_UNKNOWN_DEFINITION, ERR_BAD_OPTION, ERR_SYSTEM_STOPPED
	 */
	async offload<Input, Output>(task: TaskDefinition<Input, Output>, ...parameters: OffloadParameters<Input>): Promise<Output> {
		const [input, options = {}] = parameters;
		const order = makeOrder(task as unknown as TaskDefinition, input, options);
		return (await this.#services.offload(order, options.signal)) as Output;
	}

	/** Ends a worker thread at once, with all its actors; it is replaced. For tests of what a program does then. */
	killThread(index: number): Promise<void> {
		return this.#threads.kill(index);
	}

	/** Stops everything; see Shutdown. Settles when all threads have ended. */
	stop(options: { timeoutMs?: number } = {}): Promise<void> {
		this.#stopping ??= this.#stop(options.timeoutMs ?? STOP_TIMEOUT_MS_DEFAULT);
		return this.#stopping;
	}

	/** As {@link stop} without options: for `await using`. */
	[Symbol.asyncDispose](): Promise<void> {
		return this.stop();
	}

	async #stop(timeoutMs: number): Promise<void> {
		hold();
		try {
			this.#services.refuse(new ActorError("ERR_SYSTEM_STOPPED", "The system is being stopped"));
			await this.#stopActors(timeoutMs);
			this.#watchdog?.close();
			const stopped = new ActorError("ERR_SYSTEM_STOPPED", "The system was stopped");
			this.#host.close(stopped);
			await this.#tasks.close(stopped);
			await this.#remote?.stop();
			await this.#threads.close();
			this.#listener?.close();
			for (const link of [...this.#links.values(), ...this.#accepted]) link.close();
		} finally {
			release();
		}
	}

	/** The youngest first, each drains; all together within the time. A thread that is blocked cannot answer: it ends with its thread. */
	async #stopActors(timeoutMs: number): Promise<void> {
		const deadline = performance.now() + timeoutMs;
		let timer: NodeJS.Timeout | undefined;
		let late = false;
		const timeout = new Promise<void>((resolve) => {
			timer = setTimeout(() => {
				late = true;
				resolve();
			}, timeoutMs);
		});
		for (const target of [...this.#services.topLevel].reverse()) {
			if (late) break;
			await Promise.race([target.stop(Math.max(1, deadline - performance.now())), timeout]);
		}
		clearTimeout(timer);
	}

	#threadLink(thread: number): Link {
		let link = this.#links.get(thread);
		if (link === undefined) {
			const taker = { onEnvelope() {}, onClosed() {} };
			link = new PipeLink(connectPipe(threadPipeName(this.#id, thread)), `thread ${thread}`, taker);
			this.#links.set(thread, link);
		}
		return link;
	}

	/** A thread of ours, a node, or a thread of a node has ended: every thread and node that may wait for it is told. */
	#onDown(node: number, thread: number, reason: ExitReason): void {
		if (node === 0) this.#services.threadDown(thread, reason.error);
		this.#host.hostDown(node, thread, reason);
		if (this.#host.stopped !== undefined) return;
		const why = encodeReason(reason);
		const flags = why.tagged ? Flag.TAGGED : 0;
		for (const other of this.#threads.numbers())
			this.#threadLink(other).send([
				writeHeader({ kind: Kind.HOST_DOWN, flags, toThread: other, a: thread, b: node }),
				...(why.frames as Uint8Array[]),
			]);
		if (node !== 0 || thread === ALL_THREADS) return;
		this.#nodes.sayThreadDown(thread, why);
		this.#links.get(thread)?.close();
		this.#links.delete(thread);
	}
}
