/**
 * The socket classes that publish and subscribe: Publisher, Subscriber, XPublisher, XSubscriber.
 *
 * A subscription is a prefix of the first frame, as bytes; text is UTF-8. Their shape is zeromq.js's; what it lacks is named.
 */
import { ZmqError } from "../errors.ts";
import { TOPIC_BYTES_MAX } from "../limits.ts";
import { PubPattern } from "../pattern/pub.ts";
import { SubPattern } from "../pattern/sub.ts";
import { XPubPattern } from "../pattern/xpub.ts";
import { XSubPattern } from "../pattern/xsub.ts";
import { DuplexSocket, ReadableSocket, WritableSocket } from "../socket/faces.ts";
import { Socket } from "../socket/socket.ts";
import { closedError } from "../wait/waiters.ts";
import { make, type OptionsWith, type ReceiveAnyOption, type SendOption } from "./socket-make.ts";

/** What the constructor of {@link Publisher} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type PublisherOptions = OptionsWith<SendOption | "noDrop" | "countSubscriptions" | "invertMatching" | "conflate">;
/** What the constructor of {@link Subscriber} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type SubscriberOptions = OptionsWith<ReceiveAnyOption | "invertMatching" | "conflate">;
/** What the constructor of {@link XPublisher} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type XPublisherOptions = OptionsWith<
	| SendOption
	| ReceiveAnyOption
	| (
			| "verbosity"
			| "noDrop"
			| "countSubscriptions"
			| "manual"
			| "manualLastValue"
			| "welcomeMessage"
			| "onlyFirstSubscribe"
			| "invertMatching"
	  )
>;
/** What the constructor of {@link XSubscriber} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type XSubscriberOptions = OptionsWith<SendOption | ReceiveAnyOption | "onlyFirstSubscribe" | "verboseUnsubscribe">;

/** A prefix of what is wanted: bytes, or text as UTF-8. */
export type Topic = Uint8Array | string;

const EVERYTHING: readonly Topic[] = [Buffer.alloc(0)];

function topicBytes(topic: Topic): Buffer {
	if (typeof topic !== "string" && !(topic instanceof Uint8Array))
		throw new ZmqError("EINVAL", `A topic must be bytes or a string, got ${typeof topic}`);
	const bytes = Buffer.from(topic as string);
	if (bytes.length <= TOPIC_BYTES_MAX) return bytes;
	throw new ZmqError("EINVAL", `A topic has at most ${TOPIC_BYTES_MAX} bytes, got ${bytes.length}`);
}

/** All or none: a bad topic among good ones changes nothing. */
function topicsBytes(socket: Socket, topics: readonly Topic[]): Buffer[] {
	if (socket.closed) throw closedError();
	return (topics.length === 0 ? EVERYTHING : topics).map(topicBytes);
}

/** Sends each message to all subscribers whose topics it matches; it is lost for those that are full. Peers: SUB, XSUB. */
export class Publisher extends WritableSocket {
	/** True: a full subscriber makes the send wait, instead of losing the message. */
	declare noDrop: boolean;
	/** True: who has subscribed to a topic several times has to unsubscribe as often, as RFC 23 has it; false: once is enough, as in libzmq. */
	declare countSubscriptions: boolean;
	/** True: messages go to the subscribers whose topics they do not match. */
	declare invertMatching: boolean;
	/** True: only the newest message is kept for each subscriber. */
	declare conflate: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: PublisherOptions = {}) {
		super(make("PUB", options, (host, settings) => new PubPattern(host, settings)));
		if (new.target === Publisher) Object.preventExtensions(this);
	}

	/** Different topics that peers have subscribed to. */
	get topicsCount(): number {
		return (this.pattern as PubPattern).topicsCount;
	}

	static {
		Socket.defineOptions(Publisher.prototype, ["noDrop", "countSubscriptions", "invertMatching", "conflate"]);
	}
}

/** Receives what it has subscribed to, from all publishers in turn. Peers: PUB, XPUB. */
export class Subscriber extends ReadableSocket {
	/** True: receives what matches no subscription. Set it on the publisher too. */
	declare invertMatching: boolean;
	/** True: only the newest message is kept for each publisher. */
	declare conflate: boolean;
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: SubscriberOptions = {}) {
		super(make("SUB", options, (host, settings) => new SubPattern(host, settings)));
		if (new.target === Subscriber) Object.preventExtensions(this);
	}

	/** Different topics that are subscribed to. */
	get topicsCount(): number {
		return (this.pattern as SubPattern).topicsCount;
	}

	/**
	 * Receives messages whose first frame begins with one of these from now on; without an argument, all messages. A topic that
	 * was subscribed to twice must be unsubscribed twice.
	 * @throws ZmqError EINVAL, EBADF
	 */
	subscribe(...topics: Topic[]): void {
		(this.pattern as SubPattern).subscribeAll(topicsBytes(this, topics));
	}

	/** Takes {@link subscribe} back; a topic that was not subscribed to is ignored. @throws ZmqError EINVAL, EBADF */
	unsubscribe(...topics: Topic[]): void {
		for (const topic of topicsBytes(this, topics)) (this.pattern as SubPattern).unsubscribe(topic);
	}

	static {
		Socket.defineOptions(Subscriber.prototype, ["invertMatching", "conflate", "discardUnread"]);
	}
}

/**
 * A Publisher that receives the subscriptions of its peers: one frame, 1 (subscribe) or 0 (unsubscribe) and the topic. Peers:
 * SUB, XSUB.
 *
 * Receive them, or take a Publisher: while 100 000 of them wait, its peers' further subscriptions do too.
 */
export class XPublisher extends DuplexSocket {
	/** Of what a receive tells: null: the first subscribe and the last unsubscribe of each topic; "allSubs", "allSubsUnsubs". */
	declare verbosity: "allSubs" | "allSubsUnsubs" | null;
	/** True: a full subscriber makes the send wait, instead of losing the message. */
	declare noDrop: boolean;
	/** True: who has subscribed to a topic several times has to unsubscribe as often, as RFC 23 has it; false: once is enough, as in libzmq. */
	declare countSubscriptions: boolean;
	/** True: subscriptions take effect by {@link subscribe} only. */
	declare manual: boolean;
	/** True: as `manual`, and the first message after a {@link subscribe} goes to that peer only. */
	declare manualLastValue: boolean;
	/** True: in a message of several frames only the first can be a subscription. */
	declare onlyFirstSubscribe: boolean;
	/** True: messages go to the subscribers whose topics they do not match. */
	declare invertMatching: boolean;
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: XPublisherOptions = {}) {
		super(make("XPUB", options, (host, settings) => new XPubPattern(host, settings)));
		if (new.target === XPublisher) Object.preventExtensions(this);
	}

	/** Sent to each new subscriber first; it gets it when it has subscribed to it by then. Null = none. */
	get welcomeMessage(): Buffer | null {
		return this.settings.welcomeMessage as Buffer | null;
	}

	/** Bytes, text (UTF-8), or null. @throws ZmqError EINVAL */
	set welcomeMessage(value: Uint8Array | string | null) {
		this.setOption("welcomeMessage", value);
	}

	/** Different topics that peers have subscribed to. */
	get topicsCount(): number {
		return (this.pattern as XPubPattern).topicsCount;
	}

	/**
	 * With `manual`: subscribes the peer whose notice was received last, to any topic. Nothing happens when it has left.
	 * @throws ZmqError EINVAL without `manual`, EBADF
	 */
	subscribe(...topics: Topic[]): void {
		for (const topic of this.#manualTopics(topics)) (this.pattern as XPubPattern).subscribeLast(topic);
	}

	/** With `manual`: takes {@link subscribe} back, for the peer whose notice was received last. @throws ZmqError EINVAL, EBADF */
	unsubscribe(...topics: Topic[]): void {
		for (const topic of this.#manualTopics(topics)) (this.pattern as XPubPattern).unsubscribeLast(topic);
	}

	#manualTopics(topics: readonly Topic[]): Buffer[] {
		if (!this.manual && !this.manualLastValue)
			throw new ZmqError("EINVAL", "Only an XPublisher with the option manual or manualLastValue subscribes its peers itself");
		return topicsBytes(this, topics);
	}

	static {
		Socket.defineOptions(XPublisher.prototype, [
			"verbosity",
			"noDrop",
			"countSubscriptions",
			"manual",
			"manualLastValue",
			"onlyFirstSubscribe",
			"invertMatching",
			"discardUnread",
		]);
	}
}

/**
 * A Subscriber that subscribes by sending: one frame, 1 or 0 and the topic. It receives whatever comes; other messages that it
 * sends go to all publishers. Peers: PUB, XPUB.
 */
export class XSubscriber extends DuplexSocket {
	/** True: in a message of several frames only the first can be a subscription. */
	declare onlyFirstSubscribe: boolean;
	/** True: every unsubscribe is passed on, not only the last one of a topic. */
	declare verboseUnsubscribe: boolean;
	/** True: what a peer has sent and nobody has received is discarded when it leaves. Default false: it can still be received. */
	declare discardUnread: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: XSubscriberOptions = {}) {
		super(make("XSUB", options, (host, settings) => new XSubPattern(host, settings)));
		if (new.target === XSubscriber) Object.preventExtensions(this);
	}

	/** Different topics that are subscribed to. */
	get topicsCount(): number {
		return (this.pattern as XSubPattern).topicsCount;
	}

	static {
		Socket.defineOptions(XSubscriber.prototype, ["onlyFirstSubscribe", "verboseUnsubscribe", "discardUnread"]);
	}
}
