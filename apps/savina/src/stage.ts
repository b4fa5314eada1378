/**
 * Where a program plays: a system of so many worker threads, and the actors that were spawned on it from outside.
 *
 * Runs on the main thread, which hosts only the actor that waits for the outcome.
 * **Shutdown**: `clear` kills what a run has spawned, so that the next one begins on empty threads.
 */
import type { ActorDefinition, ActorRef, SpawnParameters, System } from "@zloom/runtime";
import { Outcome, type OutcomeFace } from "./outcome.ts";

/** The ref that spawning a definition gives. */
export type RefOf<D> = D extends ActorDefinition<never[], infer H> ? ActorRef<H> : never;

export class Stage {
	readonly threads: number;
	readonly #system: System;
	#spawned: ActorRef<never>[] = [];

	constructor(system: System) {
		this.#system = system;
		this.threads = system.threads;
	}

	/** Thread of the index-th of `count` neighbours: whoever stands beside each other shares a thread. */
	block(index: number, count: number): number {
		return Math.floor((index * this.threads) / count);
	}

	/** Spawns on a thread; numbers beyond the last thread begin again at the first. */
	async spawn<Args extends unknown[], H extends object>(
		definition: ActorDefinition<Args, H>,
		thread: number,
		...args: Args
	): Promise<ActorRef<H>> {
		const options = [{ args, thread: thread % this.threads }] as unknown as SpawnParameters<Args>;
		const ref = await this.#system.spawn(definition, ...options);
		this.#spawned.push(ref as unknown as ActorRef<never>);
		return ref;
	}

	/** Spawns `count` actors, the index-th on the thread that `place` says. */
	spawnAll<Args extends unknown[], H extends object>(
		definition: ActorDefinition<Args, H>,
		count: number,
		place: (index: number) => number,
		args: (index: number) => [...Args],
	): Promise<ActorRef<H>[]> {
		return Promise.all(Array.from({ length: count }, (_, index) => this.spawn(definition, place(index), ...args(index))));
	}

	/** An actor on the main thread that gathers so many reports. */
	async outcome<T>(reports: number): Promise<ActorRef<OutcomeFace<T>>> {
		const ref = await this.#system.spawn(Outcome, { args: [reports], thread: "main" });
		this.#spawned.push(ref as unknown as ActorRef<never>);
		return ref as unknown as ActorRef<OutcomeFace<T>>;
	}

	async clear(): Promise<void> {
		const spawned = this.#spawned;
		this.#spawned = [];
		await Promise.all(spawned.map((ref) => ref.kill()));
	}
}
