/**
 * What all patterns share: the table of peers, and the way of a peer from attach to the last message it left behind.
 *
 * A pattern says who is admitted and what to do when a peer has joined, has something to read, has room, or is gone.
 *
 * Shutdown: `close()` closes every pipe and forgets every peer; the host hears `onDetached` for each.
 */
import { LEFT_PEERS_MAX } from "../limits.ts";
import type { Message } from "../message.ts";
import type { Pipe } from "../pipe/pipe.ts";
import { FairQueue } from "./fair-queue.ts";
import { LoadBalance } from "./load-balance.ts";
import type { Pattern, PatternHost, PatternOutcome } from "./pattern.ts";
import { Peer, type PeerOwner } from "./peer.ts";

/** One queue for two marks; 0 = no limit. */
function sum(sender: number, receiver: number): number {
	return sender === 0 || receiver === 0 ? 0 : sender + receiver;
}

export abstract class PatternBase implements Pattern, PeerOwner {
	protected readonly host: PatternHost;
	protected readonly peers: Map<Pipe, Peer> = new Map();
	protected readonly inbound: FairQueue = new FairQueue((peer) => this.#forget(peer));
	protected readonly outbound: LoadBalance = new LoadBalance();
	/** Peers that have left and are not read to the end, oldest first. */
	readonly #left = new Set<Peer>();
	#closed = false;

	constructor(host: PatternHost) {
		this.host = host;
	}

	abstract trySend(message: Message): PatternOutcome;

	sendMany(messages: readonly Message[], start: number): number {
		let at = start;
		while (at < messages.length && this.trySend(messages[at] as Message) === "sent") at += 1;
		return at - start;
	}

	tryReceive(): Message | undefined {
		return this.inbound.tryReceive();
	}

	receiveMany(into: Message[], max: number): void {
		while (into.length < max) {
			const message = this.tryReceive();
			if (message === undefined) return;
			into.push(message);
		}
	}

	get readable(): boolean {
		return this.inbound.readable;
	}

	get writable(): boolean {
		return this.outbound.writable;
	}

	get outOfTurn(): boolean {
		return false;
	}

	get source(): Pipe | undefined {
		return this.inbound.source?.pipe;
	}

	get pipeCount(): number {
		return this.peers.size;
	}

	/** Peers that are there: those that have left and are still being read do not count. */
	protected get presentCount(): number {
		return this.peers.size - this.#left.size;
	}

	attach(pipe: Pipe): boolean {
		const peer = new Peer(pipe, this);
		if (this.#closed || !this.admit(peer)) {
			const because = this.#closed ? undefined : this.faultOf(peer);
			pipe.close({ discard: true, ...(because && { because }) });
			if (!this.#closed && because === undefined) this.host.onRefused?.(pipe);
			return false;
		}
		this.peers.set(pipe, peer);
		pipe.owner = peer;
		this.joined(peer);
		// A pipe may bring messages with it, or have ended while it waited to be attached.
		if (pipe.readable) this.peerReadable(peer);
		if (pipe.closed) this.peerClosed(peer);
		return true;
	}

	wantRoom(): void {
		for (const { pipe } of this.peers.values()) pipe.wantRoom();
	}

	detach(pipe: Pipe, options: { discard: boolean; because?: Error }): void {
		const peer = this.peers.get(pipe);
		if (peer === undefined) return;
		pipe.close(options);
		this.#lose(peer);
		this.#forget(peer);
	}

	close(options: { discard: boolean }): void {
		this.#closed = true;
		for (const pipe of [...this.peers.keys()]) this.detach(pipe, options);
	}

	/** The high-water marks of the socket were changed: takes effect for all pipes now. */
	setMarks(marks: { send: number; receive: number }): void {
		for (const pipe of [...this.peers.keys()]) {
			const theirs = pipe.peerMarks;
			const outbound = theirs === undefined ? marks.send : sum(marks.send, theirs.receive);
			const inbound = theirs === undefined ? marks.receive : sum(theirs.send, marks.receive);
			pipe.tellMarks(marks);
			pipe.setLimits({ outbound, inbound });
		}
	}

	/** @internal an event of a pipe */
	peerReadable(peer: Peer): void {
		this.inbound.join(peer);
		this.host.onReadable();
	}

	/** @internal an event of a pipe */
	peerWritable(peer: Peer): void {
		if (peer.left) return;
		this.outbound.join(peer);
		this.host.onWritable();
	}

	/** @internal an event of a pipe: the peer is there, its connection was lost and will be made again */
	peerHiccup(_peer: Peer): void {
		// Most patterns have told their peers nothing that a new connection must be told again.
	}

	/** @internal an event of a pipe */
	peerClosed(peer: Peer): void {
		if (!this.peers.has(peer.pipe)) return;
		const present = !peer.left;
		this.#lose(peer);
		if (present && this.host.discardUnread === true) this.dropUnread(peer);
		if (present) this.departed(peer);
		if (peer.pipe.readable) this.#keepUntilRead(peer);
		else this.#forget(peer);
	}

	/** Whether this peer may join; called before it is in the table. */
	protected admit(_peer: Peer): boolean {
		return true;
	}

	/** What a peer that was not admitted has done wrong; undefined = nothing: there is no room for it. */
	protected faultOf(_peer: Peer): Error | undefined {
		return undefined;
	}

	/** The peer is in the table. */
	protected joined(peer: Peer): void {
		this.outbound.join(peer);
		this.host.onWritable();
	}

	/** The peer takes no more messages; called once. */
	protected lost(peer: Peer): void {
		this.outbound.leave(peer);
	}

	/** The peer has left by itself; what is put into its pipe now is received after all that it has sent. */
	protected departed(_peer: Peer): void {
		// Most patterns have nothing to say about it.
	}

	/** The peer has left, and what it has sent is not to be received any more. */
	protected dropUnread(peer: Peer): void {
		this.inbound.leave(peer);
		peer.pipe.dropUnread();
	}

	#lose(peer: Peer): void {
		if (peer.left) return;
		peer.left = true;
		this.lost(peer);
		// Who waits for exactly this peer must learn that it is gone.
		this.host.onWritable();
	}

	#keepUntilRead(peer: Peer): void {
		this.#left.add(peer);
		if (this.#left.size <= LEFT_PEERS_MAX) return;
		for (const oldest of this.#left) {
			this.#forget(oldest);
			break;
		}
	}

	#forget(peer: Peer): void {
		if (!this.peers.delete(peer.pipe)) return;
		this.#left.delete(peer);
		this.inbound.leave(peer);
		peer.pipe.close();
		this.host.onDetached(peer.pipe);
	}
}
