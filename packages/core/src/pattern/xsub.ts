/**
 * XSUB (RFC 29): subscribes by sending 1 and a topic, unsubscribes by 0 and the topic; receives fair-queued from all publishers,
 * unfiltered. Other messages go to every publisher that has room.
 *
 * Subscriptions are counted here: subscribed twice, a topic is wanted until it was unsubscribed twice. Publishers hear each
 * subscribe, and the last unsubscribe of a topic (with `verboseUnsubscribe` each one). They never get lost: announcer.ts.
 */
import { dropQueued } from "../memory/arena-buffer.ts";
import type { Message } from "../message.ts";
import type { SocketOptions } from "../option/options.ts";
import type { Pipe } from "../pipe/pipe.ts";
import { Announcer } from "./announcer.ts";
import type { PatternHost, PatternOutcome } from "./pattern.ts";
import type { Peer } from "./peer.ts";
import { SelectivePattern } from "./selective.ts";
import { isSubscription, subscribes } from "./subscription-message.ts";
import { Subscriber, Subscriptions } from "./subscriptions.ts";
import { writeShared } from "./write-shared.ts";

type XSubOptions = Readonly<Pick<SocketOptions, "onlyFirstSubscribe" | "verboseUnsubscribe" | "invertMatching">>;

const INPROC = "inproc:";

export class XSubPattern extends SelectivePattern {
	protected readonly options: XSubOptions;
	protected readonly wanted: Subscriptions<undefined> = new Subscriptions();
	readonly #self = new Subscriber<undefined>(undefined);
	/** How many times more than once a topic was subscribed to. */
	readonly #repeats = new Map<string, number>();
	readonly #announcer = new Announcer(() => this.wanted.read(this.#self));

	/** @param options live: read at every message. */
	constructor(host: PatternHost, options: XSubOptions) {
		super(host);
		this.options = options;
	}

	/** Different topics that are subscribed to. */
	get topicsCount(): number {
		return this.wanted.topicsCount;
	}

	/** It drops what no publisher takes. */
	override get writable(): boolean {
		return true;
	}

	subscribe(topic: Uint8Array): void {
		this.#want(topic);
		this.#announcer.tell();
	}

	/** All of them, then peers are told: a fraction of the cost of one at a time. */
	subscribeAll(topics: readonly Uint8Array[]): void {
		for (const topic of topics) this.#want(topic);
		this.#announcer.tell();
	}

	/** False when it was not subscribed to. */
	unsubscribe(topic: Uint8Array): boolean {
		const text = this.#repeats.size === 0 ? "" : Buffer.from(topic).toString("latin1");
		const repeats = this.#repeats.get(text);
		if (repeats !== undefined) {
			if (repeats === 1) this.#repeats.delete(text);
			else this.#repeats.set(text, repeats - 1);
			if (this.options.verboseUnsubscribe) this.#announcer.announce(false, topic);
			return true;
		}
		if (this.wanted.remove(topic, this.#self) === "nothing") return false;
		this.#announcer.announce(false, topic);
		return true;
	}

	trySend(message: Message): PatternOutcome {
		const first = message[0] as Buffer;
		const all = message.length === 1 || !this.options.onlyFirstSubscribe;
		if (!all && !isSubscription(first)) return this.#sendUp(message);
		const rest: Message = [];
		for (const frame of message) {
			if (!isSubscription(frame)) rest.push(frame);
			else if (subscribes(frame)) this.subscribe(frame.subarray(1));
			else this.unsubscribe(frame.subarray(1));
		}
		return rest.length === 0 ? "sent" : this.#sendUp(rest);
	}

	override peerWritable(peer: Peer): void {
		this.#announcer.goOn(peer);
	}

	override peerHiccup(peer: Peer): void {
		this.#announcer.begin(peer);
	}

	protected override joined(peer: Peer): void {
		this.#announcer.begin(peer);
	}

	protected override lost(peer: Peer): void {
		this.#announcer.forget(peer);
	}

	protected select(message: Message, peer: Peer): Message | undefined {
		return ownList(message, peer.pipe);
	}

	#want(topic: Uint8Array): void {
		if (this.wanted.add(topic, this.#self) !== "nothing") {
			this.#announcer.added(topic);
			return;
		}
		const text = Buffer.from(topic).toString("latin1");
		this.#repeats.set(text, (this.#repeats.get(text) ?? 0) + 1);
		this.#announcer.announce(true, topic);
	}

	#sendUp(message: Message): PatternOutcome {
		if (!writeShared(this.peers.values(), message)) return "dropped";
		dropQueued(message);
		return "sent";
	}
}

/** A publisher of this process gives all its subscribers the same list of frames: each gets a list of its own. */
export function ownList(message: Message, pipe: Pipe): Message {
	return pipe.peerAddress.startsWith(INPROC) ? message.slice() : message;
}
