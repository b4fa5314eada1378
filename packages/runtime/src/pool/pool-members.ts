/**
 * The members of a pool: which one a message goes to, and their replacement when they die by themselves.
 *
 * A member that was stopped or killed is not replaced. More than RESTARTS_MAX deaths a member slot within RESTART_PERIOD_MS and the slot
 * stays empty.
 *
 * Between `min` and `max` the pool is elastic: a message that finds every member at work starts one more (one at a time); once every
 * `idleMs` one is stopped when never in that time all of them were at work. A member that could not be started is not tried again for as long.
 *
 * Shutdown: `end` stops the clock of an elastic pool, which keeps no process alive.
 */
import { ActorError } from "../errors.ts";
import { HELD_MESSAGES_MAX_DEFAULT } from "../limits.ts";
import type { Ref } from "../ref/ref.ts";
import { RestartIntensity } from "../restart/restart-intensity.ts";
import type { ExitReason } from "../wire/exit-reason.ts";

/** Which member of a pool gets a message: the one with the fewest under way, one after the other, by key, all, or all for the first answer. */
export type Routing = "leastLoaded" | "roundRobin" | "consistentHash" | "broadcast" | "scatterGatherFirst";

export interface SizeBounds {
	readonly min: number;
	readonly max: number;
	readonly idleMs: number;
}

export interface MembersOptions {
	readonly size: SizeBounds;
	readonly routing: Routing;
	readonly spawn: (index: number) => Promise<Ref>;
	readonly key: (method: string, args: readonly unknown[]) => string;
}

interface Slot {
	readonly index: number;
	ref: Ref | undefined;
	readonly intensity: RestartIntensity;
}

/** FNV-1a over UTF-16 code units, with a finish that spreads neighbouring inputs. */
export function hashText(text: string): number {
	let h = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}

function emptySlot(index: number): Slot {
	return { index, ref: undefined, intensity: new RestartIntensity() };
}

export class PoolMembers {
	readonly #options: MembersOptions;
	readonly #slots: Slot[] = [];
	/** Living members, by index. */
	#living: { index: number; ref: Ref }[] = [];
	#turn = 0;
	#starting = 0;
	#waiters: (() => void)[] = [];
	#lastDeath: ExitReason | undefined;
	#ended = false;
	/** Most members that were at work at once since the clock ticked last. Elastic pools only. */
	#busiest = 0;
	#growsAgainAt = Number.NEGATIVE_INFINITY;
	#clock: NodeJS.Timeout | undefined;
	/** Being stopped because they were not needed. */
	readonly #leaving = new Set<Ref>();

	constructor(options: MembersOptions) {
		this.#options = options;
		for (let index = 0; index < options.size.min; index++) this.#slots.push(emptySlot(index));
	}

	/** Spawns all; rejects with the first failure, and then none is left. */
	async start(): Promise<void> {
		const results = await Promise.allSettled(this.#slots.map((slot) => this.#fill(slot)));
		const failed = results.find((result) => result.status === "rejected");
		if (failed === undefined) {
			const { min, max, idleMs } = this.#options.size;
			if (max > min && idleMs !== Number.POSITIVE_INFINITY) this.#clock = setInterval(() => this.#shrink(), idleMs).unref();
			return;
		}
		await this.end((ref) => ref.kill());
		throw failed.reason;
	}

	get size(): number {
		return this.#living.length;
	}

	/** No member lives, and none will. */
	get isExhausted(): boolean {
		return this.#living.length === 0 && (this.#starting === 0 || this.#ended);
	}

	/** All living members, in the order of their places. */
	all(): Ref[] {
		return this.#living.map(({ ref }) => ref);
	}

	/** The member for a message; undefined while there is none. */
	pick(method: string, args: readonly unknown[]): Ref | undefined {
		const living = this.#living;
		if (living.length === 0) return undefined;
		this.#turn = (this.#turn + 1) % living.length;
		if (this.#options.routing === "roundRobin") return living[this.#turn]?.ref;
		if (this.#options.routing === "consistentHash") return this.#byKey(this.#options.key(method, args));
		if (this.#options.size.max > this.#options.size.min) this.#grow();
		let best = living[this.#turn] as { ref: Ref };
		let least = best.ref.load;
		for (let i = 1; i < living.length && least > 0; i++) {
			const other = living[(this.#turn + i) % living.length] as { ref: Ref };
			const load = other.ref.load;
			if (load >= least) continue;
			best = other;
			least = load;
		}
		return best.ref;
	}

	/** Settles when there may be a member again. @throws ActorError ERR_ACTOR_DOWN when there will be none, ERR_OVERLOADED */
	async untilChanged(): Promise<void> {
		if (this.#starting === 0 || this.#ended) {
			const cause = this.#lastDeath?.error === undefined ? {} : { cause: this.#lastDeath.error };
			throw new ActorError(
				"ERR_ACTOR_DOWN",
				this.#ended ? "The pool was stopped: make a new one" : "All members of the pool have ended: see what they failed with",
				cause,
			);
		}
		if (this.#waiters.length >= HELD_MESSAGES_MAX_DEFAULT)
			throw new ActorError("ERR_OVERLOADED", "Too many messages wait for a member of the pool: await them");
		await new Promise<void>((resolve) => this.#waiters.push(resolve));
	}

	async end(how: (ref: Ref) => Promise<unknown>): Promise<void> {
		this.#ended = true;
		clearInterval(this.#clock);
		const refs = [...this.all(), ...this.#leaving];
		this.#living = [];
		this.#changed();
		await Promise.all(refs.map(how));
	}

	/** Notes how many members are at work; starts one more when all are. */
	#grow(): void {
		const atWork = this.#living.reduce((count, { ref }) => count + (ref.load > 0 ? 1 : 0), 1);
		this.#busiest = Math.max(this.#busiest, atWork);
		const { max, idleMs } = this.#options.size;
		if (atWork <= this.#slots.length || this.#slots.length >= max || this.#starting > 0 || performance.now() < this.#growsAgainAt) return;
		const slot = emptySlot(1 + Math.max(...this.#slots.map(({ index }) => index)));
		this.#slots.push(slot);
		this.#fill(slot).catch((error: unknown) => {
			this.#slots.splice(this.#slots.indexOf(slot), 1);
			this.#lastDeath = { kind: "error", error };
			this.#growsAgainAt = performance.now() + idleMs;
		});
	}

	/** Stops the last member when they were never all at work since the last time. It answers what it was sent. */
	#shrink(): void {
		const slot = this.#slots.findLast(({ ref }) => ref !== undefined);
		if (this.#slots.length > this.#options.size.min && this.#busiest < this.#slots.length && slot?.ref !== undefined) {
			this.#slots.splice(this.#slots.indexOf(slot), 1);
			this.#list();
			const leaving = slot.ref;
			this.#leaving.add(leaving);
			void leaving.exited.then(() => this.#leaving.delete(leaving));
			void leaving.stop();
		}
		this.#busiest = 0;
	}

	/** Highest-random-weight: each member weighs the key, the heaviest has it. */
	#byKey(key: string): Ref | undefined {
		let best: Ref | undefined;
		let most = -1;
		for (const { index, ref } of this.#living) {
			const weight = hashText(`${index}:${key}`);
			if (weight <= most) continue;
			most = weight;
			best = ref;
		}
		return best;
	}

	async #fill(slot: Slot): Promise<void> {
		this.#starting += 1;
		try {
			const ref = await this.#options.spawn(slot.index);
			if (this.#ended) {
				await ref.kill();
				return;
			}
			slot.ref = ref;
			this.#list();
			void ref.exited.then((reason) => this.#onExit(slot, ref, reason));
		} finally {
			this.#starting -= 1;
			this.#changed();
		}
	}

	#onExit(slot: Slot, ref: Ref, reason: ExitReason): void {
		if (slot.ref !== ref) return;
		slot.ref = undefined;
		this.#list();
		if (this.#ended || reason.kind === "stopped" || reason.kind === "killed") return;
		this.#lastDeath = reason;
		if (!slot.intensity.died(performance.now())) return;
		this.#fill(slot).catch((error: unknown) => {
			this.#lastDeath = { kind: "error", error };
		});
	}

	#list(): void {
		this.#living = [];
		for (const { index, ref } of this.#slots) if (ref !== undefined) this.#living.push({ index, ref });
	}

	#changed(): void {
		const waiters = this.#waiters;
		this.#waiters = [];
		for (const resolve of waiters) resolve();
	}
}
