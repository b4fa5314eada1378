/**
 * The leak net of a thread's arena buffers: a buffer that the program lost without releasing it gives its claim back when the
 * garbage collector finds it. That is not timely (node-facts: seconds, or never in an idle thread); nothing relies on it.
 *
 * Registering with a FinalizationRegistry costs microseconds, so only buffers that are still in use when YOUNG_MAX others have come
 * after them are registered; until then the net holds them itself.
 */
import { type ArenaBuffer, arenaUse } from "./arena-buffer.ts";

const YOUNG_MAX = 64;

export class ArenaNet {
	readonly #young: (ArenaBuffer | undefined)[] = new Array(YOUNG_MAX).fill(undefined);
	#next = 0;
	readonly #registry: FinalizationRegistry<{ claim: number }>;

	/** @param giveBack clears a claim */
	constructor(giveBack: (claim: number) => void) {
		this.#registry = new FinalizationRegistry((leak) => {
			// Released, or given to another thread, before it was lost.
			if (leak.claim === 0) return;
			arenaUse.live -= 1;
			giveBack(leak.claim);
		});
	}

	/** Watches a buffer from its making on. */
	watch(buffer: ArenaBuffer): void {
		const at = this.#next;
		this.#next = (at + 1) % YOUNG_MAX;
		const older = this.#young[at];
		this.#young[at] = buffer;
		if (older !== undefined && older.claim !== 0) this.#register(older);
	}

	/** Lets go of the young: memory is short, and some may be lost already. */
	spread(): void {
		for (let at = 0; at < YOUNG_MAX; at++) {
			const buffer = this.#young[at];
			this.#young[at] = undefined;
			if (buffer !== undefined && buffer.claim !== 0) this.#register(buffer);
		}
	}

	#register(buffer: ArenaBuffer): void {
		const leak = { claim: buffer.claim };
		buffer.leak = leak;
		this.#registry.register(buffer, leak);
	}
}
