/**
 * A first-in first-out queue over a circular array that grows by doubling and shrinks when it runs empty. Plain memory of one thread.
 */
const SLOTS_MIN = 8;
/** An actor has several queues, most of them never used: the slots come with the first value. */
const NO_SLOTS: never[] = [];

export class Fifo<T> {
	#slots: (T | undefined)[] = NO_SLOTS;
	#head = 0;
	#length = 0;

	get length(): number {
		return this.#length;
	}

	push(value: T): void {
		if (this.#length === this.#slots.length) this.#grow();
		this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = value;
		this.#length += 1;
	}

	peek(): T | undefined {
		return this.#length === 0 ? undefined : this.#slots[this.#head];
	}

	shift(): T | undefined {
		if (this.#length === 0) return undefined;
		const value = this.#slots[this.#head];
		this.#slots[this.#head] = undefined;
		this.#head = (this.#head + 1) & (this.#slots.length - 1);
		this.#length -= 1;
		if (this.#length === 0 && this.#slots.length > 1024) this.clear();
		return value;
	}

	/** The first value that passes the test. Linear. */
	find(test: (value: T) => boolean): T | undefined {
		for (let i = 0; i < this.#length; i++) {
			const value = this.#slots[(this.#head + i) & (this.#slots.length - 1)] as T;
			if (test(value)) return value;
		}
		return undefined;
	}

	/** Takes out one value from anywhere; false when it is not there. Linear. */
	remove(value: T): boolean {
		// Waits usually give up in the order they began.
		if (this.#length > 0 && this.#slots[this.#head] === value) return this.shift() !== undefined;
		const mask = this.#slots.length - 1;
		for (let i = 0; i < this.#length; i++) {
			if (this.#slots[(this.#head + i) & mask] !== value) continue;
			for (let j = i; j + 1 < this.#length; j++) this.#slots[(this.#head + j) & mask] = this.#slots[(this.#head + j + 1) & mask];
			this.#slots[(this.#head + this.#length - 1) & mask] = undefined;
			this.#length -= 1;
			return true;
		}
		return false;
	}

	clear(): void {
		this.#slots = NO_SLOTS;
		this.#head = 0;
		this.#length = 0;
	}

	#grow(): void {
		const old = this.#slots;
		const slots: (T | undefined)[] = new Array(Math.max(SLOTS_MIN, old.length * 2));
		for (let i = 0; i < this.#length; i++) slots[i] = old[(this.#head + i) & (old.length - 1)];
		this.#slots = slots;
		this.#head = 0;
	}
}
