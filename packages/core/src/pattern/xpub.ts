/**
 * XPUB (RFC 29): a PUB whose owner receives the subscriptions as messages, 1 or 0 and the topic, and whatever else subscribers
 * send.
 *
 * By default the owner hears of the first subscribe and the last unsubscribe of each topic; a subscriber that leaves
 * unsubscribes from all. With `manual` nothing takes effect by itself: the owner hears of everything, of each peer, and then
 * subscribes the one whose notice it has received last. While NOTICES_MAX notices or NOTICES_BYTES_MAX wait to be received, subscribers are not
 * read, so that one who subscribes and unsubscribes for ever fills no memory. Of the other messages that a subscriber sends at most
 * receiveHighWaterMark wait here; then that subscriber is not read until half of them are received.
 */
import { NOTICES_BYTES_MAX, NOTICES_MAX, TOPIC_OVERHEAD_BYTES } from "../limits.ts";
import type { Message } from "../message.ts";
import type { SocketOptions } from "../option/options.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { PatternHost, PatternOutcome } from "./pattern.ts";
import type { Peer } from "./peer.ts";
import { type Listener, type PubOptions, PubPattern } from "./pub.ts";
import { isSubscription, subscribes, subscriptionMessage } from "./subscription-message.ts";
import { Subscriber, Subscriptions } from "./subscriptions.ts";

type XPubOptions = PubOptions &
	Readonly<Pick<SocketOptions, "verbosity" | "manual" | "manualLastValue" | "welcomeMessage" | "onlyFirstSubscribe">> &
	Readonly<Partial<Pick<SocketOptions, "receiveHighWaterMark">>>;

interface Notice {
	readonly message: Message;
	readonly peer: Peer | undefined;
	/** True: no subscription, but something that a subscriber wants to say. */
	readonly counts: boolean;
}

export class XPubPattern extends PubPattern {
	readonly #options: XPubOptions;
	#notices: Notice[] = [];
	/** Notices of the list that were received. */
	#read = 0;
	/** Of the notices that were not received. */
	#noticesBytes = 0;
	/** How many messages that count wait of each subscriber. */
	readonly #waiting = new Map<Peer, number>();
	/** Whose notice was received last. */
	#last: Peer | undefined;
	/** The next message is for {@link #last} only. */
	#lastOnly = false;
	/** With `manual`: what peers have asked for, so that it can be taken back when they leave. */
	readonly #asked = new Subscriptions<Listener>();
	readonly #askers = new Map<Peer, Subscriber<Listener>>();

	/** @param options live: read at every message. */
	constructor(host: PatternHost, options: XPubOptions) {
		super(host, options);
		this.#options = options;
	}

	override get readable(): boolean {
		return this.#read < this.#notices.length;
	}

	override get source(): Pipe | undefined {
		return this.#last?.pipe;
	}

	override tryReceive(): Message | undefined {
		const notice = this.#notices[this.#read];
		if (notice === undefined) return undefined;
		this.#read += 1;
		this.#noticesBytes -= bytesOf(notice.message);
		this.#last = notice.peer;
		if (this.#read === this.#notices.length || this.#read >= 1024) {
			this.#notices = this.#notices.slice(this.#read);
			this.#read = 0;
			if (this.#notices.length <= NOTICES_MAX / 2) this.#readAgain();
		}
		if (notice.counts && notice.peer !== undefined) this.#taken(notice.peer);
		return notice.message;
	}

	override trySend(message: Message): PatternOutcome {
		if (!this.#lastOnly) return super.trySend(message);
		this.#lastOnly = false;
		return this.#last?.pipe.tryWrite(message) === true ? "sent" : "dropped";
	}

	/** Subscribes the peer whose notice was received last; false when there is none any more. */
	subscribeLast(topic: Uint8Array): boolean {
		const peer = this.#last;
		if (peer === undefined || peer.left) return false;
		super.change(peer, subscriptionMessage(true, topic)[0] as Buffer);
		if (this.#options.manualLastValue) this.#lastOnly = true;
		return true;
	}

	/** Unsubscribes the peer whose notice was received last; false when there is none any more. */
	unsubscribeLast(topic: Uint8Array): boolean {
		const peer = this.#last;
		if (peer === undefined || peer.left) return false;
		super.change(peer, subscriptionMessage(false, topic)[0] as Buffer);
		return true;
	}

	override setMarks(marks: { send: number; receive: number }): void {
		super.setMarks(marks);
		this.#readAgain();
	}

	override peerReadable(peer: Peer): void {
		super.peerReadable(peer);
		// One that has left and was kept for what it had sent can go now.
		if (peer.left && !peer.reading && !peer.pipe.readable) this.peerClosed(peer);
	}

	override close(options: { discard: boolean }): void {
		super.close(options);
		this.#notices = [];
		this.#read = 0;
		this.#noticesBytes = 0;
		this.#waiting.clear();
	}

	protected override joined(peer: Peer): void {
		super.joined(peer);
		const { welcomeMessage } = this.#options;
		if (welcomeMessage !== null) peer.pipe.tryWrite([Buffer.from(welcomeMessage)]);
	}

	protected override removed(subscriber: Subscriber<Listener>): void {
		const { peer } = subscriber.owner;
		if (this.#last === peer) {
			this.#last = undefined;
			this.#lastOnly = false;
		}
		const asker = this.#askers.get(peer);
		if (asker !== undefined) {
			this.#askers.delete(peer);
			this.#asked.removeAll(asker, (topic) => this.#tellGone(topic, true));
		}
		const told = this.#manual ? undefined : (topic: Buffer, change: string): void => this.#tellGone(topic, change === "topic");
		this.subscriptions.removeAll(subscriber, told);
	}

	protected override mayRead(peer: Peer): boolean {
		if (this.#notices.length - this.#read >= NOTICES_MAX || this.#noticesBytes >= NOTICES_BYTES_MAX) return false;
		const { receiveHighWaterMark: mark = 0 } = this.#options;
		return mark === 0 || (this.#waiting.get(peer) ?? 0) < mark;
	}

	protected override onUpstream(peer: Peer, message: Message): void {
		const all = message.length === 1 || !this.#options.onlyFirstSubscribe;
		if (!all && !isSubscription(message[0] as Buffer)) {
			this.#tellMessage(message, peer);
			return;
		}
		const rest: Message = [];
		for (const frame of message) {
			if (isSubscription(frame)) this.#onSubscription(peer, frame);
			else rest.push(frame);
		}
		if (rest.length > 0) this.#tellMessage(rest, peer);
	}

	/** What it had to say is dropped; what it had subscribed to stays told, as its end is. */
	protected override dropUnread(peer: Peer): void {
		super.dropUnread(peer);
		if (!this.#waiting.delete(peer)) return;
		const kept: Notice[] = [];
		for (const notice of this.#notices.slice(this.#read)) {
			if (notice.peer === peer && notice.counts) this.#noticesBytes -= bytesOf(notice.message);
			else kept.push(notice);
		}
		this.#notices = kept;
		this.#read = 0;
		this.#readAgain();
	}

	get #manual(): boolean {
		return this.#options.manual || this.#options.manualLastValue;
	}

	#onSubscription(peer: Peer, frame: Uint8Array): void {
		// It is unsubscribed from all already; an earlier frame of the same message may have been too much.
		if (peer.left) return;
		const wanted = subscribes(frame);
		if (this.#manual) {
			this.#ask(peer, wanted, frame.subarray(1));
			if (!peer.left) this.#tell([frame], peer);
			return;
		}
		const change = this.change(peer, frame);
		const { verbosity } = this.#options;
		const always = wanted ? verbosity !== null : verbosity === "allSubsUnsubs";
		if (peer.left || (change !== "topic" && !always)) return;
		this.#tell([frame], peer);
	}

	#ask(peer: Peer, wanted: boolean, topic: Uint8Array): void {
		let asker = this.#askers.get(peer);
		if (asker === undefined) {
			asker = new Subscriber<Listener>({ peer, bytes: 0 });
			this.#askers.set(peer, asker);
		}
		const { owner } = asker;
		const cost = topic.length + TOPIC_OVERHEAD_BYTES;
		if (!wanted) {
			if (this.#asked.remove(topic, asker) !== "nothing") owner.bytes -= cost;
		} else if (!this.endsForTooMuch(owner, topic.length) && this.#asked.add(topic, asker) !== "nothing") owner.bytes += cost;
	}

	#tellGone(topic: Buffer, last: boolean): void {
		if (last || this.#options.verbosity === "allSubsUnsubs") this.#tell(subscriptionMessage(false, topic), undefined);
	}

	#tell(message: Message, peer: Peer | undefined): void {
		this.#push({ message, peer, counts: false });
	}

	#tellMessage(message: Message, peer: Peer): void {
		this.#waiting.set(peer, (this.#waiting.get(peer) ?? 0) + 1);
		this.#push({ message, peer, counts: true });
	}

	#push(notice: Notice): void {
		this.#notices.push(notice);
		this.#noticesBytes += bytesOf(notice.message);
		this.host.onReadable();
	}

	/** The owner has received a message that counts. */
	#taken(peer: Peer): void {
		const left = (this.#waiting.get(peer) ?? 0) - 1;
		if (left > 0) this.#waiting.set(peer, left);
		else this.#waiting.delete(peer);
		const { receiveHighWaterMark: mark = 0 } = this.#options;
		if (peer.pipe.readable && left <= mark >> 1) this.peerReadable(peer);
	}

	#readAgain(): void {
		for (const peer of this.peers.values()) if (peer.pipe.readable) this.peerReadable(peer);
	}
}

function bytesOf(message: Message): number {
	let bytes = 0;
	for (const frame of message) bytes += frame.length;
	return bytes;
}
