/**
 * The messages of an actor that takes some before others: a queue for each priority of its definition, the highest first. Within one
 * priority messages stay in order.
 */
import { Fifo } from "../fifo.ts";
import type { CallPart } from "../parts.ts";

export class PriorityQueue extends Fifo<CallPart> {
	/** The highest first. */
	readonly #queues: readonly Fifo<CallPart>[];
	readonly #byMethod = new Map<string, Fifo<CallPart>>();
	readonly #usual: Fifo<CallPart>;
	#total = 0;

	/** @param priorities by method; 0 for all others */
	constructor(priorities: Readonly<Record<string, number | undefined>>) {
		super();
		const levels = [...new Set([0, ...Object.values(priorities).map((level) => level ?? 0)])].sort((a, b) => b - a);
		const byLevel = new Map(levels.map((level) => [level, new Fifo<CallPart>()]));
		this.#queues = [...byLevel.values()];
		this.#usual = byLevel.get(0) as Fifo<CallPart>;
		for (const [method, level] of Object.entries(priorities)) this.#byMethod.set(method, byLevel.get(level ?? 0) as Fifo<CallPart>);
	}

	override get length(): number {
		return this.#total;
	}

	override push(call: CallPart): void {
		(this.#byMethod.get(call.method) ?? this.#usual).push(call);
		this.#total += 1;
	}

	override peek(): CallPart | undefined {
		return this.#queues.find((queue) => queue.length > 0)?.peek();
	}

	override shift(): CallPart | undefined {
		const call = this.#queues.find((queue) => queue.length > 0)?.shift();
		if (call !== undefined) this.#total -= 1;
		return call;
	}

	/** The first that passes the test, of the lowest priority that has one: what would have to wait longest. */
	override find(test: (call: CallPart) => boolean): CallPart | undefined {
		for (const queue of [...this.#queues].reverse()) {
			const call = queue.find(test);
			if (call !== undefined) return call;
		}
		return undefined;
	}

	override remove(call: CallPart): boolean {
		if (!this.#queues.some((queue) => queue.remove(call))) return false;
		this.#total -= 1;
		return true;
	}

	override clear(): void {
		for (const queue of this.#queues) queue.clear();
		this.#total = 0;
	}
}
