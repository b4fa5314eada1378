/**
 * When waiting is a hang: not after a time, but after so many ticks. A tick is a turn of the event loop that this process really had, at
 * least TICK_MS after the one before.
 *
 * A machine that is slow, or stands still for a while, gives few ticks and is waited for; on one that is idle the limits are seconds.
 * (Code that does not return has no turns: that is the watchdog's matter.)
 */
import { Violation } from "./target.ts";

export const TICK_MS = 10;
/** For one condition: 20 s where nothing else runs. */
export const WAIT_TICKS_MAX = 2000;
/** For one whole run: 30 s where nothing else runs. */
export const RUN_TICKS_MAX = 3000;

export class Patience {
	#left: number;
	#last = performance.now();

	constructor(ticksMax: number) {
		this.#left = ticksMax;
	}

	/** Asked once a turn of the event loop; true when the last tick is gone. */
	over(): boolean {
		const now = performance.now();
		if (now - this.#last < TICK_MS) return false;
		this.#last = now;
		this.#left -= 1;
		return this.#left < 0;
	}
}

/** The same promise, or a Violation when it does not settle. */
export async function settled<T>(promise: Promise<T>, ticksMax = RUN_TICKS_MAX): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const patience = new Patience(ticksMax);
	const hang = new Promise<never>((_, reject) => {
		timer = setInterval(() => {
			if (patience.over()) reject(new Violation(`hang: the run did not end within ${ticksMax} ticks of ${TICK_MS} ms`));
		}, TICK_MS);
	});
	try {
		return await Promise.race([promise, hang]);
	} finally {
		clearInterval(timer);
	}
}
