/**
 * Credit of a host towards an actor of its own: as with other hosts, it goes back in lots of half a window, but by a call.
 */
import type { CreditTaker, TargetPart, Window } from "../parts.ts";

export class OwnCredit implements CreditTaker {
	readonly #target: TargetPart;
	readonly #window: Window;
	#messages = 0;
	#bytes = 0;

	constructor(target: TargetPart, window: Window) {
		this.#target = target;
		this.#window = window;
	}

	taken(bytes: number): void {
		this.#messages += 1;
		this.#bytes += bytes;
		if (this.#messages * 2 < this.#window.messages && this.#bytes * 2 < this.#window.bytes) return;
		const messages = this.#messages;
		const taken = this.#bytes;
		this.#messages = 0;
		this.#bytes = 0;
		this.#target.addCredit(messages, taken);
	}
}
