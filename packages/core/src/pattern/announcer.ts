/**
 * Tells peers what this socket wants (topics of a SUB, groups of a DISH), and loses none of it.
 *
 * Each peer hears all that is wanted, in the order in which it was asked for, then every change. What is wanted is itself the queue: a
 * peer reads it from where it was, SUBSCRIPTIONS_AHEAD at most are in its pipe, and a full pipe costs no memory. What cannot be read there (a topic that is not wanted any
 * more, or wanted once more) waits by topic: toggling one a million times holds one entry. After a lost connection a peer hears
 * everything anew.
 */
import { SUBSCRIPTIONS_AHEAD } from "../limits.ts";
import type { Message } from "../message.ts";
import type { Peer } from "./peer.ts";
import { SUBSCRIBE, subscriptionMessage } from "./subscription-message.ts";
import type { TopicCursor } from "./topic-cursor.ts";

/** What one peer has still to hear. */
class Backlog {
	/** All that is wanted, from where it stopped. */
	readonly wanted: TopicCursor;
	/** Changes since, by topic as latin1: wanted or not. */
	readonly changes = new Map<string, boolean>();
	/** Goes through the changes, also through those that come on the way: a map that is read from its head over and over is slow. */
	change: Iterator<[string, boolean]> | undefined;
	/** What its pipe refused. */
	refused: Message | undefined;

	constructor(wanted: TopicCursor) {
		this.wanted = wanted;
	}
}

export class Announcer {
	readonly #read: () => TopicCursor;
	readonly #backlogs = new Map<Peer, Backlog>();

	/** @param read begins to read what is wanted */
	constructor(read: () => TopicCursor) {
		this.#read = read;
	}

	/** A peer is there, or its connection was lost: it has to hear everything. */
	begin(peer: Peer): void {
		this.forget(peer);
		this.#backlogs.set(peer, new Backlog(this.#read()));
		this.goOn(peer);
	}

	forget(peer: Peer): void {
		this.#backlogs.get(peer)?.wanted.close();
		this.#backlogs.delete(peer);
	}

	/** This topic is wanted, and was not before. Peers hear of it at the next {@link tell}. */
	added(topic: Uint8Array): void {
		for (const { changes } of this.#backlogs.values()) if (changes.size > 0) changes.delete(textOf(topic));
	}

	/** Every peer hears what was {@link added}. Who adds very many in one go would have them all sent at the end: so what is much goes at once. */
	tell(): void {
		for (const [peer, { refused, wanted }] of this.#backlogs) {
			if (refused === undefined) this.goOn(peer);
			if (!wanted.atEnd) peer.pipe.urge();
		}
	}

	/** Every peer hears that a topic is not wanted any more, or once more. */
	announce(wanted: boolean, topic: Uint8Array): void {
		const message = subscriptionMessage(wanted, topic);
		for (const [peer, backlog] of this.#backlogs) {
			const idle = backlog.wanted.atEnd && backlog.refused === undefined && backlog.changes.size === 0;
			if (idle && peer.pipe.tryWrite(message)) continue;
			const text = textOf(topic);
			// Behind what came before it, also of the same topic.
			backlog.changes.delete(text);
			backlog.changes.set(text, wanted);
			// The refusal is what makes the pipe tell when there is room.
		}
	}

	/** The peer may have room. */
	goOn(peer: Peer): void {
		const backlog = this.#backlogs.get(peer);
		if (backlog === undefined) return;
		const { pipe } = peer;
		while (pipe.outboundLength < SUBSCRIPTIONS_AHEAD) {
			const message = this.#next(backlog);
			if (message === undefined) return;
			if (pipe.tryWrite(message)) continue;
			backlog.refused = message;
			return;
		}
		pipe.watchOutbound(SUBSCRIPTIONS_AHEAD >> 1);
	}

	#next(backlog: Backlog): Message | undefined {
		const { refused } = backlog;
		if (refused !== undefined) {
			backlog.refused = undefined;
			return refused;
		}
		const wantedNext = backlog.wanted.take(SUBSCRIBE);
		if (wantedNext !== undefined) return [wantedNext];
		if (backlog.changes.size === 0) return undefined;
		backlog.change ??= backlog.changes.entries();
		const change = backlog.change.next();
		if (change.done === true) {
			backlog.change = undefined;
			return this.#next(backlog);
		}
		const [text, wanted] = change.value;
		backlog.changes.delete(text);
		return subscriptionMessage(wanted, Buffer.from(text, "latin1"));
	}
}

function textOf(topic: Uint8Array): string {
	const bytes = Buffer.isBuffer(topic) ? topic : Buffer.from(topic.buffer, topic.byteOffset, topic.length);
	return bytes.toString("latin1");
}
