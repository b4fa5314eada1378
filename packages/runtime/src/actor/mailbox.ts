/**
 * What an actor has to do, and in which order: tasks (setup, timers, watches) before messages; messages and steps of
 * streams in turn, so that neither can starve the other.
 */
import { Fifo } from "../fifo.ts";
import type { CallPart, OutboundStreamPart } from "../parts.ts";

export class Mailbox {
	readonly tasks = new Fifo<() => unknown>();
	readonly messages = new Fifo<CallPart>();
	readonly steps = new Fifo<OutboundStreamPart>();
	#stepsFirst = false;

	get empty(): boolean {
		return this.tasks.length === 0 && this.messages.length === 0 && this.steps.length === 0;
	}

	/** The next step of a stream, when it is the turn of streams or there are no messages. */
	nextStep(): OutboundStreamPart | undefined {
		this.#stepsFirst = !this.#stepsFirst;
		return this.#stepsFirst || this.messages.length === 0 ? this.steps.shift() : undefined;
	}

	clear(): void {
		this.tasks.clear();
		this.messages.clear();
		this.steps.clear();
	}
}
