/**
 * The message in hand as a handler sees it: `ctx.call`. Stays true for as long as the handler keeps it.
 */
import type { ActorRef, CurrentCall } from "../definition/actor-types.ts";
import type { CallPart, CellPart } from "../parts.ts";

export class CallView implements CurrentCall {
	readonly #cell: CellPart;
	readonly #call: CallPart;

	constructor(cell: CellPart, call: CallPart) {
		this.#cell = cell;
		this.#call = call;
	}

	get signal(): AbortSignal {
		return this.#call.signal;
	}

	cancelled(): boolean {
		return this.#call.givenUp;
	}

	get deadline(): number {
		return this.#call.deadline;
	}

	get sender(): ActorRef | undefined {
		const { sender, peer } = this.#call;
		return sender === 0 ? undefined : this.#cell.host.refOf(peer, sender, this.#cell);
	}
}
