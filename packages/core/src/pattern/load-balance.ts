/**
 * Round-robin sending (RFC 28, 30): each whole message goes to the next peer that has room.
 *
 * A peer that refuses leaves the rotation until its pipe says that there is room again, then it joins the end. A message
 * that everybody refused stays with the caller.
 */
import type { Message } from "../message.ts";
import type { Peer } from "./peer.ts";
import { Rotation } from "./rotation.ts";

export class LoadBalance {
	/** Whom {@link trySend} gave the last message. */
	target: Peer | undefined = undefined;
	readonly #ready = new Rotation<Peer>();

	/** True when some peer has room. */
	get writable(): boolean {
		const first = this.#ready.current;
		for (let turn = first; turn !== undefined; ) {
			if (turn.peer.pipe.writable) return true;
			turn = turn.next === first ? undefined : turn.next;
		}
		return false;
	}

	/** The peer has room, as far as is known. */
	join(peer: Peer): void {
		this.#ready.join(peer.outbound);
	}

	leave(peer: Peer): void {
		if (this.target === peer) this.target = undefined;
		this.#ready.leave(peer.outbound);
	}

	/** False when no peer has room. */
	trySend(message: Message): boolean {
		for (let turn = this.#ready.current; turn !== undefined; turn = this.#ready.current) {
			if (turn.peer.pipe.tryWrite(message)) {
				this.#ready.pass(turn);
				this.target = turn.peer;
				return true;
			}
			this.#ready.leave(turn);
		}
		return false;
	}

	/** As so many {@link trySend}, from `start` on, until one says false; returns how many were sent. */
	sendMany(messages: readonly Message[], start: number): number {
		let at = start;
		for (let turn = this.#ready.current; turn !== undefined && at < messages.length; turn = this.#ready.current) {
			if (turn.next !== turn) {
				if (!this.trySend(messages[at] as Message)) break;
				at += 1;
				continue;
			}
			const written = turn.peer.pipe.writeMany(messages, at, messages.length);
			at += written;
			if (written > 0) this.target = turn.peer;
			else this.#ready.leave(turn);
		}
		return at - start;
	}
}
