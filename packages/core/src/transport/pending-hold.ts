/**
 * One owner's hold on the event loop, on or off: makes hold() and release() balanced by construction.
 */
import { hold, release } from "../keep-alive.ts";

export class PendingHold {
	#on = false;

	set(on: boolean): void {
		if (on === this.#on) return;
		this.#on = on;
		if (on) hold();
		else release();
	}
}
