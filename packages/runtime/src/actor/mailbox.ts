/**
 * What an actor has to do, and in which order: tasks (setup, timers, watches) before messages; messages and steps of
 * streams in turn, so that neither can starve the other. What was stashed waits here too, until it is put back before all other messages.
 */
import { ActorError } from "../errors.ts";
import { Fifo } from "../fifo.ts";
import type { CallPart, CreditTaker, OutboundStreamPart } from "../parts.ts";
import { PriorityQueue } from "./priority-queue.ts";

export class Mailbox {
	readonly tasks = new Fifo<() => unknown>();
	readonly steps = new Fifo<OutboundStreamPart>();
	readonly #messages: Fifo<CallPart>;
	/** Taken from the stash again: before all other messages. Made at need, as the stash is. */
	#again: Fifo<CallPart> | undefined;
	#stash: CallPart[] | undefined;
	#stashedBytes = 0;
	#stepsFirst = false;

	constructor(priorities: Readonly<Record<string, number | undefined>> | undefined) {
		this.#messages = priorities === undefined ? new Fifo() : new PriorityQueue(priorities);
	}

	get empty(): boolean {
		return this.tasks.length === 0 && this.steps.length === 0 && this.#noMessages;
	}

	get #noMessages(): boolean {
		return this.#messages.length === 0 && (this.#again === undefined || this.#again.length === 0);
	}

	push(call: CallPart): void {
		this.#messages.push(call);
	}

	/** The next step of a stream, when it is the turn of streams or there are no messages. */
	nextStep(): OutboundStreamPart | undefined {
		this.#stepsFirst = !this.#stepsFirst;
		return this.#stepsFirst || this.#noMessages ? this.steps.shift() : undefined;
	}

	nextMessage(): CallPart | undefined {
		if (this.#again !== undefined && this.#again.length > 0) return this.#again.shift();
		return this.#messages.shift();
	}

	/** Takes out the oldest message that came by this credit. Those that were in hand once are not among them: their credit is back. */
	dropOldest(credit: CreditTaker): CallPart | undefined {
		const call = this.#messages.find((waiting) => waiting.credit === credit);
		if (call !== undefined) this.#messages.remove(call);
		return call;
	}

	/** Puts the message in hand aside. @throws ActorError ERR_OVERLOADED when there are too many, or too large ones */
	stash(call: CallPart, messagesMax: number, bytesMax: number): void {
		this.#stash ??= [];
		if (this.#stash.length >= messagesMax || this.#stashedBytes + call.bytes > Math.max(bytesMax, call.bytes))
			throw new ActorError(
				"ERR_OVERLOADED",
				`${this.#stash.length} messages of ${this.#stashedBytes} bytes are stashed: unstash them, or define the actor with a larger stashMax`,
			);
		call.stashed = true;
		this.#stash.push(call);
		this.#stashedBytes += call.bytes;
	}

	/** Puts all that is stashed back, in order, before all other messages; returns how many. */
	unstash(): number {
		const stash = this.#stash;
		if (stash === undefined || stash.length === 0) return 0;
		this.#stash = undefined;
		this.#stashedBytes = 0;
		const again = new Fifo<CallPart>();
		for (const call of stash) again.push(call);
		for (let call = this.#again?.shift(); call !== undefined; call = this.#again?.shift()) again.push(call);
		this.#again = again;
		return stash.length;
	}

	/** Empties it; returns the messages that nobody will take. */
	clear(): CallPart[] {
		const left: CallPart[] = this.#stash ?? [];
		this.#stash = undefined;
		for (let call = this.nextMessage(); call !== undefined; call = this.nextMessage()) left.push(call);
		this.tasks.clear();
		this.steps.clear();
		return left;
	}
}
