/**
 * Credit of a host towards an actor of its own: as with other hosts, it goes back in lots of half a window, but by a call.
 */
import type { CellPart, OwnCreditPart, TargetPart, Window } from "../parts.ts";

export class OwnCredit implements OwnCreditPart {
	readonly #cell: CellPart;
	readonly #target: TargetPart;
	readonly #window: Window;
	#messages = 0;
	#bytes = 0;

	constructor(cell: CellPart, target: TargetPart, window: Window) {
		this.#cell = cell;
		this.#target = target;
		this.#window = window;
	}

	taken(bytes: number): void {
		this.#messages += 1;
		this.#bytes += bytes;
		if (this.#messages * 2 < this.#window.messages && this.#bytes * 2 < this.#window.bytes) return;
		this.#giveBack();
	}

	makeRoom(messages: number, bytes: number): void {
		while (this.#messages < messages || this.#bytes < bytes) {
			const dropped = this.#cell.dropOldest(this);
			if (dropped === undefined) break;
			this.#messages += 1;
			this.#bytes += dropped.bytes;
		}
		this.#giveBack();
	}

	#giveBack(): void {
		const messages = this.#messages;
		const taken = this.#bytes;
		this.#messages = 0;
		this.#bytes = 0;
		this.#target.addCredit(messages, taken);
	}
}
