/**
 * Where an actor of a test can live: this thread by reference, this thread in checked mode, a worker thread, and a node by tcp. One system
 * a place; an actor is spawned there by {@link Ground.spawn}.
 */
import { cluster } from "@zloom/cluster";
import { type ActorDefinition, type ActorError, type ActorRef, createSystem, type SpawnParameters, type System } from "@zloom/runtime";
import { afterAll, beforeAll, describe } from "vitest";
import { startNode } from "./node-process.ts";

/** The system of one place. */
export class Ground {
	readonly name: string;
	system!: System;
	#options: { readonly on?: string; readonly thread?: "main" | number } = {};
	#stopNode: (() => Promise<unknown>) | undefined;

	constructor(name: string) {
		this.name = name;
	}

	get isRemote(): boolean {
		return this.name === "of a node, by tcp";
	}

	get isReference(): boolean {
		return this.name === "of this thread";
	}

	async start(): Promise<void> {
		if (this.isRemote) {
			const { process, endpoint } = await startNode("tcp://127.0.0.1:*");
			this.#stopNode = () => process.kill("SIGTERM");
			this.system = await createSystem({ threads: 1, remote: cluster() });
			this.#options = { on: endpoint };
			return;
		}
		const isThread = this.name === "of another thread";
		this.system = await createSystem({ threads: isThread ? 2 : 0, checked: !this.isReference });
		this.#options = { thread: isThread ? 0 : "main" };
	}

	async stop(): Promise<void> {
		await this.system.stop();
		await this.#stopNode?.();
	}

	spawn<Args extends unknown[], H extends object>(definition: ActorDefinition<Args, H>, args: Args): Promise<ActorRef<H>> {
		return this.system.spawn(definition, ...([{ args, ...this.#options }] as unknown as SpawnParameters<Args>));
	}
}

const PLACES = ["of this thread", "of this thread, in checked mode", "of another thread", "of a node, by tcp"] as const;
/** Those where the caller has a thread of its own. */
export const ELSEWHERE = ["of another thread", "of a node, by tcp"] as const;

/** Runs the suite in every place. */
export function everywhere(suite: (ground: Ground) => void, places: readonly string[] = PLACES): void {
	describe.each(places)("an actor %s", (name) => {
		const ground = new Ground(name);
		beforeAll(() => ground.start());
		afterAll(() => ground.stop());
		suite(ground);
	});
}

/** Settles with the error that the promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<ActorError> {
	try {
		await promise;
	} catch (error) {
		return error as ActorError;
	}
	throw new Error("it was expected to reject");
}
