/**
 * The period that a closed pipe may still use to flush what was queued (zmq_setsockopt(3), ZMQ_LINGER).
 *
 * The timer is unref'd: whoever flushes holds the event loop.
 */
import { TIMER_MS_MAX } from "../limits.ts";
import type { Pipe } from "../pipe/pipe.ts";

export class Linger {
	#timer: NodeJS.Timeout | undefined;

	/** @param lingerMs negative = for ever; 0 expires at once, within the call */
	start(lingerMs: number, expire: () => void): void {
		if (lingerMs < 0 || this.#timer !== undefined) return;
		if (lingerMs === 0) expire();
		else this.#timer = setTimeout(expire, Math.min(lingerMs, TIMER_MS_MAX)).unref();
	}

	stop(): void {
		clearTimeout(this.#timer);
	}
}

/** Closes the socket's end in the socket's name: its pattern hears that the pipe is gone, the engine that it is to flush. */
export function closeFromTransport(socketEnd: Pipe, lingerMs: number): void {
	socketEnd.close({ discard: lingerMs === 0 });
	socketEnd.owner?.onClosed(socketEnd);
}
