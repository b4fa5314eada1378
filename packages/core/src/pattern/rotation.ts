/**
 * Whose turn it is: a ring of peers that are ready, in the order in which they became so.
 *
 * Joining puts a peer at the end (just before the one whose turn it is), leaving and moving on are O(1) and touch no
 * memory but the links, so a rotation costs nothing per message and keeps no peer that has left.
 */
/** A peer's place in one rotation. It is in the ring exactly when `next` is set. */
export class Turn<Peer> {
	readonly peer: Peer;
	next: Turn<Peer> | undefined;
	previous: Turn<Peer> | undefined;

	constructor(peer: Peer) {
		this.peer = peer;
		this.next = undefined;
		this.previous = undefined;
	}
}

export class Rotation<Peer> {
	/** Whose turn it is; undefined when nobody is ready. */
	current: Turn<Peer> | undefined;

	constructor() {
		this.current = undefined;
	}

	/** Puts the turn at the end; nothing happens when it is in the ring already. */
	join(turn: Turn<Peer>): void {
		if (turn.next !== undefined) return;
		const current = this.current;
		if (current === undefined) {
			turn.next = turn;
			turn.previous = turn;
			this.current = turn;
			return;
		}
		const last = current.previous as Turn<Peer>;
		turn.next = current;
		turn.previous = last;
		last.next = turn;
		current.previous = turn;
	}

	/** Takes the turn out; nothing happens when it is not in the ring. */
	leave(turn: Turn<Peer>): void {
		const { next, previous } = turn;
		if (next === undefined || previous === undefined) return;
		turn.next = undefined;
		turn.previous = undefined;
		if (next === turn) {
			this.current = undefined;
			return;
		}
		previous.next = next;
		next.previous = previous;
		if (this.current === turn) this.current = next;
	}

	/** Ends this turn, if it is still the current one. */
	pass(turn: Turn<Peer>): void {
		if (this.current === turn) this.current = turn.next;
	}
}
