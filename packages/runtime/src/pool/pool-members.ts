/**
 * The members of a pool: which one a message goes to, and their replacement when they die by themselves.
 *
 * A member that was stopped or killed is not replaced. More than RESTARTS_MAX deaths a member slot within RESTART_PERIOD_MS and the slot
 * stays empty.
 */
import { ActorError } from "../errors.ts";
import { HELD_MESSAGES_MAX_DEFAULT } from "../limits.ts";
import type { Ref } from "../ref/ref.ts";
import { RestartIntensity } from "../restart/restart-intensity.ts";
import type { ExitReason } from "../wire/exit-reason.ts";

/** Which member of a pool gets a message: the one with the fewest under way, one after the other, by key, or all. */
export type Routing = "leastLoaded" | "roundRobin" | "consistentHash" | "broadcast";

export interface MembersOptions {
	readonly size: number;
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

	constructor(options: MembersOptions) {
		this.#options = options;
		for (let index = 0; index < options.size; index++) this.#slots.push({ index, ref: undefined, intensity: new RestartIntensity() });
	}

	/** Spawns all; rejects with the first failure, and then none is left. */
	async start(): Promise<void> {
		const results = await Promise.allSettled(this.#slots.map((slot) => this.#fill(slot)));
		const failed = results.find((result) => result.status === "rejected");
		if (failed === undefined) return;
		await this.end((ref) => ref.kill());
		throw failed.reason;
	}

	get size(): number {
		return this.#living.length;
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
		const refs = this.all();
		this.#living = [];
		this.#changed();
		await Promise.all(refs.map(how));
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
