/**
 * A pool: actors of one kind behind the face of one actor. Each message goes to a member by the routing; a member that dies by
 * itself (error, thread, node) is replaced.
 *
 * - leastLoaded: the member with the fewest messages under way from here (default)
 * - roundRobin: one after the other
 * - consistentHash: by key, the first argument unless `key` says otherwise; a member that comes or goes moves only its own keys
 * - broadcast: every member; an ask answers with the list of answers, in the order of the members
 * - scatterGatherFirst: every member; an ask has the first answer that is no error, and the others are cancelled
 *
 * `size` may have bounds: such a pool grows while all its members are at work, and shrinks when they are not (pool-members.ts).
 *
 * Shutdown: `stop` stops all members; what is sent afterwards is refused with ERR_ACTOR_DOWN.
 */
import type { ActorDefinition, AskFace, CallOptions, Faces } from "../definition/actor-types.ts";
import { checkCallOptions, checkTimeout, type MessageTaker, makeFaces, type UntypedFaces } from "../definition/faces.ts";
import { ActorError } from "../errors.ts";
import { POOL_IDLE_MS_DEFAULT, POOL_SIZE_MAX } from "../limits.ts";
import type { Ref } from "../ref/ref.ts";
import { PoolMembers, type Routing, type SizeBounds } from "./pool-members.ts";
import { BroadcastSender, FirstAnswerSender, PickingSender } from "./pool-senders.ts";

export type { Routing } from "./pool-members.ts";

const ROUTINGS: readonly string[] = ["leastLoaded", "roundRobin", "consistentHash", "broadcast", "scatterGatherFirst"];

/** A pool that grows and shrinks. */
export interface PoolSize {
	/** Members that are always there. */
	readonly min: number;
	/** It grows by one while a message finds all members at work, up to this. */
	readonly max: number;
	/** It shrinks by one after so long in which there was always a member without work, ms. Default: 10,000. */
	readonly idleMs?: number;
}

/** How many actors a pool has, where they live and who gets a message. */
export interface PoolOptions<Args extends unknown[], R extends Routing = Routing> {
	/** How many actors, or bounds between which the pool grows and shrinks (routing leastLoaded only). */
	readonly size: number | PoolSize;
	/** Which member a message goes to; default: "leastLoaded". */
	readonly routing?: R;
	/** Arguments of every member's setup. */
	readonly args?: Args;
	/** The node of the members, or several that they are spread over. */
	readonly on?: string | readonly string[];
	/** For consistentHash: what a message belongs to. Default: its first argument, as text. */
	readonly key?: (method: string, args: readonly unknown[]) => string;
}

export type PoolParameters<Args extends unknown[], R extends Routing> = Args extends []
	? [options: PoolOptions<Args, R>]
	: [options: PoolOptions<Args, R> & { readonly args: Args }];

type ListAskFace<H> = {
	readonly [K in keyof AskFace<H>]: AskFace<H>[K] extends (...args: infer A) => Promise<infer T> ? (...args: A) => Promise<T[]> : never;
};
/** A broadcast pool answers with lists, and does not stream. */
export type BroadcastFaces<H> = Pick<Faces<H>, "tell" | "try"> & {
	/** Settles with the answers of all members. */
	readonly ask: ListAskFace<H>;
};
export type PoolFaces<H, R extends Routing> = R extends "broadcast"
	? BroadcastFaces<H>
	: R extends "scatterGatherFirst"
		? Omit<Faces<H>, "stream">
		: Faces<H>;

/** Actors of one kind behind the face of one; made by `system.pool`. A member that dies by itself is replaced. */
export type ActorPool<H, R extends Routing = "leastLoaded"> = PoolFaces<H, R> & {
	/** The same faces with another timeout or a signal. */
	with(options: CallOptions): PoolFaces<H, R>;
	/** Members alive. */
	readonly size: number;
	/** Stops all members; settles when they have ended. */
	stop(options?: { timeoutMs?: number }): Promise<void>;
	/** Ends all members at once; settles when they have ended. */
	kill(): Promise<void>;
	/** As `stop()`: for `await using`. */
	[Symbol.asyncDispose](): Promise<void>;
};

/** What spawns the members: a system. */
export interface MemberSpawner {
	spawnUntyped(definition: ActorDefinition, options: { args: unknown[]; on?: string }): Promise<Ref>;
}

export async function createPool(spawner: MemberSpawner, definition: ActorDefinition, options: PoolOptions<unknown[]>): Promise<Pool> {
	const size = boundsOf(options?.size);
	const routing = options.routing ?? "leastLoaded";
	if (!ROUTINGS.includes(routing))
		throw new ActorError("ERR_BAD_OPTION", `routing must be one of ${ROUTINGS.join(", ")}, got ${String(routing)}`);
	if (size.max > size.min && routing !== "leastLoaded")
		throw new ActorError("ERR_BAD_OPTION", `A pool grows by its load: with routing ${routing} it has a fixed size`);
	const nodes = options.on === undefined ? undefined : typeof options.on === "string" ? [options.on] : options.on;
	if (nodes?.length === 0) throw new ActorError("ERR_BAD_OPTION", `"on" is an empty list of nodes`);
	const args = options.args ?? [];
	const spawn = (index: number): Promise<Ref> =>
		spawner.spawnUntyped(definition, nodes === undefined ? { args } : { args, on: nodes[index % nodes.length] as string });
	const members = new PoolMembers({ size, routing, spawn, key: options.key ?? ((_method, given) => String(given[0])) });
	await members.start();
	return new Pool(members, senderOf(members, routing));
}

/** @throws ActorError ERR_BAD_OPTION */
function boundsOf(size: number | PoolSize): SizeBounds {
	const { min, max, idleMs = POOL_IDLE_MS_DEFAULT } = typeof size === "object" && size !== null ? size : { min: size, max: size };
	const isCount = (count: unknown): boolean => Number.isInteger(count) && (count as number) >= 1 && (count as number) <= POOL_SIZE_MAX;
	if (!isCount(min) || !isCount(max) || max < min)
		throw new ActorError(
			"ERR_BAD_OPTION",
			`A pool needs a size from 1 to ${POOL_SIZE_MAX}, or { min, max } of such, got ${JSON.stringify(size)}`,
		);
	checkTimeout(idleMs, "size.idleMs");
	return { min, max, idleMs };
}

function senderOf(members: PoolMembers, routing: Routing): MessageTaker {
	if (routing === "broadcast") return new BroadcastSender(members);
	return routing === "scatterGatherFirst" ? new FirstAnswerSender(members) : new PickingSender(members);
}

export class Pool implements UntypedFaces {
	readonly tell: UntypedFaces["tell"];
	readonly ask: UntypedFaces["ask"];
	readonly stream: UntypedFaces["stream"];
	readonly try: UntypedFaces["try"];
	readonly #members: PoolMembers;
	readonly #sender: MessageTaker;

	constructor(members: PoolMembers, sender: MessageTaker) {
		this.#members = members;
		this.#sender = sender;
		const faces = makeFaces(this.#sender, undefined);
		this.tell = faces.tell;
		this.ask = faces.ask;
		this.stream = faces.stream;
		this.try = faces.try;
	}

	with(options: CallOptions): UntypedFaces {
		return makeFaces(this.#sender, checkCallOptions(options));
	}

	get size(): number {
		return this.#members.size;
	}

	/** @internal For pipelines: no member lives, and none will. */
	get isExhausted(): boolean {
		return this.#members.isExhausted;
	}

	stop(options: { timeoutMs?: number } = {}): Promise<void> {
		return this.#members.end((ref) => ref.stop(options));
	}

	kill(): Promise<void> {
		return this.#members.end((ref) => ref.kill());
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.stop();
	}
}
