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
import type { Pool } from "./pool.ts";

/** An item that was lost with the actor (or its thread or node) that worked on it. */
export interface LostItem<T> {
	/** The item. */
	readonly item: T;
	/** Its place in the input of the stage. */
	readonly index: number;
	/** ERR_ACTOR_DOWN, ERR_THREAD_DOWN or ERR_NODE_DOWN. */
	readonly error: unknown;
}

export interface StageIteratorOptions {
	readonly upstream: AsyncIterator<unknown>;
	readonly pool: () => Promise<Pool>;
	readonly handler: string;
	readonly call: CallOptions;
	readonly itemsMax: number;
	readonly ordered: boolean;
	readonly onLost: ((lost: LostItem<unknown>) => void) | undefined;
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

export class StageIterator implements AsyncIterableIterator<unknown> {
	readonly #options: StageIteratorOptions;
	/** Ordered: every item, in order. Unordered: those that are done. */
	readonly #outcomes = new Fifo<Outcome>();
	readonly #waiters = new Fifo<Waiter>();
	#pool: Promise<Pool> | undefined;
	#ask: ((item: unknown) => Promise<unknown>) | undefined;
	/** Pulled, or being pulled, and not yet handed out. */
	#held = 0;
	#index = 0;
	#pulling = false;
	#sourceEnded = false;
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
		if (this.#closing === undefined && this.#sourceEnded && this.#held === 0) {
			if (this.#sourceFailure === undefined) void this.#close("stop");
			else this.#fail(this.#sourceFailure.error);
		}
		if (this.#closing !== undefined) void this.#closing.then(() => this.#finishWaiters());
		else this.#pull();
	}

	#pull(): void {
		if (this.#pulling || this.#sourceEnded || this.#ask === undefined || this.#held >= this.#options.itemsMax) return;
		this.#pulling = true;
		this.#held += 1;
		this.#options.upstream.next().then(
			(result) => {
				this.#pulling = false;
				// What comes after the end of the iteration is nobody's.
				if (this.#closing !== undefined) return;
				if (result.done === true) {
					this.#sourceEnded = true;
					this.#held -= 1;
				} else this.#work(result.value);
				this.#advance();
			},
			(error: unknown) => {
				this.#pulling = false;
				this.#sourceEnded = true;
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
		this.#ask?.(item).then(
			(value) => settle("answered", value),
			(error: unknown) => {
				if (this.#closing !== undefined) return;
				if (!(error instanceof ActorError) || !LOST.includes(error.code)) return settle("failed", error);
				if (this.#options.onLost === undefined) return settle("failed", lost(index, error));
				try {
					this.#options.onLost({ item, index, error });
				} catch (thrown) {
					return settle("failed", thrown);
				}
				settle("skipped", undefined);
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
		const returning = this.#sourceEnded ? undefined : this.#returnUpstream();
		this.#sourceEnded = true;
		// A pool that could not be made has failed the iteration already.
		const pool = await this.#pool?.catch(() => undefined);
		await (how === "stop" ? pool?.stop() : pool?.kill());
		await returning;
	}

	/** A source that has an item under way may take for ever over it, and its `return` with it: that is not waited for. */
	async #returnUpstream(): Promise<void> {
		const { upstream } = this.#options;
		const waits = !this.#pulling || upstream instanceof StageIterator;
		const returned = (async () => upstream.return?.())();
		if (!waits) {
			returned.catch((error: unknown) => process.emitWarning(`The source of a pipeline failed while it was closed: ${String(error)}`));
			return;
		}
		try {
			await returned;
		} catch (error) {
			this.#failure ??= { error };
		}
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
