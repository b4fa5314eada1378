/**
 * The calling thread as a member of one root: its token, its doorbell, and its lanes to the other members.
 *
 * A thread can belong to several roots, when it was started before its parent first imported the package; names are bound in all of
 * them, a lane lives in the one where the peer was found.
 *
 * **Shutdown**: `leave()` makes the thread dead for the others at once; their ends of the lanes then drain and close.
 */
import { Arena } from "./arena.ts";
import { Doorbell, ring } from "./doorbell.ts";
import { Lane, type LaneHost } from "./lane.ts";
import { type LaneSlot, LaneTable } from "./lane-table.ts";
import { NameTable } from "./name-table.ts";
import { CorruptRing } from "./ring.ts";
import type { Root } from "./root.ts";
import { ThreadTable } from "./thread-table.ts";

export interface MembershipOptions {
	readonly threadId: number;
	/** -1 = not known. */
	readonly parentThreadId: number;
	readonly host: LaneHost;
	readonly onRing: () => void;
}

export class Membership {
	readonly root: Root;
	readonly threads: ThreadTable;
	readonly names: NameTable;
	readonly laneTable: LaneTable;
	readonly token: number;
	readonly bell: Doorbell;
	readonly arena: Arena;
	/** Living lanes, oldest first. */
	readonly lanes: Lane[] = [];
	readonly #host: LaneHost;
	readonly #bySlot = new Map<number, Lane>();
	readonly #byPeer = new Map<number, Lane>();
	/** Lanes of dead threads that are still being read. */
	readonly #dying = new Set<Lane>();
	/** Lanes given up while the peer lived, until their slot is free. */
	#left: LaneSlot[] = [];
	#lanesSeen = 0;

	/** @throws ZmqError ENOBUFS when the root is full of threads. */
	constructor(root: Root, options: MembershipOptions) {
		this.root = root;
		this.threads = new ThreadTable(root);
		this.names = new NameTable(root, this.threads);
		this.laneTable = new LaneTable(root, this.threads);
		this.token = this.threads.claim(options.threadId, options.parentThreadId);
		this.arena = new Arena(root, this.threads, this.token);
		this.bell = new Doorbell(this.threads.bellOf(this.token), options.onRing);
		this.#host = options.host;
		this.#lanesSeen = this.threads.lanesGeneration(this.token);
	}

	/** The lane to a peer, made on first use; undefined when the peer is dead. @throws ZmqError ENOBUFS */
	laneTo(peer: number): Lane | undefined {
		this.refresh();
		const known = this.#byPeer.get(peer);
		if (known !== undefined && !known.ended) return known;
		if (!this.threads.alive(peer)) return undefined;
		const lane = this.#adopt(this.laneTable.make(this.token, peer));
		this.threads.announceLaneTo(peer);
		return lane;
	}

	/** Looks for new lanes and for dead peers, if anybody said there were; true when anything changed. */
	refresh(): boolean {
		const generation = this.threads.lanesGeneration(this.token);
		if (generation === this.#lanesSeen) return false;
		this.#lanesSeen = generation;
		this.#left = this.#left.filter((slot) => !this.laneTable.settled(slot, this.token));
		for (const slot of this.laneTable.acceptedBy(this.token)) {
			if (!this.#bySlot.has(slot.slot) && !this.#left.some((left) => left.slot === slot.slot)) this.#adopt(slot);
		}
		for (const lane of this.lanes) {
			if (!this.threads.alive(lane.peer) || this.laneTable.abandoned(lane.slot, this.token)) this.#dying.add(lane);
		}
		return true;
	}

	/** True when somebody has announced lanes or deaths that {@link refresh} has not looked at. */
	get stale(): boolean {
		return this.#dying.size !== 0 || this.threads.lanesGeneration(this.token) !== this.#lanesSeen;
	}

	/** Reads every lane and goes on with blocked writes; true when there was anything to do. */
	work(deadline: number, clock: () => number): boolean {
		let worked = this.refresh();
		// A lane that ends leaves the list while we walk it.
		for (let i = this.lanes.length - 1; i >= 0; i--) {
			const lane = this.lanes[i] as Lane;
			try {
				if (lane.drain(deadline, clock)) worked = true;
				if (lane.resume()) worked = true;
				if (this.#dying.has(lane) && lane.drained()) this.#finish(lane);
			} catch (error) {
				this.#corrupt(lane, error);
			}
		}
		return worked;
	}

	/** True when a peer has published something, or made room: a look as cheap as can be, for one who looks over and over. */
	stirs(): boolean {
		const { lanes } = this;
		for (let i = 0; i < lanes.length; i++) if ((lanes[i] as Lane).stirs()) return true;
		return false;
	}

	/** True when {@link work} would find anything. */
	hasWork(): boolean {
		if (this.stale) return true;
		for (const lane of this.lanes) {
			try {
				if (lane.hasWork()) return true;
			} catch (error) {
				this.#corrupt(lane, error);
				return true;
			}
		}
		return false;
	}

	/** At the end of the thread: everything written is visible, and everybody knows. */
	leave(): void {
		for (const lane of this.lanes) lane.flush();
		if (!this.threads.retire(this.token)) return;
		this.names.sweep();
		this.laneTable.sweep();
		this.threads.announceLanes();
	}

	/**
	 * Somebody's thread has ended: frees what it held and tells everybody. Also when it is dead already: it may have been
	 * terminated in the middle of {@link leave}, with its slot given back and nobody told.
	 */
	bury(threadId: number): void {
		this.threads.retireThread(threadId);
		this.names.sweep();
		this.laneTable.sweep();
		this.threads.announceDeath();
	}

	#adopt(slot: LaneSlot): Lane {
		const peer = slot.initiator === this.token ? slot.acceptor : slot.initiator;
		const lane = new Lane(this.root, slot, this.token, this.threads.bellOf(peer), this.#host, this.arena);
		this.lanes.push(lane);
		this.#bySlot.set(slot.slot, lane);
		this.#byPeer.set(peer, lane);
		return lane;
	}

	#corrupt(lane: Lane, error: unknown): void {
		if (!(error instanceof CorruptRing)) throw error;
		process.emitWarning(`A lane between two threads was corrupt and has been closed: ${error.message}`, { code: "ZLOOM_LANE" });
		this.#finish(lane);
		this.threads.announceLaneTo(lane.peer);
		ring(this.threads.bellOf(lane.peer));
	}

	#finish(lane: Lane): void {
		this.#dying.delete(lane);
		this.lanes.splice(this.lanes.indexOf(lane), 1);
		this.#bySlot.delete(lane.slot.slot);
		if (this.#byPeer.get(lane.peer) === lane) this.#byPeer.delete(lane.peer);
		if (!this.laneTable.leave(lane.slot, this.token)) this.#left.push(lane.slot);
		lane.end();
		// What the peer had granted and not published; with another lane between the two it may still be on its way.
		if (!this.lanes.some((other) => other.peer === lane.peer)) this.arena.forget(lane.peer);
	}
}
