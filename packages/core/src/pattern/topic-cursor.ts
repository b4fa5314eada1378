/**
 * Reads the topics of a subscriber, oldest first, with pauses as long as it likes: it stays right whatever is added and removed
 * meanwhile, and has never seen the last one. {@link Subscriptions.read} makes it; who is done with it closes it.
 */
const NONE = -1;

/** Where cursors are known, to be kept right. */
interface Readable {
	readonly cursors: Set<TopicCursor>;
}

export class TopicCursor {
	/** @internal the subscription that is read next; -1 = none yet */
	next: number = NONE;
	readonly #subscriber: Readable;
	readonly #behind: (first: number, subscription: number) => Buffer;
	readonly #after: (subscription: number) => number;

	constructor(subscriber: Readable, behind: (first: number, subscription: number) => Buffer, after: (subscription: number) => number) {
		this.#subscriber = subscriber;
		this.#behind = behind;
		this.#after = after;
		subscriber.cursors.add(this);
	}

	/** True when all that is there was read. */
	get atEnd(): boolean {
		return this.next === NONE;
	}

	/** The next topic behind the byte `first`, as a subscription is sent; undefined when there is none yet. */
	take(first: number): Buffer | undefined {
		const { next } = this;
		if (next === NONE) return undefined;
		this.next = this.#after(next);
		return this.#behind(first, next);
	}

	close(): void {
		this.#subscriber.cursors.delete(this);
	}
}
