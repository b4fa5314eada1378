/**
 * PUB (RFC 29): each message goes to every subscriber whose subscriptions it matches, and is lost for those that are full.
 *
 * All pipes get the same message object: nothing is copied per subscriber. Subscriptions are read from a pipe as they come, so
 * that a subscriber is never held up; one that subscribes to more than memory should hold loses its connection. With
 * `noDrop` a message waits until every subscriber that it matches has room.
 */
import { SUBSCRIBER_BYTES_MAX, TOPIC_BYTES_MAX, TOPIC_OVERHEAD_BYTES } from "../limits.ts";
import { addQueued, arenaUse, dropQueued } from "../memory/arena-buffer.ts";
import type { Frame, Message } from "../message.ts";
import type { SocketOptions } from "../option/options.ts";
import type { PatternHost, PatternOutcome } from "./pattern.ts";
import { PatternBase } from "./pattern-base.ts";
import type { Peer } from "./peer.ts";
import { RepeatedSubscriptions } from "./repeated-subscriptions.ts";
import { isSubscription, subscribedTooMuch, subscribes } from "./subscription-message.ts";
import { type Change, Subscriber, Subscriptions } from "./subscriptions.ts";

export type PubOptions = Readonly<Pick<SocketOptions, "noDrop" | "invertMatching">> &
	Readonly<Partial<Pick<SocketOptions, "countSubscriptions">>>;

/** A peer that subscribes. */
export interface Listener {
	readonly peer: Peer;
	/** What its topics cost, bytes. */
	bytes: number;
	/** With `countSubscriptions`: what it has subscribed to more than once. */
	repeated?: RepeatedSubscriptions;
}

export class PubPattern extends PatternBase {
	protected readonly subscriptions: Subscriptions<Listener> = new Subscriptions();
	protected readonly subscribers: Map<Peer, Subscriber<Listener>> = new Map();
	readonly #options: PubOptions;
	/** A list for whom a message goes to; kept, so that a send allocates nothing. A write can lead back to another send. */
	#spare: Subscriber<Listener>[] | undefined = [];

	/** @param options live: read at every message. */
	constructor(host: PatternHost, options: PubOptions) {
		super(host);
		this.#options = options;
	}

	/** Different topics that somebody has subscribed to. */
	get topicsCount(): number {
		return this.subscriptions.topicsCount;
	}

	/** With `noDrop`: any message could be sent, whoever it matches. */
	override get writable(): boolean {
		if (!this.#options.noDrop) return true;
		for (const { pipe } of this.subscribers.keys()) if (!pipe.writable && !pipe.closed) return false;
		return true;
	}

	trySend(message: Message): PatternOutcome {
		const found = this.#spare ?? [];
		this.#spare = undefined;
		const count = this.#match(message[0] as Frame, found);
		let outcome: PatternOutcome = "dropped";
		if (this.#options.noDrop && !allWritable(found, count, message)) outcome = "full";
		else if (sendToAll(found, count, message)) outcome = "sent";
		// Who has left is not kept in memory for long.
		if (found.length > 2 * count + 16) found.length = count;
		this.#spare = found;
		return outcome;
	}

	override peerReadable(peer: Peer): void {
		if (peer.reading) return;
		peer.reading = true;
		try {
			while (this.mayRead(peer)) {
				const message = peer.pipe.tryRead();
				if (message === undefined) return;
				this.onUpstream(peer, message);
			}
		} finally {
			peer.reading = false;
		}
	}

	override peerWritable(): void {
		if (this.#options.noDrop) this.host.onWritable();
	}

	protected override joined(peer: Peer): void {
		this.subscribers.set(peer, new Subscriber<Listener>({ peer, bytes: 0 }));
	}

	protected override lost(peer: Peer): void {
		const subscriber = this.subscribers.get(peer);
		if (subscriber === undefined) return;
		this.subscribers.delete(peer);
		this.removed(subscriber);
	}

	/** The subscriber is gone. */
	protected removed(subscriber: Subscriber<Listener>): void {
		this.subscriptions.removeAll(subscriber);
	}

	/** False: what this subscriber sends has to wait. */
	protected mayRead(_peer: Peer): boolean {
		return true;
	}

	/** What a subscriber sent: of a PUB only subscriptions count. */
	protected onUpstream(peer: Peer, message: Message): void {
		for (const frame of message) if (isSubscription(frame)) this.change(peer, frame);
	}

	/** Applies one subscription. */
	protected change(peer: Peer, frame: Frame): Change {
		const subscriber = this.subscribers.get(peer);
		if (subscriber === undefined) return "nothing";
		const { owner } = subscriber;
		const cost = frame.length - 1 + TOPIC_OVERHEAD_BYTES;
		if (!subscribes(frame)) {
			const repeated = owner.repeated?.remove(frame) ?? "none";
			if (repeated === "last") owner.bytes -= cost;
			if (repeated !== "none") return "nothing";
			const change = this.subscriptions.remove(frame, subscriber, 1);
			if (change !== "nothing") owner.bytes -= cost;
			return change;
		}
		if (this.endsForTooMuch(owner, frame.length - 1)) return "nothing";
		const change = this.subscriptions.add(frame, subscriber, 1);
		if (change !== "nothing" || this.#isRepeated(owner, frame)) owner.bytes += cost;
		return change;
	}

	/** Counts a topic that it has already; true when that takes memory. */
	#isRepeated(owner: Listener, frame: Frame): boolean {
		if (!this.#options.countSubscriptions) return false;
		owner.repeated ??= new RepeatedSubscriptions();
		return owner.repeated.add(frame);
	}

	/** A peer that subscribes to more than memory should hold loses its connection: true. */
	protected endsForTooMuch({ peer, bytes }: Listener, topicBytes: number): boolean {
		if (topicBytes <= TOPIC_BYTES_MAX && bytes + topicBytes + TOPIC_OVERHEAD_BYTES <= SUBSCRIBER_BYTES_MAX) return false;
		this.detach(peer.pipe, { discard: true, because: subscribedTooMuch(topicBytes, TOPIC_BYTES_MAX) });
		return true;
	}

	#match(topic: Frame, found: Subscriber<Listener>[]): number {
		const count = this.subscriptions.match(topic, found);
		if (!this.#options.invertMatching) return count;
		const { stamp } = this.subscriptions;
		let others = 0;
		for (const subscriber of this.subscribers.values()) if (subscriber.stamp !== stamp) found[others++] = subscriber;
		return others;
	}
}

/** True when one has taken it. */
function sendToAll(found: readonly Subscriber<Listener>[], count: number, message: Message): boolean {
	const shared = arenaUse.live !== 0;
	if (shared) addQueued(message, count);
	let taken = 0;
	for (let i = 0; i < count; i++) if ((found[i] as Subscriber<Listener>).owner.peer.pipe.tryWrite(message)) taken += 1;
	// Of those that did not take it; and one that the caller had, if it was sent.
	if (shared) dropQueued(message, count - taken + (taken > 0 ? 1 : 0));
	return taken > 0;
}

function allWritable(found: readonly Subscriber<Listener>[], count: number, message: Message): boolean {
	for (let i = 0; i < count; i++) {
		const { pipe } = (found[i] as Subscriber<Listener>).owner.peer;
		if (pipe.writable || pipe.closed) continue;
		// It will be refused, and that is what makes the pipe tell when there is room.
		pipe.tryWrite(message);
		return false;
	}
	return true;
}
