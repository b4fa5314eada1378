/**
 * Pipelines: `pipeline(source).through(Parse, { parallel: 8 }).through(…)` is an async iterable. Every stage is a pool of actors, made when
 * somebody begins to iterate and gone when the iteration ends, in whatever way. An item goes to the handler named
 * `process` (or the one that `handler` names), and what that answers goes on. Between stages items can be put together: `batch`, `window`.
 *
 * Both ends fit streams: Web and Node readables are sources as they are, and `toWeb`, `toNode` make readables of the results.
 */
import { Readable } from "node:stream";
import { ReadableStream } from "node:stream/web";
import type { ActorDefinition } from "../definition/actor-types.ts";
import { checkTimeout } from "../definition/faces.ts";
import { ActorError } from "../errors.ts";
import { GROUP_ITEMS_MAX, PIPELINE_ITEMS_PER_ACTOR, POOL_SIZE_MAX } from "../limits.ts";
import { GroupIterator } from "./group-iterator.ts";
import { createPool, type MemberSpawner } from "./pool.ts";
import { type LossHandler, StageIterator } from "./stage-iterator.ts";
import { Upstream } from "./upstream.ts";

/** Where the items of a pipeline come from; it is pulled as fast as the last stage is read. */
export type PipelineSource<T> = Iterable<T> | AsyncIterable<T>;

/** How many actors a stage has, where they live and how they take its items. */
export interface StageOptions<Args extends unknown[], K extends string, T> {
	/** How many actors work on the stage. */
	readonly parallel: number;
	/** Results in the order of the items (default), or as they come. */
	readonly ordered?: boolean;
	/** The node of the actors, or several that they are spread over. */
	readonly on?: string | readonly string[];
	/** Arguments of the actors' setup. */
	readonly args?: Args;
	/** The handler that takes an item. Default: `process`. */
	readonly handler?: K;
	/** How long one item may take, ms. Default: as asks of the system. */
	readonly timeoutMs?: number;
	/**
	 * Called for an item that was lost with the actor, thread or node that worked on it. "retry" gives it to another actor, which is for
	 * handlers that may do an item twice; else it is left out. What it throws ends the iteration, as does an item whose ITEM_ATTEMPTS_MAX actors did
	 * not survive it, and a retry when no actor is left.
	 * Without it, a lost item ends the iteration with ERR_ITEM_LOST.
	 */
	readonly onLost?: LossHandler<T>;
}

export type StageParameters<Args extends unknown[], K extends string, T> = Args extends []
	? [options: StageOptions<Args, K, T>]
	: [options: StageOptions<Args, K, T> & { readonly args: Args }];

type Result<H, K extends keyof H> = H[K] extends (...args: never[]) => infer R ? Awaited<R> : never;

/** Puts a stage behind what comes before it. */
type Stage = (upstream: Upstream) => AsyncIterableIterator<unknown>;

/** How items are put together. */
export interface BatchOptions {
	/** How long the first item of a batch waits for the others, ms. Default: no bound. */
	readonly withinMs?: number;
}

/** The source's own iterator, so that its own `return` is called; a plain one is made asynchronous. */
function iterate<T>(source: PipelineSource<T>): AsyncIterableIterator<T> {
	const asynchronous = (source as AsyncIterable<T>)[Symbol.asyncIterator]?.();
	const plain = asynchronous === undefined ? (source as Iterable<T>)[Symbol.iterator]() : undefined;
	return {
		// Async, so that what a source throws at once rejects too.
		next: async () => (asynchronous === undefined ? (plain as Iterator<T>).next() : asynchronous.next()),
		return: async () => (await (asynchronous?.return?.() ?? plain?.return?.())) ?? { done: true, value: undefined },
		[Symbol.asyncIterator]() {
			return this;
		},
	};
}

/** Items on their way through stages of actors; made by `system.pipeline(source)`. It begins when somebody iterates. */
export class Pipeline<T> implements AsyncIterable<T> {
	readonly #spawner: MemberSpawner;
	readonly #source: PipelineSource<unknown>;
	readonly #stages: readonly Stage[];

	/** @internal Use `system.pipeline(source)`. */
	constructor(spawner: MemberSpawner, source: PipelineSource<unknown>, stages: readonly Stage[] = []) {
		const iterable = source as { [Symbol.iterator]?: unknown; [Symbol.asyncIterator]?: unknown } | null | undefined;
		if (typeof iterable?.[Symbol.asyncIterator] !== "function" && typeof iterable?.[Symbol.iterator] !== "function")
			throw new ActorError("ERR_BAD_OPTION", "A pipeline needs an iterable or async iterable as its source");
		this.#spawner = spawner;
		this.#source = source;
		this.#stages = stages;
	}

	/**
	 * Adds a stage. At most `parallel` × PIPELINE_ITEMS_PER_ACTOR items are in it, so a slow consumer slows the source.
	 *
	 * What a handler throws ends the iteration with that error, at the place of its item when ordered.
	 * @typeParam H the handlers of the actors, of which K takes an item
	 * @throws ActorError ERR_BAD_OPTION
	 */
	through<Args extends unknown[], H extends { [P in K]: (item: T) => unknown }, K extends string = "process">(
		definition: ActorDefinition<Args, H>,
		...parameters: StageParameters<Args, K, T>
	): Pipeline<Result<H, K>> {
		const options = parameters[0] as unknown as StageOptions<unknown[], string, unknown>;
		const parallel = options?.parallel;
		if (!Number.isInteger(parallel) || parallel < 1 || parallel > POOL_SIZE_MAX)
			throw new ActorError("ERR_BAD_OPTION", `parallel must be an integer from 1 to ${POOL_SIZE_MAX}, got ${String(parallel)}`);
		checkTimeout(options.timeoutMs, "timeoutMs");
		const { on, args = [] } = options;
		return this.#then((upstream) => {
			return new StageIterator({
				upstream,
				pool: () =>
					createPool(this.#spawner, definition as unknown as ActorDefinition, {
						size: parallel,
						args,
						...(on === undefined ? {} : { on }),
					}),
				handler: options.handler ?? "process",
				call: options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs },
				itemsMax: parallel * PIPELINE_ITEMS_PER_ACTOR,
				ordered: options.ordered !== false,
				onLost: options.onLost,
			});
		});
	}

	/**
	 * Puts `size` items together; the last batch may have fewer. With `withinMs` a batch goes on with what it has when its first
	 * item has waited so long for the others.
	 * @throws ActorError ERR_BAD_OPTION
	 */
	batch(size: number, options: BatchOptions = {}): Pipeline<T[]> {
		checkCount(size, "The size of a batch");
		checkTimeout(options.withinMs, "withinMs");
		const withinMs = options.withinMs === Number.POSITIVE_INFINITY ? undefined : options.withinMs;
		return this.#then((upstream) => new GroupIterator({ upstream, size, slide: size, withinMs, partial: true }));
	}

	/**
	 * Windows of `size` neighbouring items, each beginning `slide` items (default: 1) after the one before it. Only full windows.
	 * @throws ActorError ERR_BAD_OPTION
	 */
	window(size: number, slide = 1): Pipeline<T[]> {
		checkCount(size, "The size of a window");
		checkCount(slide, "The slide of a window");
		return this.#then((upstream) => new GroupIterator({ upstream, size, slide, withinMs: undefined, partial: false }));
	}

	/** The results as a Web stream, which begins when it is read; cancelling it ends the iteration. */
	toWeb(): ReadableStream<T> {
		return ReadableStream.from(this);
	}

	/** The results as a Node stream in object mode, which begins when it is read; destroying it ends the iteration. */
	toNode(): Readable {
		return Readable.from(this, { objectMode: true, highWaterMark: 1 });
	}

	#then<U>(stage: Stage): Pipeline<U> {
		return new Pipeline<U>(this.#spawner, this.#source, [...this.#stages, stage]);
	}

	/** Begins: makes the actors of all stages, and ends them when the iteration ends, in whatever way. */
	[Symbol.asyncIterator](): AsyncIterableIterator<T> {
		const source: AsyncIterableIterator<unknown> = iterate(this.#source);
		return this.#stages.reduce((items, stage) => stage(new Upstream(items)), source) as AsyncIterableIterator<T>;
	}
}

/** @throws ActorError ERR_BAD_OPTION */
function checkCount(count: number, what: string): void {
	if (!Number.isInteger(count) || count < 1 || count > GROUP_ITEMS_MAX)
		throw new ActorError("ERR_BAD_OPTION", `${what} must be an integer from 1 to ${GROUP_ITEMS_MAX}, got ${String(count)}`);
}
