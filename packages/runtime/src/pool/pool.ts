/**
 * A pool: actors of one kind behind the face of one actor. Each message goes to a member by the routing; a member that dies by
 * itself (error, thread, node) is replaced.
 *
 * - leastLoaded: the member with the fewest messages under way from here (default)
 * - roundRobin: one after the other
 * - consistentHash: by key, the first argument unless `key` says otherwise; a member that comes or goes moves only its own keys
 * - broadcast: every member; an ask answers with the list of answers, in the order of the members
 *
 * Shutdown: `stop` stops all members; what is sent afterwards is refused with ERR_ACTOR_DOWN.
 */
import type { ActorDefinition, AskFace, CallOptions, Faces, TryResult } from "../definition/actor-types.ts";
import { checkCallOptions, type MessageTaker, makeFaces, type UntypedFaces } from "../definition/faces.ts";
import { ActorError } from "../errors.ts";
import { POOL_SIZE_MAX } from "../limits.ts";
import type { Ref } from "../ref/ref.ts";
import { PoolMembers, type Routing } from "./pool-members.ts";

export type { Routing } from "./pool-members.ts";

const ROUTINGS: readonly string[] = ["leastLoaded", "roundRobin", "consistentHash", "broadcast"];

/** How many actors a pool has, where they live and who gets a message. */
export interface PoolOptions<Args extends unknown[], R extends Routing = Routing> {
	/** How many actors. */
	readonly size: number;
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
export type PoolFaces<H, R extends Routing> = R extends "broadcast" ? BroadcastFaces<H> : Faces<H>;

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
	const size = options?.size;
	if (!Number.isInteger(size) || size < 1 || size > POOL_SIZE_MAX)
		throw new ActorError("ERR_BAD_OPTION", `A pool needs a size from 1 to ${POOL_SIZE_MAX}, got ${String(size)}`);
	const routing = options.routing ?? "leastLoaded";
	if (!ROUTINGS.includes(routing))
		throw new ActorError("ERR_BAD_OPTION", `routing must be one of ${ROUTINGS.join(", ")}, got ${String(routing)}`);
	const nodes = options.on === undefined ? undefined : typeof options.on === "string" ? [options.on] : options.on;
	if (nodes?.length === 0) throw new ActorError("ERR_BAD_OPTION", `"on" is an empty list of nodes`);
	const args = options.args ?? [];
	const spawn = (index: number): Promise<Ref> =>
		spawner.spawnUntyped(definition, nodes === undefined ? { args } : { args, on: nodes[index % nodes.length] as string });
	const members = new PoolMembers({ size, routing, spawn, key: options.key ?? ((_method, given) => String(given[0])) });
	await members.start();
	return new Pool(members, routing);
}

/** Sends each message to the member that the routing picks. */
class PoolSender implements MessageTaker {
	readonly #members: PoolMembers;

	constructor(members: PoolMembers) {
		this.#members = members;
	}

	tell(method: string, args: unknown[], options: CallOptions | undefined): Promise<void> {
		const member = this.#members.pick(method, args);
		return member === undefined
			? this.#later(method, args, (ref) => ref.taker.tell(method, args, options))
			: member.taker.tell(method, args, options);
	}

	ask(method: string, args: unknown[], options: CallOptions | undefined): Promise<unknown> {
		const member = this.#members.pick(method, args);
		return member === undefined
			? this.#later(method, args, (ref) => ref.taker.ask(method, args, options))
			: member.taker.ask(method, args, options);
	}

	async *stream(method: string, args: unknown[], options: CallOptions | undefined): AsyncGenerator<unknown> {
		const member = this.#members.pick(method, args) ?? (await this.#later(method, args, async (ref) => ref));
		yield* member.taker.stream(method, args, options);
	}

	try(method: string, args: unknown[]): TryResult {
		return this.#members.pick(method, args)?.taker.try(method, args) ?? "down";
	}

	async #later<T>(method: string, args: unknown[], use: (ref: Ref) => Promise<T>): Promise<T> {
		for (;;) {
			await this.#members.untilChanged();
			const member = this.#members.pick(method, args);
			if (member !== undefined) return use(member);
		}
	}
}

/** Sends each message to all members. */
class BroadcastSender implements MessageTaker {
	readonly #members: PoolMembers;

	constructor(members: PoolMembers) {
		this.#members = members;
	}

	async tell(method: string, args: unknown[], options: CallOptions | undefined): Promise<void> {
		await Promise.all(this.#all().map((ref) => ref.taker.tell(method, args, options)));
	}

	async ask(method: string, args: unknown[], options: CallOptions | undefined): Promise<unknown> {
		return Promise.all(this.#all().map((ref) => ref.taker.ask(method, args, options)));
	}

	stream(method: string): never {
		throw new ActorError("ERR_WRONG_KIND", `A broadcast pool does not stream: use another routing for stream.${method}`);
	}

	try(method: string, args: unknown[]): TryResult {
		const results = this.#members.all().map((ref) => ref.taker.try(method, args));
		if (results.length === 0 || results.includes("down")) return "down";
		return results.includes("full") ? "full" : "accepted";
	}

	#all(): Ref[] {
		const refs = this.#members.all();
		if (refs.length === 0) throw new ActorError("ERR_ACTOR_DOWN", "The pool has no living members: it was stopped, or all have failed");
		return refs;
	}
}

export class Pool implements UntypedFaces {
	readonly tell: UntypedFaces["tell"];
	readonly ask: UntypedFaces["ask"];
	readonly stream: UntypedFaces["stream"];
	readonly try: UntypedFaces["try"];
	readonly #members: PoolMembers;
	readonly #sender: MessageTaker;

	constructor(members: PoolMembers, routing: Routing) {
		this.#members = members;
		this.#sender = routing === "broadcast" ? new BroadcastSender(members) : new PoolSender(members);
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
