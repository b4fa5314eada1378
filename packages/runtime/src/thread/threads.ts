/**
 * The worker threads of a system, by slot: starts them, spreads actors over them, replaces those that die.
 *
 * A slot keeps its index for life; every thread that fills it has a number of its own, never used twice. A slot whose threads
 * die too often (RESTARTS_MAX in RESTART_PERIOD_MS) stays empty. An own thread has no slot: it is started for one actor, nothing else
 * is placed on it, it ends with that actor and is not replaced (an actor that comes back gets a new one).
 * Shutdown: `close()` ends all threads; deaths after it are not replaced.
 */
import type { ResourceLimits } from "node:worker_threads";
import { ActorError } from "../errors.ts";
import type { DeadLetter } from "../host/dead-letters.ts";
import { RESTART_PERIOD_MS, RESTARTS_MAX, THREADS_MAX } from "../limits.ts";
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
	/** Threads of one actor each. */
	readonly #own = new Set<Thread>();
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
		return (await Promise.all(this.#all().map((thread) => thread.deadLetters()))).flat();
	}

	/** The living threads that have started. */
	started(): Thread[] {
		return this.#all().filter((thread) => thread.started && thread.alive);
	}

	/** Numbers of the living threads. */
	numbers(): Iterable<number> {
		return this.#alive;
	}

	/** The threads of all slots, and the own ones. */
	#all(): Thread[] {
		return [...this.#slots.flatMap(({ thread }) => thread ?? []), ...this.#own];
	}

	/**
	 * Where a new actor goes: the given slot, the one with the fewest actors, or a thread of its own. Waits for a replacement that is
	 * starting. Call `done` when the actor has ended.
	 * @throws ActorError ERR_BAD_OPTION, ERR_THREAD_DOWN, ERR_THREAD_START, ERR_OVERLOADED
	 */
	async place(index: number | "own" | undefined): Promise<{ thread: number; done: () => void }> {
		if (index === "own") return this.#placeAlone();
		const slot = index === undefined ? this.#leastLoaded() : this.#slots[index];
		if (slot === undefined)
			throw new ActorError("ERR_BAD_OPTION", `thread must be "main", "own" or an index below ${this.#slots.length}, got ${String(index)}`);
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

	async #placeAlone(): Promise<{ thread: number; done: () => void }> {
		if (this.#slots.length + this.#own.size >= THREADS_MAX)
			throw new ActorError(
				"ERR_OVERLOADED",
				`The system has ${THREADS_MAX} threads, the most it may have: end an actor with a thread of its own`,
			);
		if (this.#closing) throw new ActorError("ERR_SYSTEM_STOPPED", "The system is being stopped");
		let ending = false;
		const thread = this.#start((ended, reason) => {
			this.#own.delete(ended);
			this.#ended(ended, reason, ending);
		});
		this.#own.add(thread);
		const done = (): void => {
			if (!ending) void thread.close();
			ending = true;
		};
		await thread.ready;
		return { thread: thread.number, done };
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
		await Promise.all(this.#all().map((thread) => thread.close()));
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

	#start(onExit: (thread: Thread, reason: ExitReason) => void): Thread {
		this.#lastNumber += 1;
		const { system, host, imports, resourceLimits } = this.#options;
		const thread = new Thread({
			data: { zloomRuntimeThread: 1, system, thread: this.#lastNumber, options: host, imports },
			resourceLimits,
			onExit,
		});
		this.#alive.add(thread.number);
		return thread;
	}

	#fill(slot: Slot): void {
		slot.thread = this.#start((ended, reason) => {
			this.#ended(ended, reason, this.#closing, () => this.#replace(slot));
		});
	}

	/** @param expected we ended it ourselves */
	#ended(thread: Thread, reason: ExitReason, expected: boolean, replace?: () => void): void {
		this.#alive.delete(thread.number);
		if (!expected && !this.#closing) {
			const { error } = reason;
			// The stack of an error of ours says nothing: it was made here.
			const text = error instanceof ActorError ? error.message : ((error as Error)?.stack ?? String(error));
			const why = error === undefined ? "" : `: ${text}`;
			this.#options.log(`thread ${thread.number} ${threadEndText(reason)}${why}`);
			replace?.();
		}
		this.#options.onDown(thread.number, reason);
	}

	#replace(slot: Slot): void {
		if (slot.intensity.died(performance.now())) {
			this.#fill(slot);
			return;
		}
		slot.thread = undefined;
		this.#options.log(`thread slot ${slot.index} is given up: more than ${RESTARTS_MAX} threads died within ${RESTART_PERIOD_MS} ms`);
	}
}
