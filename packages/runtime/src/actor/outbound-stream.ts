/**
 * The producing end of a stream: an async generator of an actor, stepped as turns of that actor while the consumer has credit.
 *
 * Each step up to the next `yield` is one turn, so an open stream does not block the mailbox. Without credit nothing is
 * stepped. When the consumer breaks off, the generator's `return()` is one more turn, so its `finally` runs as usual.
 */
import { ActorError } from "../errors.ts";
import type { CallPart, LifePart, OutboundStreamPart } from "../parts.ts";

export class OutboundStream implements OutboundStreamPart {
	readonly call: CallPart;
	readonly #life: LifePart;
	readonly #iterator: AsyncIterator<unknown>;
	#items: number;
	#bytes: number;
	#stepping = false;
	#queued = false;
	#ending = false;
	#ended = false;

	constructor(call: CallPart, life: LifePart, iterator: AsyncIterator<unknown>) {
		this.call = call;
		this.#life = life;
		this.#iterator = iterator;
		this.#items = call.items;
		this.#bytes = call.itemBytes;
	}

	/** The consumer took items. */
	addCredit(items: number, bytes: number): void {
		this.#items = Math.min(this.#items + items, this.call.items);
		this.#bytes = Math.min(this.#bytes + bytes, this.call.itemBytes);
		this.schedule();
	}

	/** Breaks off: the generator is returned at its next turn. */
	end(): void {
		this.#ending = true;
		this.schedule();
	}

	/** Asks the actor for a turn when there is something to do. */
	schedule(): void {
		if (this.#queued || this.#stepping || this.#ended) return;
		if (!this.#ending && (this.#items <= 0 || this.#bytes <= 0)) return;
		this.#queued = true;
		this.#life.addStep(this);
	}

	/** One turn; settles when it is over, and never rejects. */
	async step(): Promise<void> {
		this.#queued = false;
		if (this.#ended) return;
		this.#stepping = true;
		try {
			if (this.#ending) {
				this.#close();
				await this.#iterator.return?.();
				return;
			}
			const result = await this.#iterator.next();
			if (this.#ended) return;
			if (result.done === true) {
				this.#close();
				this.call.reply(undefined);
				return;
			}
			this.#bytes -= this.call.item(result.value);
			this.#items -= 1;
		} catch (error) {
			const open = !this.#ended;
			this.#close();
			this.call.fail(error);
			if (open && error instanceof ActorError && error.code === "ERR_NOT_SENDABLE") await this.#quietReturn();
		} finally {
			this.#stepping = false;
			this.schedule();
		}
	}

	/** The actor has ended: the generator gets the chance to run its `finally`, outside of any turn. */
	abandon(): void {
		if (this.#ended) return;
		this.#close();
		this.call.abandon();
		void this.#quietReturn();
	}

	#close(): void {
		this.#ended = true;
		this.#life.removeStream(this);
	}

	/** The consumer has its error already; what the `finally` of the generator throws has nobody left to go to but the log. */
	async #quietReturn(): Promise<void> {
		try {
			await this.#iterator.return?.();
		} catch (error) {
			this.#life.log(`a stream of ${this.call.method} failed while it was closed:`, error);
		}
	}
}
