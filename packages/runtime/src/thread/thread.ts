/**
 * One worker thread of a system, as the main thread owns it: start, ready handshake, end.
 *
 * The worker is referenced only until it is ready: an idle system lets the process exit by itself.
 * Shutdown: `close` asks the worker to end and terminates it when it does not within a second. However it ends (terminate, process.exit,
 * an uncaught exception, no more memory), `onExit` is called once, after `ready` has settled.
 */
import { type ResourceLimits, Worker } from "node:worker_threads";
import { ActorError } from "../errors.ts";
import type { DeadLetter } from "../host/dead-letters.ts";
import { DEAD_LETTERS_TIMEOUT_MS, THREAD_START_TIMEOUT_MS } from "../limits.ts";
import type { HostOptions } from "../parts.ts";
import { HeartReader, makeHeartMemory, type Pulse } from "../turns/heart.ts";
import type { ExitReason } from "../wire/exit-reason.ts";
import type { Watched } from "./watchdog.ts";

/** What a worker gets at its start. */
export interface ThreadData {
	readonly zloomRuntimeThread: 1;
	readonly system: string;
	readonly thread: number;
	readonly options: HostOptions;
	/** Modules to import before the thread is ready. */
	readonly imports: readonly string[];
	/** What the thread is at; see turns/heart.ts. */
	readonly heart: SharedArrayBuffer;
}

export interface ThreadOptions {
	readonly data: Omit<ThreadData, "heart">;
	readonly resourceLimits: ResourceLimits | undefined;
	/** The reason is of kind "thread". */
	readonly onExit: (thread: Thread, reason: ExitReason) => void;
}

/** From a worker to the main thread. */
export type ThreadReport =
	| { readonly zloom: "ready" }
	| { readonly zloom: "failed"; readonly message: string }
	| { readonly zloom: "letters"; readonly letters: readonly DeadLetter[] }
	| { readonly zloom: "closed" };

const CLOSE_TIMEOUT_MS = 1000;

function entryUrl(): URL {
	// Beside this file when built; workers cannot be started from TypeScript on every Node, so the source uses the built one too.
	return import.meta.url.endsWith(".ts")
		? new URL("../../dist/thread/thread-entry.js", import.meta.url)
		: new URL("./thread-entry.js", import.meta.url);
}

export class Thread implements Watched {
	readonly number: number;
	/** Rejects with ERR_THREAD_START. */
	readonly ready: Promise<void>;
	/** Settles when the worker has ended. */
	readonly exited: Promise<void>;
	alive = true;
	started = false;
	readonly #worker: Worker;
	readonly #heart: HeartReader;
	/** Why it was ended, when it was ended from here. */
	#ended: ExitReason | undefined;
	/** While they are asked for. */
	#letters: Promise<readonly DeadLetter[]> | undefined;
	#reason: ExitReason = { kind: "thread" };

	constructor(options: ThreadOptions) {
		const heart = makeHeartMemory();
		this.#heart = new HeartReader(heart);
		const data: ThreadData = { ...options.data, heart };
		this.number = data.thread;
		this.#worker = new Worker(entryUrl(), {
			workerData: data,
			name: `zloom ${data.thread}`,
			...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits }),
		});
		let cause: unknown;
		this.#worker.on("error", (error) => {
			cause = error;
		});
		this.exited = new Promise((resolve) => {
			this.#worker.once("exit", (exitCode) => {
				this.alive = false;
				this.#reason = this.#endOf(exitCode, cause);
				resolve();
			});
		});
		this.ready = this.#untilReady(() => cause);
		this.ready.then(
			() => {
				this.started = true;
				this.#worker.unref();
			},
			() => this.#worker.terminate(),
		);
		void this.exited.then(() => options.onExit(this, this.#reason));
	}

	#endOf(exitCode: number, error: unknown): ExitReason {
		if ((error as { code?: unknown } | undefined)?.code === "ERR_WORKER_OUT_OF_MEMORY") return { kind: "thread", how: "memory", error };
		if (error !== undefined) return { kind: "thread", how: "uncaught", error };
		return this.#ended ?? { kind: "thread", how: "exit", exitCode };
	}

	pulse(): Pulse {
		return this.#heart.read();
	}

	call(): void {
		this.#worker.postMessage({ zloom: "beat" });
	}

	idleMs(): number {
		return this.#worker.performance.eventLoopUtilization().idle;
	}

	/** The last dead letters of this thread; none when it has ended, or is blocked. */
	deadLetters(): Promise<readonly DeadLetter[]> {
		if (!this.alive) return Promise.resolve([]);
		this.#letters ??= this.#askForLetters().finally(() => {
			this.#letters = undefined;
		});
		return this.#letters;
	}

	#askForLetters(): Promise<readonly DeadLetter[]> {
		return new Promise((resolve) => {
			const settle = (letters: readonly DeadLetter[]): void => {
				clearTimeout(timer);
				this.#worker.off("message", take);
				resolve(letters);
			};
			const take = (report: ThreadReport): void => {
				if (report?.zloom === "letters") settle(report.letters);
			};
			const timer = setTimeout(settle, DEAD_LETTERS_TIMEOUT_MS, []);
			this.#worker.on("message", take);
			void this.exited.then(() => settle([]));
			this.#worker.postMessage({ zloom: "letters" });
		});
	}

	/** Ends the worker at once, for that reason. */
	end(reason: ExitReason): void {
		if (!this.alive) return;
		this.#ended ??= reason;
		void this.#worker.terminate();
	}

	/** Ends the worker at once, from outside; settles when it has ended. */
	async terminate(): Promise<void> {
		this.end({ kind: "thread", how: "terminated" });
		await this.exited;
	}

	/** Ends the worker in good order, or at once when it does not answer. */
	async close(): Promise<void> {
		if (this.alive) {
			this.#worker.ref();
			const timer = setTimeout(() => void this.#worker.terminate(), CLOSE_TIMEOUT_MS);
			this.#worker.on("message", (report: ThreadReport) => {
				if (report?.zloom === "closed") void this.#worker.terminate();
			});
			this.#worker.postMessage({ zloom: "close" });
			await this.exited;
			clearTimeout(timer);
		}
		await this.exited;
	}

	#untilReady(cause: () => unknown): Promise<void> {
		return new Promise((resolve, reject) => {
			const fail = (why: string): void => {
				clearTimeout(timer);
				const error = cause();
				reject(
					new ActorError("ERR_THREAD_START", `Thread ${this.number} did not start: ${why}`, error === undefined ? {} : { cause: error }),
				);
			};
			const timer = setTimeout(() => fail(`it was not ready within ${THREAD_START_TIMEOUT_MS} ms`), THREAD_START_TIMEOUT_MS);
			this.#worker.on("message", (report: ThreadReport) => {
				if (report?.zloom === "ready") {
					clearTimeout(timer);
					resolve();
				} else if (report?.zloom === "failed") fail(report.message);
			});
			void this.exited.then(() => fail(`it ended first${cause() === undefined ? "" : `: ${(cause() as Error).message}`}`));
		});
	}
}
