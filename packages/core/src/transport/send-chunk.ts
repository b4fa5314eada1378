/**
 * A block of outbound bytes, out of a pool of the thread. Who appends to it, each write that is under way and whoever may still want its bytes
 * hold it; let go by the last one it returns to the pool. One whose write failed is left to the garbage collector, because the operating
 * system may still read it.
 */
import { SEND_CHUNK_BYTES, SEND_CHUNKS_KEPT } from "../limits.ts";
import type { Message } from "../message.ts";

/** Idle chunks of this thread. */
const pool: SendChunk[] = [];

export class SendChunk {
	readonly bytes = Buffer.allocUnsafeSlow(SEND_CHUNK_BYTES);
	/** What other connections may send from here: messages that lie one behind the other, from `start` on … */
	readonly messages: Message[] = [];
	/** … and where each of them ends. */
	readonly ends: number[] = [];
	start = 0;
	/** True when the last frame of one of them is too large to lie here. */
	outlying = false;
	#holders = 0;
	#broken = false;

	/** Held once. */
	static take(): SendChunk {
		const chunk = pool.pop() ?? new SendChunk();
		chunk.#holders = 1;
		return chunk;
	}

	hold(): void {
		this.#holders += 1;
	}

	/** @param error why a write of it failed */
	release(error?: Error | null): void {
		if (error) this.#broken = true;
		this.#holders -= 1;
		if (this.#holders === 0 && !this.#broken && pool.length < SEND_CHUNKS_KEPT) pool.push(this);
	}
}
