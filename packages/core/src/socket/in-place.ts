/**
 * Frames that are received where they lie, in the arena, instead of being copied out of it.
 *
 * They are the receiver's until the next receive of the same kind begins; then each gives back the one reference that came with it,
 * unless it was given back or sent on before. What the receiver retained stays.
 */
import { type ArenaBuffer, arenaUse, asPlain, countedFrame, handedOut } from "../memory/arena-buffer.ts";
import type { Frame, Message } from "../message.ts";

/** A message as `inPlace` gives it: its Buffers are ArenaBuffers. */
export type InPlace<Message> = { [Part in keyof Message]: Message[Part] extends Buffer ? ArenaBuffer : Message[Part] };

export class InPlaceFrames {
	readonly #which: "all" | "counted";
	#current: ArenaBuffer[] = [];

	/** @param which frames become ArenaBuffers: all, or only those that lie in the arena */
	constructor(which: "all" | "counted") {
		this.#which = which;
	}

	/** The message with frames of the receiver's own. */
	of(message: Message): Message {
		if (arenaUse.live === 0) return this.#which === "all" ? message.map(asPlain) : message;
		const frames = message.slice();
		for (let i = 0; i < frames.length; i++) {
			const frame = frames[i] as Frame;
			const buffer = countedFrame(frame);
			if (buffer === undefined) {
				if (this.#which === "all") frames[i] = asPlain(frame);
				continue;
			}
			const own = handedOut(buffer);
			frames[i] = own;
			if (own.shared) this.#current.push(own);
		}
		return frames;
	}

	/** A receive begins: what the ones before gave out ends. */
	end(): void {
		if (this.#current.length === 0) return;
		const frames = this.#current;
		this.#current = [];
		for (const frame of frames) frame.release();
	}
}
