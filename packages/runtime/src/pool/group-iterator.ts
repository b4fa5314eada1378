/**
 * Groups of items: batches (each item in one group) and windows (groups that overlap). It holds no more than one group, and
 * pulls only while somebody waits for one, so a slow consumer still slows the source.
 *
 * Shutdown: `return` settles at once, also while the source has nothing to give; the timer of a batch ends with it.
 */
import { Fifo } from "../fifo.ts";
import type { PipelineStage, Upstream } from "./upstream.ts";

export interface GroupOptions {
	readonly upstream: Upstream;
	/** Items in a group. */
	readonly size: number;
	/** From the first item of a group to the first of the next, items. */
	readonly slide: number;
	/** How long the first item of a group may wait for the others, ms; no bound when undefined. */
	readonly withinMs: number | undefined;
	/** Whether the last items are a group although they are fewer. */
	readonly partial: boolean;
}

interface Waiter {
	readonly resolve: (result: IteratorResult<unknown>) => void;
	readonly reject: (error: unknown) => void;
}

export class GroupIterator implements PipelineStage {
	readonly closesAtOnce = true;
	readonly #options: GroupOptions;
	readonly #waiters = new Fifo<Waiter>();
	#held: unknown[] = [];
	/** Items to leave out before the next group begins, where windows do not touch. */
	#skip = 0;
	/** The held items are due: their time is over. */
	#due = false;
	#timer: NodeJS.Timeout | undefined;
	#failure: { error: unknown } | undefined;

	constructor(options: GroupOptions) {
		this.#options = options;
	}

	[Symbol.asyncIterator](): this {
		return this;
	}

	next(): Promise<IteratorResult<unknown>> {
		return new Promise((resolve, reject) => {
			this.#waiters.push({ resolve, reject });
			this.#advance();
		});
	}

	async return(value?: unknown): Promise<IteratorResult<unknown>> {
		this.#held = [];
		clearTimeout(this.#timer);
		const closed = this.#options.upstream.close();
		this.#advance();
		await closed;
		return { done: true, value };
	}

	/** Hands out what is there; pulls when that leaves somebody waiting. */
	#advance(): void {
		const { upstream, size, partial } = this.#options;
		while (this.#waiters.length > 0) {
			const isLast = upstream.ended && !upstream.pulling;
			if (this.#held.length >= size || (this.#held.length > 0 && (this.#due || (isLast && partial)))) {
				this.#waiters.shift()?.resolve({ done: false, value: this.#take() });
			} else if (this.#failure !== undefined) {
				const { error } = this.#failure;
				this.#failure = undefined;
				this.#waiters.shift()?.reject(error);
			} else if (upstream.ended) {
				this.#waiters.shift()?.resolve({ done: true, value: undefined });
			} else {
				if (!upstream.pulling) this.#pull();
				return;
			}
		}
	}

	#take(): unknown[] {
		const { size, slide } = this.#options;
		const group = this.#held.slice(0, size);
		// A batch that did not wait for all its items leaves none out.
		const step = this.#due ? group.length : slide;
		this.#skip = Math.max(0, step - this.#held.length);
		this.#held = this.#held.slice(step);
		this.#due = false;
		clearTimeout(this.#timer);
		return group;
	}

	#pull(): void {
		const { upstream, withinMs } = this.#options;
		upstream.pull().then(
			(result) => {
				if (result.done !== true && !upstream.ended) {
					if (this.#skip > 0) this.#skip -= 1;
					else this.#held.push(result.value);
					if (withinMs !== undefined && this.#held.length === 1) this.#timer = setTimeout(() => this.#onTime(), withinMs);
				}
				this.#advance();
			},
			(error: unknown) => {
				this.#failure = { error };
				this.#advance();
			},
		);
	}

	#onTime(): void {
		this.#due = true;
		this.#advance();
	}
}
