/**
 * The actors that the main thread has placed on worker threads and that come back when their thread dies: under their old name,
 * with fresh state, on the thread that replaces it or another. And those that a supervisor starts again: whatever ended them, they are
 * away until it says so, or gives them up.
 *
 * Other hosts ask where an actor is now (RESOLVE by its address); they are answered once it is back, or with an error once it is
 * given up. What an actor had spawned on other threads ends before it comes back: its setup will spawn that again.
 *
 * Shutdown: `close()` gives up everyone who is away; nobody comes back after it.
 */
import { channel } from "node:diagnostics_channel";
import { nameIn, parseAnonymousName } from "../address.ts";
import { ActorError } from "../errors.ts";
import type { Route, TargetPart } from "../parts.ts";
import { type RestartOptions, RestartPolicy } from "../restart/restart-policy.ts";

const restarts = channel("zloom:restart");

/** Former places by which an actor is still found: enough for refs that were under way when its thread died. */
const PLACES_MAX = 4;

/** An actor that was placed on a thread, and how to have it no longer counted there. */
export interface Placed {
	readonly route: Route;
	readonly done: () => void;
}

export interface ResidentOptions {
	readonly placed: Placed;
	readonly target: TargetPart;
	readonly restart: Required<RestartOptions>;
	/** Its supervisor decides when it begins again, and whether. */
	readonly supervised?: boolean;
	/** Places it once more, under the same name. */
	readonly place: (name: string) => Promise<Placed>;
}

export interface ResidentsOptions {
	readonly alive: (thread: number) => boolean;
	readonly target: (route: Route) => TargetPart;
	readonly log: (address: string, parts: unknown[]) => void;
}

interface Resident extends ResidentOptions {
	readonly policy: RestartPolicy;
	/** The thread and number it had, the latest last. */
	readonly places: string[];
	now: Placed;
	/** While it is away. */
	back: Promise<TargetPart> | undefined;
	/** While it waits for its supervisor's word. */
	word: { resolve(target: TargetPart): void; reject(error: unknown): void } | undefined;
	/** It was stopped or killed while it was away. */
	forgone: boolean;
	/** Cuts the back-off short. */
	wake: (() => void) | undefined;
}

const placeOf = (thread: number, actor: number): string => `${thread}.${actor}`;

function downForGood(name: string): ActorError {
	return new ActorError("ERR_ACTOR_DOWN", `The actor ${name} has ended and does not come back: spawn it again`);
}

export class Residents {
	readonly #options: ResidentsOptions;
	readonly #byPlace = new Map<string, Resident>();
	/** What actors of a thread have spawned on other threads. */
	readonly #children = new Map<number, Set<TargetPart>>();
	#closed = false;

	constructor(options: ResidentsOptions) {
		this.#options = options;
	}

	/** Someone who is to come back. */
	add(options: ResidentOptions): void {
		if (options.restart.kind === "temporary" && options.supervised !== true) return;
		const resident: Resident = {
			...options,
			policy: new RestartPolicy(options.restart),
			places: [],
			now: options.placed,
			back: undefined,
			word: undefined,
			forgone: false,
			wake: undefined,
		};
		this.#settle(resident, options.placed);
		void options.target.exited.then(() => {
			for (const place of resident.places) this.#byPlace.delete(place);
			// Where it was placed last: the first place is told by whoever placed it there.
			resident.now.done();
		});
	}

	/** An actor that one of another thread has spawned: it does not outlive that thread. */
	addChild(parentThread: number, child: TargetPart): void {
		let children = this.#children.get(parentThread);
		if (children === undefined) {
			children = new Set();
			this.#children.set(parentThread, children);
		}
		children.add(child);
		void child.exited.then(() => {
			children.delete(child);
			if (children.size === 0) this.#children.delete(parentThread);
		});
	}

	/** A thread has ended: its actors set out to come back. */
	threadDown(thread: number, cause: unknown): void {
		const orphans = [...(this.#children.get(thread) ?? [])];
		// Their supervisor has ended with its thread.
		for (const resident of this.#byPlace.values()) if (orphans.includes(resident.target)) this.#forgo(resident);
		const residents = new Set([...this.#byPlace.values()].filter((resident) => resident.now.route.thread === thread));
		const ended = Promise.all(orphans.map((child) => child.kill()));
		for (const resident of residents) {
			const orphaned = orphans.includes(resident.target);
			if (resident.supervised === true && !orphaned) this.#awaitWord(resident);
			if (resident.back !== undefined || orphaned) continue;
			resident.now.done();
			resident.back = this.#bringBack(resident, ended, cause).finally(() => {
				resident.back = undefined;
			});
			resident.back.catch(() => {
				// Whoever asks for it is told; nobody has to.
			});
		}
	}

	/**
	 * Where the actor is that was once here; settles when it is back, rejects when it is given up. Undefined: it is gone.
	 *
	 * @param ended it is no longer here: whoever asks has seen it end
	 */
	find(thread: number, actor: number, ended = false): Promise<TargetPart> | undefined {
		const place = placeOf(thread, actor);
		const resident = this.#byPlace.get(place);
		if (resident === undefined || this.#closed || (resident.supervised === true && resident.forgone)) return undefined;
		const here = placeOf(resident.now.route.thread, resident.now.route.actor) === place;
		if (ended && here && resident.supervised === true) this.#awaitWord(resident);
		if (resident.back !== undefined) return resident.back;
		const { route } = resident.now;
		return this.#options.alive(route.thread) ? Promise.resolve(this.#options.target(route)) : undefined;
	}

	/** An actor that was stopped or killed while it was away stays away. */
	forgo(thread: number, actor: number): void {
		const resident = this.#byPlace.get(placeOf(thread, actor));
		if (resident !== undefined) this.#forgo(resident);
	}

	/** Its supervisor has it begin again. @throws ActorError ERR_ACTOR_DOWN when it was given up, and what its spawn rejects with */
	async again(thread: number, actor: number): Promise<TargetPart> {
		const resident = this.#byPlace.get(placeOf(thread, actor));
		const gone = (): boolean => resident === undefined || resident.forgone || this.#closed;
		if (resident?.supervised !== true || gone()) throw downForGood(nameIn(resident?.target.address ?? ""));
		const { address } = resident.target;
		this.#awaitWord(resident);
		if (restarts.hasSubscribers) restarts.publish({ address, error: undefined });
		const placed = await resident.place(nameIn(address));
		if (gone()) {
			void this.#options.target(placed.route).kill();
			placed.done();
			throw downForGood(nameIn(address));
		}
		const target = this.#moveIn(resident, placed);
		if (target === undefined) throw new ActorError("ERR_THREAD_DOWN", `The thread of ${address} ended while it was started again`);
		const { word } = resident;
		resident.back = undefined;
		resident.word = undefined;
		word?.resolve(target);
		return target;
	}

	#forgo(resident: Resident): void {
		resident.forgone = true;
		resident.wake?.();
		resident.word?.reject(downForGood(nameIn(resident.target.address)));
	}

	/** It has ended, and is away until its supervisor says what becomes of it. */
	#awaitWord(resident: Resident): void {
		if (resident.back !== undefined) return;
		resident.now.done();
		resident.back = new Promise((resolve, reject) => {
			resident.word = { resolve, reject };
		});
		resident.back.catch(() => {
			// Whoever asks for it is told; nobody has to.
		});
	}

	close(): void {
		this.#closed = true;
		for (const resident of this.#byPlace.values()) {
			resident.wake?.();
			resident.word?.reject(downForGood(nameIn(resident.target.address)));
		}
	}

	async #bringBack(resident: Resident, orphansEnded: Promise<unknown>, cause: unknown): Promise<TargetPart> {
		const { address } = resident.target;
		const name = nameIn(address);
		let last = cause;
		await orphansEnded;
		for (;;) {
			const wait = resident.policy.failed(performance.now(), Math.random());
			if (wait === undefined) break;
			if (wait > 0 && !this.#closed) await this.#pause(resident, wait);
			if (this.#closed || resident.forgone) break;
			if (restarts.hasSubscribers) restarts.publish({ address, error: last });
			try {
				const placed = await resident.place(name);
				const target = this.#moveIn(resident, placed);
				if (target !== undefined) return target;
			} catch (error) {
				last = error;
			}
		}
		if (!this.#closed && !resident.forgone)
			this.#options.log(address, ["is given up, its thread ended once too often", ...(last === undefined ? [] : [last])]);
		throw new ActorError("ERR_THREAD_DOWN", `The thread of ${address} ended, and it did not come back`, { cause: last });
	}

	/** Undefined when the thread has died meanwhile. */
	#moveIn(resident: Resident, placed: Placed): TargetPart | undefined {
		if (!this.#options.alive(placed.route.thread)) {
			placed.done();
			return undefined;
		}
		this.#settle(resident, placed);
		return this.#options.target(placed.route);
	}

	#settle(resident: Resident, placed: Placed): void {
		const { route } = placed;
		resident.now = placed;
		// The address of one without a name holds the place where it first was, and that is what it is looked up by for ever.
		const first = parseAnonymousName(nameIn(resident.target.address));
		const kept = first === undefined ? undefined : placeOf(first.thread, first.actor);
		const place = placeOf(route.thread, route.actor);
		resident.places.push(place);
		this.#byPlace.set(place, resident);
		if (resident.places.length <= PLACES_MAX) return;
		const [oldest] = resident.places.splice(resident.places[0] === kept ? 1 : 0, 1);
		if (oldest !== undefined) this.#byPlace.delete(oldest);
	}

	#pause(resident: Resident, ms: number): Promise<void> {
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ms);
			timer.unref();
			resident.wake = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}
}
