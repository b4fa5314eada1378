/**
 * Tells peers what this socket wants (topics of a SUB, groups of a DISH), and loses none of it.
 *
 * Each peer first hears all that is wanted now, then every change. A peer whose pipe is full hears the rest when there is room:
 * what is wanted is read from the live set at that moment, changes wait by topic, so that toggling one topic a million
 * times holds one entry. After a lost connection a peer hears everything anew.
 */
import type { Message } from "../message.ts";
import type { Peer } from "./peer.ts";
import { subscriptionMessage } from "./subscription-message.ts";

/** What one peer has still to hear. */
class Backlog {
	/** All that is wanted, from where it stopped. */
	all: Iterator<Uint8Array> | undefined;
	/** Changes since, by topic as latin1: wanted or not. */
	readonly changes = new Map<string, boolean>();
	/** Goes through the changes, also through those that come on the way: a map that is read from its head over and over is slow. */
	change: Iterator<[string, boolean]> | undefined;
	/** What its pipe refused. */
	refused: Message | undefined;
}

export class Announcer {
	readonly #wanted: () => Iterator<Uint8Array>;
	readonly #backlogs = new Map<Peer, Backlog>();

	/** @param wanted goes through the live set: what is added on the way is seen, what is removed is not */
	constructor(wanted: () => Iterator<Uint8Array>) {
		this.#wanted = wanted;
	}

	/** A peer is there, or its connection was lost: it has to hear everything. */
	begin(peer: Peer): void {
		const backlog = new Backlog();
		backlog.all = this.#wanted();
		this.#backlogs.set(peer, backlog);
		this.goOn(peer);
	}

	forget(peer: Peer): void {
		this.#backlogs.delete(peer);
	}

	/** Every peer hears of the change. */
	announce(wanted: boolean, topic: Uint8Array): void {
		const message = subscriptionMessage(wanted, topic);
		for (const [peer, backlog] of this.#backlogs) {
			const idle = backlog.all === undefined && backlog.refused === undefined && backlog.changes.size === 0;
			if (idle && peer.pipe.tryWrite(message)) continue;
			const text = Buffer.from(topic).toString("latin1");
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
		for (let message = this.#next(backlog); message !== undefined; message = this.#next(backlog)) {
			if (peer.pipe.tryWrite(message)) continue;
			backlog.refused = message;
			return;
		}
	}

	#next(backlog: Backlog): Message | undefined {
		const { refused } = backlog;
		if (refused !== undefined) {
			backlog.refused = undefined;
			return refused;
		}
		const step = backlog.all?.next();
		if (step?.done === false) return subscriptionMessage(true, step.value);
		backlog.all = undefined;
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
