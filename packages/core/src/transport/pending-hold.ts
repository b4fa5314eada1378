/**
 * One owner's hold on the event loop for what it still has to deliver, on or off: makes hold and release balanced by construction.
 */
import { holdForDelivery, releaseDelivery } from "../wait/keep-alive.ts";

export class PendingHold {
	#on = false;

	set(on: boolean): void {
		if (on === this.#on) return;
		this.#on = on;
		if (on) holdForDelivery();
		else releaseDelivery();
	}
}
