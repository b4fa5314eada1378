/**
 * The threads that tasks of one system run in: a pool of piscina, made at the first task, on the main thread.
 *
 * Threads start at need, up to the size of the pool, and end when they have had nothing to do for a while; an idle pool does not hold the
 * process. Each thread runs one task at a time, so that an abort, which ends the thread, ends that task alone.
 *
 * Shutdown: `close` ends all threads; every task, waiting or running, rejects with the error that it is given.
 */
import { fileURLToPath } from "node:url";
import { hold, release } from "@zloom/core/internal";
import type { Piscina } from "piscina";
import { ActorError } from "../errors.ts";
import { TASK_THREAD_IDLE_MS, TASKS_MAX } from "../limits.ts";
import type { TaskAnswer, TaskOrder } from "./task-order.ts";

function entryPath(): string {
	// As for actors: from the source, too, the threads run what is built.
	const url = import.meta.url.endsWith(".ts")
		? new URL("../../dist/task/task-entry.js", import.meta.url)
		: new URL("./task-entry.js", import.meta.url);
	return fileURLToPath(url);
}

export interface TaskPoolOptions {
	/** Threads at most. */
	readonly threads: number;
	/** A thread ended while it had nothing to do. */
	readonly log: (error: unknown) => void;
}

export class TaskPool {
	readonly #options: TaskPoolOptions;
	#pool: Promise<Piscina> | undefined;
	/** Tasks that wait or run. */
	#tasks = 0;
	#closed: ActorError | undefined;

	constructor(options: TaskPoolOptions) {
		this.#options = options;
	}

	/** Tasks that wait or run. */
	get size(): number {
		return this.#tasks;
	}

	/**
	 * Runs a task; settles with its answer, also when that is an error.
	 *
	 * @throws ActorError ERR_CANCELLED, ERR_OVERLOADED, ERR_THREAD_DOWN, ERR_SYSTEM_STOPPED
	 */
	async run(order: TaskOrder, signal: AbortSignal | undefined): Promise<TaskAnswer> {
		if (this.#closed !== undefined) throw this.#closed;
		if (isAborted(signal)) throw cancelled(order, signal);
		if (this.#tasks >= TASKS_MAX)
			throw new ActorError("ERR_OVERLOADED", `${TASKS_MAX} tasks wait or run: await some of them before you offload ${order.name}`);
		this.#tasks += 1;
		hold();
		try {
			this.#pool ??= this.#open();
			const pool = await this.#pool;
			const { movable, ...task } = order;
			const options = { ...(signal === undefined ? {} : { signal }), transferList: [...movable] };
			return (await pool.run({ ...task, movable: [] } satisfies TaskOrder, options)) as TaskAnswer;
		} catch (error) {
			if (this.#closed !== undefined) throw this.#closed;
			if (isAborted(signal)) throw cancelled(order, signal);
			throw new ActorError("ERR_THREAD_DOWN", `The thread of the task ${order.name} has ended: ${(error as Error).message}`, {
				cause: error,
			});
		} finally {
			this.#tasks -= 1;
			release();
		}
	}

	async close(error: ActorError): Promise<void> {
		this.#closed = error;
		const pool = await this.#pool;
		await pool?.destroy();
	}

	async #open(): Promise<Piscina> {
		const { Piscina } = await import("piscina");
		if (this.#closed !== undefined) throw this.#closed;
		const pool = new Piscina({
			filename: entryPath(),
			minThreads: 0,
			maxThreads: this.#options.threads,
			idleTimeout: TASK_THREAD_IDLE_MS,
			concurrentTasksPerWorker: 1,
			recordTiming: false,
		});
		pool.on("error", this.#options.log);
		return pool;
	}
}

/** A call, because the compiler takes what it has seen of a signal to stay so. */
function isAborted(signal: AbortSignal | undefined): boolean {
	return signal?.aborted === true;
}

function cancelled(order: TaskOrder, signal: AbortSignal | undefined): ActorError {
	return new ActorError("ERR_CANCELLED", `The task ${order.name} was cancelled by its signal`, { cause: signal?.reason });
}
