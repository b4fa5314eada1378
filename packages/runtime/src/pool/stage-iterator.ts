/**
 * One stage of a running pipeline: pulls items from upstream, asks the actors of its pool, hands out the answers.
 *
 * Invariant: items pulled and not yet handed out never exceed `itemsMax`; one pull is under way at a time.
 * Shutdown: at the end of the source the pool is stopped; at an error or an early `return()` it is killed and upstream is
 * returned. The consumer's last promise settles after that.
 */
import type { CallOptions } from "../definition/actor-types.ts";
import { ActorError } from "../errors.ts";
import { Fifo } from "../fifo.ts";
import { ITEM_ATTEMPTS_MAX } from "../limits.ts";
import type { Pool } from "./pool.ts";
import type { PipelineStage, Upstream } from "./upstream.ts";

/** An item that was lost with the actor (or its thread or node) that worked on it. */
export interface LostItem<T> {
	/** The item. */
	readonly item: T;
	/** Its place in the input of the stage. */
	readonly index: number;
	/** How often it has been given to an actor: 1 at its first loss. */
	readonly attempt: number;
	/** ERR_ACTOR_DOWN, ERR_THREAD_DOWN or ERR_NODE_DOWN. */
	readonly error: unknown;
}

/** Told of a lost item: "retry" gives it to another actor, anything else leaves it out. */
export type LossHandler<T> = ((lost: LostItem<T>) => void) | ((lost: LostItem<T>) => "retry" | undefined);

export interface StageIteratorOptions {
	readonly upstream: Upstream;
	readonly pool: () => Promise<Pool>;
	readonly handler: string;
	readonly call: CallOptions;
	readonly itemsMax: number;
	readonly ordered: boolean;
	readonly onLost: LossHandler<unknown> | undefined;
}

interface Outcome {
	state: "working" | "answered" | "failed" | "skipped";
	value: unknown;
}

interface Waiter {
	readonly resolve: (result: IteratorResult<unknown>) => void;
	readonly reject: (error: unknown) => void;
}

const LOST: readonly string[] = ["ERR_ACTOR_DOWN", "ERR_THREAD_DOWN", "ERR_NODE_DOWN"];

export class StageIterator implements PipelineStage {
	readonly closesAtOnce = true;
	readonly #options: StageIteratorOptions;
	/** Ordered: every item, in order. Unordered: those that are done. */
	readonly #outcomes = new Fifo<Outcome>();
	readonly #waiters = new Fifo<Waiter>();
	#pool: Promise<Pool> | undefined;
	/** The pool once it is made. */
	#members: Pool | undefined;
	#ask: ((item: unknown) => Promise<unknown>) | undefined;
	/** Pulled, or being pulled, and not yet handed out. */
	#held = 0;
	#index = 0;
	#sourceFailure: { error: unknown } | undefined;
	#failure: { error: unknown } | undefined;
	#closing: Promise<void> | undefined;

	constructor(options: StageIteratorOptions) {
		this.#options = options;
	}

	[Symbol.asyncIterator](): this {
		return this;
	}

	next(): Promise<IteratorResult<unknown>> {
		return new Promise((resolve, reject) => {
			this.#waiters.push({ resolve, reject });
			if (this.#pool === undefined && this.#closing === undefined) this.#begin();
			this.#advance();
		});
	}

	async return(value?: unknown): Promise<IteratorResult<unknown>> {
		await this.#close("kill");
		this.#advance();
		return { done: true, value };
	}

	#begin(): void {
		this.#pool = this.#options.pool();
		this.#pool.then(
			(pool) => {
				const { handler, call } = this.#options;
				this.#members = pool;
				const ask = pool.with(call).ask;
				this.#ask = (item) => (ask[handler] as (item: unknown) => Promise<unknown>)(item);
				this.#advance();
			},
			(error: unknown) => this.#fail(error),
		);
	}

	/** Hands out what is there, and pulls as far as there is room. */
	#advance(): void {
		while (this.#waiters.length > 0 && this.#closing === undefined) {
			const outcome = this.#outcomes.peek();
			if (outcome === undefined || outcome.state === "working") break;
			this.#outcomes.shift();
			this.#held -= 1;
			if (outcome.state === "skipped") continue;
			if (outcome.state === "failed") {
				this.#fail(outcome.value);
				return;
			}
			this.#waiters.shift()?.resolve({ done: false, value: outcome.value });
		}
		if (this.#closing === undefined && this.#options.upstream.ended && this.#held === 0) {
			if (this.#sourceFailure === undefined) void this.#close("stop");
			else this.#fail(this.#sourceFailure.error);
		}
		if (this.#closing !== undefined) void this.#closing.then(() => this.#finishWaiters());
		else this.#pull();
	}

	#pull(): void {
		const { upstream, itemsMax } = this.#options;
		if (upstream.pulling || upstream.ended || this.#ask === undefined || this.#held >= itemsMax) return;
		this.#held += 1;
		upstream.pull().then(
			(result) => {
				// What comes after the end of the iteration is nobody's.
				if (this.#closing !== undefined) return;
				if (result.done === true) this.#held -= 1;
				else this.#work(result.value);
				this.#advance();
			},
			(error: unknown) => {
				this.#held -= 1;
				// What was pulled before it is handed out first.
				this.#sourceFailure = { error };
				this.#advance();
			},
		);
	}

	#work(item: unknown): void {
		const index = this.#index++;
		const outcome: Outcome = { state: "working", value: undefined };
		if (this.#options.ordered) this.#outcomes.push(outcome);
		const settle = (state: Outcome["state"], value: unknown): void => {
			outcome.state = state;
			outcome.value = value;
			if (!this.#options.ordered) this.#outcomes.push(outcome);
			this.#advance();
		};
		this.#attempt({ item, index, attempt: 1 }, settle);
	}

	#attempt(given: Omit<LostItem<unknown>, "error">, settle: (state: Outcome["state"], value: unknown) => void, first?: ActorError): void {
		this.#ask?.(given.item).then(
			(value) => settle("answered", value),
			(error: unknown) => {
				if (this.#closing !== undefined) return;
				if (!(error instanceof ActorError) || !LOST.includes(error.code)) return settle("failed", error);
				// Nobody is left to try it, or it has taken enough of them with it: what took the first says most.
				if (first !== undefined && (this.#members?.isExhausted === true || given.attempt >= ITEM_ATTEMPTS_MAX))
					return settle("failed", lost(given.index, first));
				const { onLost } = this.#options;
				if (onLost === undefined) return settle("failed", lost(given.index, error));
				try {
					if (onLost({ ...given, error }) !== "retry") return settle("skipped", undefined);
				} catch (thrown) {
					return settle("failed", thrown);
				}
				// In a later turn the pool has heard of all that ended together.
				setImmediate(() => this.#attempt({ ...given, attempt: given.attempt + 1 }, settle, first ?? error));
			},
		);
	}

	#fail(error: unknown): void {
		this.#failure ??= { error };
		void this.#close("kill").then(() => this.#finishWaiters());
	}

	/** The first waiter hears of the failure, the others of the end. */
	#finishWaiters(): void {
		const failure = this.#failure;
		if (failure !== undefined && this.#waiters.length > 0) {
			this.#failure = undefined;
			this.#waiters.shift()?.reject(failure.error);
		}
		for (let waiter = this.#waiters.shift(); waiter !== undefined; waiter = this.#waiters.shift())
			waiter.resolve({ done: true, value: undefined });
	}

	#close(how: "stop" | "kill"): Promise<void> {
		this.#closing ??= this.#closeNow(how);
		return this.#closing;
	}

	async #closeNow(how: "stop" | "kill"): Promise<void> {
		this.#outcomes.clear();
		const returning = this.#options.upstream.close().catch((error: unknown) => {
			this.#failure ??= { error };
		});
		// A pool that could not be made has failed the iteration already.
		const pool = await this.#pool?.catch(() => undefined);
		await (how === "stop" ? pool?.stop() : pool?.kill());
		await returning;
	}
}

function lost(index: number, cause: ActorError): ActorError {
	const error = new ActorError(
		"ERR_ITEM_LOST",
		`Item ${index} was lost with the actor that worked on it: pass onLost to go on without such items`,
		{ cause },
	);
	return Object.assign(error, { index });
}
