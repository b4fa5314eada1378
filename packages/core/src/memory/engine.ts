/**
 * The shared-memory engine of a thread: its memberships, and what there is to do for them.
 *
 * When lanes are read, and what the thread does in between, is the matter of turns.ts.
 *
 * Loading this package makes the thread a member; the first bind or connect starts the turns. There is one engine per thread even
 * when the package is loaded twice (globalThis, keyed by layout version).
 *
 * **Shutdown**: the engine holds nothing alive: whoever waits holds the event loop (keep-alive.ts), which a ringing doorbell
 * then interrupts. When the thread exits it publishes what was written and declares itself dead; if it is terminated, its parent
 * does (thread-watch.ts).
 */
import { availableParallelism } from "node:os";
import { isMainThread, threadId } from "node:worker_threads";
import type { Lane, LaneHost } from "./lane.ts";
import { bequeath, inherited, meet } from "./meeting.ts";
import { Membership } from "./membership.ts";
import { Root } from "./root.ts";
import { LAYOUT_VERSION } from "./root-layout.ts";
import { watchWorkers } from "./thread-watch.ts";
import { Turns } from "./turns.ts";

/** Longest work at a time, ms: timers and I/O must not wait longer for messages that are already here. */
const WORK_MS = 1.5;
/** Threads that can run at once. */
const CORES = availableParallelism();

/** Who is told what threads want of each other. Set once, by the inproc transport. */
export interface EngineOwner {
	/** A peer asks for a pipe: answer with lane.accept or lane.refuse. */
	onOpen(lane: Lane, pipe: number, payload: Uint8Array): void;
	/** Names have changed, and {@link Engine.wantNames} was said. */
	onNames(): void;
	/** A root was joined; names must be bound there too. */
	onJoined(membership: Membership): void;
}

const now = performance.now.bind(performance);

export class Engine implements LaneHost {
	/** Roots this thread belongs to. */
	readonly memberships: Membership[] = [];
	/** True in a worker that inherited no root: names of other threads come into sight only when they have heard of it. */
	meeting = false;
	/** Why there are none, when there are none. */
	unavailable: Error | undefined;
	owner: EngineOwner | undefined;
	readonly #turns: Turns = new Turns({
		work: (nowMs) => this.#work(nowMs),
		stirs: () => this.#stirs(),
		hasWork: () => this.#hasWork(),
		park: () => this.#forEach((membership) => membership.bell.park()),
		unpark: () => this.#forEach((membership) => membership.bell.unpark()),
		crowded: () => this.memberships.some((membership) => membership.threads.awake() > CORES),
	});
	readonly #namesSeen = new Map<Membership, number>();
	#parentThreadId = -1;
	#wantsNames = false;
	#started = false;

	/** Joins the roots that were handed over, or makes one. Called once, by {@link engine}. */
	join(): void {
		const { roots, parentThreadId } = inherited();
		this.#parentThreadId = parentThreadId;
		let own: Root | undefined;
		try {
			if (roots.length === 0) {
				own = Root.create();
				this.meeting = !isMainThread;
				roots.push(own);
			}
			for (const root of roots) this.#addMembership(root);
		} catch (error) {
			this.unavailable = error instanceof Error ? error : new Error(String(error));
		}
		const known = () => this.memberships.map((each) => each.root);
		bequeath(known());
		meet(known, own, (root) => {
			this.#joinLate(root);
			bequeath(known());
		});
		watchWorkers((ended) => {
			for (const membership of this.memberships) membership.bury(ended);
		});
		process.on("exit", () => {
			for (const membership of this.memberships) membership.leave();
		});
	}

	/** From now on the thread can be reached: it has a name, or looks for one. */
	start(): void {
		if (this.#started) return;
		this.#started = true;
		this.#forEach((membership) => membership.bell.unpark());
		this.#turns.soon();
	}

	/** Says whether connects wait for names; with true, changes from now on are told by onNames. */
	wantNames(wants: boolean): void {
		if (wants === this.#wantsNames) return;
		this.#wantsNames = wants;
		for (const membership of this.memberships) {
			membership.threads.setWantsNames(membership.token, wants);
			// Read after the flag is up: whoever binds later rings, whoever bound earlier is found by the caller's next look.
			this.#namesSeen.set(membership, membership.threads.namesGeneration());
		}
	}

	flushSoon(lane: Lane): void {
		this.#turns.flushSoon(lane);
	}

	turnSoon(): void {
		this.#turns.soon();
	}

	onOpen(lane: Lane, pipe: number, payload: Uint8Array): void {
		this.owner?.onOpen(lane, pipe, payload);
	}

	#work(nowMs: number): boolean {
		const deadline = nowMs + WORK_MS;
		let worked = false;
		for (const membership of this.memberships) if (membership.work(deadline, now)) worked = true;
		if (this.#namesChanged()) {
			worked = true;
			for (const membership of this.memberships) this.#namesSeen.set(membership, membership.threads.namesGeneration());
			this.owner?.onNames();
		}
		return worked;
	}

	/** As {@link #hasWork}, cheaper: asked over and over while this thread spins. */
	#stirs(): boolean {
		for (const membership of this.memberships) if (membership.stirs()) return true;
		return false;
	}

	#forEach(visit: (membership: Membership) => void): void {
		for (const membership of this.memberships) visit(membership);
	}

	#hasWork(): boolean {
		return this.#namesChanged() || this.memberships.some((membership) => membership.hasWork());
	}

	#namesChanged(): boolean {
		if (!this.#wantsNames) return false;
		return this.memberships.some((membership) => this.#namesSeen.get(membership) !== membership.threads.namesGeneration());
	}

	#joinLate(root: Root): void {
		try {
			const membership = this.#addMembership(root);
			this.owner?.onJoined(membership);
		} catch (error) {
			process.emitWarning(`This thread cannot reach one that started before its parent: ${String(error)}`, { code: "ZLOOM_ROOT" });
		}
		if (this.#started) this.turnSoon();
	}

	#addMembership(root: Root): Membership {
		const membership = new Membership(root, { threadId, parentThreadId: this.#parentThreadId, host: this, onRing: this.#turns.onRing });
		this.memberships.push(membership);
		if (this.#started) membership.bell.unpark();
		if (this.#wantsNames) membership.threads.setWantsNames(membership.token, true);
		return membership;
	}
}

const KEY = Symbol.for(`zloom.core.engine.${LAYOUT_VERSION}`);
const registry = globalThis as unknown as Record<symbol, Engine | undefined>;

/** The engine of this thread; made, and a member of its roots, at the first call. */
export function engine(): Engine {
	let current = registry[KEY];
	if (current === undefined) {
		current = new Engine();
		registry[KEY] = current;
		current.join();
	}
	return current;
}

/** What is in use in the roots of this thread: threads alive, lanes, names, arena slots. For leak checks and diagnostics. */
export function sharedMemoryUse(): { threads: number; lanes: number; names: number; arenaSlots: number } {
	const use = { threads: 0, lanes: 0, names: 0, arenaSlots: 0 };
	for (const { threads, laneTable, names, arena } of engine().memberships) {
		use.threads += threads.count();
		use.lanes += laneTable.count();
		use.names += names.count();
		use.arenaSlots += arena.slotsHeld();
	}
	return use;
}
