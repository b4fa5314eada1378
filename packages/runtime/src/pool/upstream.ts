/**
 * Where a stage of a pipeline gets its items: the stage before it, or the source. One pull at a time.
 *
 * Shutdown: `close` returns the iterator that it wraps. A source that has an item under way may take for ever over it, and
 * its `return` with it: that is not waited for. A stage answers at once.
 */

/** An iterator whose `return` settles although a `next` is under way. */
export interface PipelineStage extends AsyncIterableIterator<unknown> {
	readonly closesAtOnce: true;
}

export class Upstream {
	readonly #items: AsyncIterator<unknown> | PipelineStage;
	#pulling = false;
	#ended = false;

	constructor(items: AsyncIterator<unknown> | PipelineStage) {
		this.#items = items;
	}

	/** Whether an item is under way. */
	get pulling(): boolean {
		return this.#pulling;
	}

	/** Whether it had its end, failed or was closed. */
	get ended(): boolean {
		return this.#ended;
	}

	/** The next item. Not to be called while `pulling` or when `ended`. */
	pull(): Promise<IteratorResult<unknown>> {
		this.#pulling = true;
		return this.#items.next().then(
			(result) => {
				this.#pulling = false;
				if (result.done === true) this.#ended = true;
				return result;
			},
			(error: unknown) => {
				this.#pulling = false;
				this.#ended = true;
				throw error;
			},
		);
	}

	/** Returns the iterator unless it has ended. @throws what its `return` throws, when that is waited for */
	async close(): Promise<void> {
		if (this.#ended) return;
		this.#ended = true;
		const items = this.#items;
		const returned = (async () => items.return?.())();
		if (!this.#pulling || "closesAtOnce" in items) await returned;
		else returned.catch((error: unknown) => process.emitWarning(`The source of a pipeline failed while it was closed: ${String(error)}`));
	}
}
