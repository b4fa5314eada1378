/**
 * Buffers in plain memory that were to lie in the arena, and found no slot: receivers hold all of it. They are copied when they are sent.
 *
 * Whoever sends faster than receivers read would go on so, with every message copied and queued. So a send of such a
 * buffer settles only when this thread's queues have let go of it, or after PACE_MS: the message was accepted, but its sender
 * is told a moment later, and finds slots again.
 */

import type { Message } from "../message.ts";
import { hold, release } from "../wait/keep-alive.ts";
import { ArenaBuffer, type ArenaHome, arenaUse, countedFrame } from "./arena-buffer.ts";

/** Longest time that a send is told late, ms: several times what copying the largest payload takes. */
const PACE_MS = 20;

const waiting = new WeakMap<ArenaBuffer, () => void>();
/** Buffers that end by themselves are none of the lost ones any more. */
const ended = new WeakSet<object>();
/** Counts those down that the program has just forgotten. */
const lost = new FinalizationRegistry<object>((mark) => {
	if (ended.has(mark)) return;
	arenaUse.overflow -= 1;
	arenaUse.live -= 1;
});
const marks = new WeakMap<ArenaBuffer, object>();

const OVERFLOW: ArenaHome = {
	shared: false,
	ended(buffer) {
		arenaUse.overflow -= 1;
		ended.add(marks.get(buffer) as object);
		waiting.get(buffer)?.();
	},
	sealed() {
		// Nobody looks whether plain memory has changed.
	},
	intact: () => true,
	plain: ({ buffer, byteOffset, length }) => Buffer.from(buffer, byteOffset, length),
	again: () => undefined,
};

/** Plain memory of so many bytes, not zeroed. */
export function overflowBuffer(length: number): ArenaBuffer {
	arenaUse.overflow += 1;
	const { buffer, byteOffset } = Buffer.allocUnsafeSlow(length);
	const overflow = new ArenaBuffer(buffer, { byteOffset, length, home: OVERFLOW });
	const mark = {};
	marks.set(overflow, mark);
	lost.register(overflow, mark);
	return overflow;
}

/** Settles when no queue of this thread has such a buffer of the message any more, or after PACE_MS; undefined: it has none. */
export function overflowGone(message: Message): Promise<void> | undefined {
	const buffer = message.map(countedFrame).find((each) => each?.home === OVERFLOW && each.queued > 0);
	if (buffer === undefined) return undefined;
	hold();
	return new Promise((resolve) => {
		const timer = setTimeout(done, PACE_MS);
		// A second send of the same buffer, retained, takes the place of the first, which its timer tells.
		waiting.set(buffer, done);
		function done(): void {
			clearTimeout(timer);
			if (waiting.get(buffer as ArenaBuffer) === done) waiting.delete(buffer as ArenaBuffer);
			release();
			resolve();
		}
	});
}
