/**
 * A pattern that does not give out every message it gets: SUB, REQ and REP look at each one first.
 *
 * One message is looked at ahead, so that `readable` is the truth. It is dropped when its peer is detached, like everything
 * that is unread.
 */
import { dropQueued } from "../memory/arena-buffer.ts";
import type { Message } from "../message.ts";
import type { Pipe } from "../pipe/pipe.ts";
import { PatternBase } from "./pattern-base.ts";
import type { Peer } from "./peer.ts";

export abstract class SelectivePattern extends PatternBase {
	#ahead: Message | undefined;
	#aheadPipe: Pipe | undefined;
	#source: Pipe | undefined;

	/** What a receiver gets of this message; undefined = nothing, it is discarded. */
	protected abstract select(message: Message, peer: Peer): Message | undefined;

	override tryReceive(): Message | undefined {
		const message = this.#ahead ?? this.#next();
		this.#source = this.#aheadPipe;
		this.#ahead = undefined;
		this.#aheadPipe = undefined;
		return message;
	}

	override get source(): Pipe | undefined {
		return this.#source;
	}

	override get readable(): boolean {
		this.#ahead ??= this.#next();
		return this.#ahead !== undefined;
	}

	override detach(pipe: Pipe, options: { discard: boolean; because?: Error }): void {
		if (this.#aheadPipe === pipe) this.dropAhead();
		super.detach(pipe, options);
	}

	protected override dropUnread(peer: Peer): void {
		if (this.#aheadPipe === peer.pipe) this.dropAhead();
		super.dropUnread(peer);
	}

	protected dropAhead(): void {
		if (this.#ahead !== undefined) dropQueued(this.#ahead);
		this.#ahead = undefined;
		this.#aheadPipe = undefined;
	}

	#next(): Message | undefined {
		while (this.inbound.readable) {
			const message = this.inbound.tryReceive();
			const peer = this.inbound.source;
			if (message === undefined || peer === undefined) return undefined;
			const selected = this.select(message, peer);
			if (selected === undefined) {
				dropQueued(message);
				continue;
			}
			this.#aheadPipe = peer.pipe;
			return selected;
		}
		return undefined;
	}
}
