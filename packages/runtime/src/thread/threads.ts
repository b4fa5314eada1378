/**
 * The worker threads of a system, by slot: starts them, spreads actors over them, replaces those that die.
 *
 * A slot keeps its index for life; every thread that fills it has a number of its own, never used twice. A slot whose threads
 * die too often (RESTARTS_MAX in RESTART_PERIOD_MS) stays empty.
 * Shutdown: `close()` ends all threads; deaths after it are not replaced.
 */
import type { ResourceLimits } from "node:worker_threads";
import { ActorError } from "../errors.ts";
import type { DeadLetter } from "../host/dead-letters.ts";
import { RESTART_PERIOD_MS, RESTARTS_MAX } from "../limits.ts";
import type { HostOptions } from "../parts.ts";
import { RestartIntensity } from "../restart/restart-intensity.ts";
import { type ExitReason, threadEndText } from "../wire/exit-reason.ts";
import { Thread } from "./thread.ts";

interface Slot {
	readonly index: number;
	/** undefined when the slot was given up. */
	thread: Thread | undefined;
	/** Actors placed here that live. */
	actors: number;
	readonly intensity: RestartIntensity;
}

export interface ThreadsOptions {
	readonly system: string;
	readonly size: number;
	readonly host: HostOptions;
	readonly imports: readonly string[];
	readonly resourceLimits: ResourceLimits | undefined;
	/** A thread has ended; its actors are gone. */
	readonly onDown: (thread: number, reason: ExitReason) => void;
	readonly log: (text: string) => void;
}

export class Threads {
	readonly #options: ThreadsOptions;
	readonly #slots: Slot[] = [];
	readonly #alive = new Set<number>();
	#lastNumber = 0;
	#closing = false;
	#next = 0;

	constructor(options: ThreadsOptions) {
		this.#options = options;
	}

	/** @throws ActorError ERR_THREAD_START */
	async start(): Promise<void> {
		for (let index = 0; index < this.#options.size; index++)
			this.#slots.push({ index, thread: undefined, actors: 0, intensity: new RestartIntensity() });
		for (const slot of this.#slots) this.#fill(slot);
		const results = await Promise.allSettled(this.#slots.map((slot) => slot.thread?.ready));
		const failed = results.find((result) => result.status === "rejected");
		if (failed === undefined) return;
		await this.close();
		throw failed.reason;
	}

	get size(): number {
		return this.#slots.length;
	}

	/** True while the thread with this number lives. */
	alive(thread: number): boolean {
		return this.#alive.has(thread);
	}

	/** The last dead letters of all threads. */
	async deadLetters(): Promise<DeadLetter[]> {
		return (await Promise.all(this.#slots.map(({ thread }) => thread?.deadLetters() ?? []))).flat();
	}

	/** The living threads that have started. */
	started(): Thread[] {
		return this.#slots.flatMap(({ thread }) => (thread?.started === true && thread.alive ? [thread] : []));
	}

	/** Numbers of the living threads. */
	numbers(): Iterable<number> {
		return this.#alive;
	}

	/**
	 * Where a new actor goes: the given slot, or the one with the fewest actors. Waits for a replacement that is starting.
	 * Call `done` when the actor has ended.
	 * @throws ActorError ERR_BAD_OPTION, ERR_THREAD_DOWN
	 */
	async place(index: number | undefined): Promise<{ thread: number; done: () => void }> {
		const slot = index === undefined ? this.#leastLoaded() : this.#slots[index];
		if (slot === undefined)
			throw new ActorError("ERR_BAD_OPTION", `thread must be "main" or an index below ${this.#slots.length}, got ${String(index)}`);
		slot.actors += 1;
		let counted = true;
		const done = (): void => {
			if (!counted) return;
			counted = false;
			slot.actors -= 1;
		};
		try {
			return { thread: await this.#readyThread(slot), done };
		} catch (error) {
			done();
			throw error;
		}
	}

	/** The thread of a slot once it is ready; one that dies while it starts has a successor. */
	async #readyThread(slot: Slot): Promise<number> {
		for (;;) {
			const { thread } = slot;
			if (thread === undefined)
				throw new ActorError(
					"ERR_THREAD_DOWN",
					`Thread slot ${slot.index} was given up, its threads died too often: look at what they log`,
				);
			try {
				await thread.ready;
				return thread.number;
			} catch (error) {
				if (this.#closing || slot.thread === thread) throw error;
			}
		}
	}

	/** Ends the thread in a slot at once; it is replaced. */
	async kill(index: number): Promise<void> {
		const slot = this.#slots[index];
		if (slot === undefined)
			throw new ActorError("ERR_BAD_OPTION", `There is no thread ${index}: indices go from 0 to ${this.#slots.length - 1}`);
		await slot.thread?.terminate();
	}

	/** Ends all threads. */
	async close(): Promise<void> {
		this.#closing = true;
		await Promise.all(this.#slots.map((slot) => slot.thread?.close()));
	}

	#leastLoaded(): Slot | undefined {
		let best: Slot | undefined;
		this.#next += 1;
		for (let i = 0; i < this.#slots.length; i++) {
			const slot = this.#slots[(this.#next + i) % this.#slots.length] as Slot;
			if (slot.thread !== undefined && (best === undefined || slot.actors < best.actors)) best = slot;
		}
		return best ?? this.#slots[0];
	}

	#fill(slot: Slot): void {
		this.#lastNumber += 1;
		const { system, host, imports, resourceLimits } = this.#options;
		const thread = new Thread({
			data: { zloomRuntimeThread: 1, system, thread: this.#lastNumber, options: host, imports },
			resourceLimits,
			onExit: (ended, reason) => this.#onExit(slot, ended, reason),
		});
		this.#alive.add(thread.number);
		slot.thread = thread;
	}

	#onExit(slot: Slot, thread: Thread, reason: ExitReason): void {
		this.#alive.delete(thread.number);
		if (this.#closing) {
			this.#options.onDown(thread.number, reason);
			return;
		}
		const { error } = reason;
		// The stack of an error of ours says nothing: it was made here.
		const text = error instanceof ActorError ? error.message : ((error as Error)?.stack ?? String(error));
		const why = error === undefined ? "" : `: ${text}`;
		this.#options.log(`thread ${thread.number} ${threadEndText(reason)}${why}`);
		if (!slot.intensity.died(performance.now())) {
			slot.thread = undefined;
			this.#options.log(`thread slot ${slot.index} is given up: more than ${RESTARTS_MAX} threads died within ${RESTART_PERIOD_MS} ms`);
		} else this.#fill(slot);
		this.#options.onDown(thread.number, reason);
	}
}
