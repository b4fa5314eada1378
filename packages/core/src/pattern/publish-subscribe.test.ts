/**
 * PUB, SUB, XPUB and XSUB over bare pipes: who gets what, what is told upstream, and what never gets lost.
 */
import { describe, expect, it } from "vitest";
import { NOTICES_MAX, SUBSCRIPTIONS_AHEAD, TOPIC_BYTES_MAX } from "../limits.ts";
import type { Message } from "../message.ts";
import { type Pipe, pipePair } from "../pipe/pipe.ts";
import type { Pattern, PatternHost } from "./pattern.ts";
import { PubPattern } from "./pub.ts";
import { SubPattern } from "./sub.ts";
import { XPubPattern } from "./xpub.ts";
import { XSubPattern } from "./xsub.ts";

const HOST: PatternHost = { onReadable() {}, onWritable() {}, onDetached() {} };
const XSUB = { onlyFirstSubscribe: false, verboseUnsubscribe: false, invertMatching: false };
const PUB = { noDrop: false, invertMatching: false };
const XPUB: ConstructorParameters<typeof XPubPattern>[1] = {
	...PUB,
	...{ verbosity: null, manual: false, manualLastValue: false, welcomeMessage: null, onlyFirstSubscribe: false },
};

const bytes = (...texts: string[]): Message => texts.map((text) => Buffer.from(text, "latin1"));
const texts = (message: Message | undefined) => message?.map((frame) => Buffer.from(frame).toString("latin1"));
const on = (topic: string) => bytes(`\x01${topic}`);
const off = (topic: string) => bytes(`\0${topic}`);

function peerOf(pattern: Pattern, toPeer = 0): { near: Pipe; far: Pipe } {
	const [near, far] = pipePair({ forward: toPeer, backward: 0 });
	pattern.attach(near);
	return { near, far };
}

/** All that can be read, each message as its frames with + between. */
function drain(from: Pipe | Pattern): string[] {
	const got: string[] = [];
	const next = (): Message | undefined => ("tryRead" in from ? from.tryRead() : from.tryReceive());
	for (let message = next(); message !== undefined; message = next()) got.push((texts(message) as string[]).join("+"));
	return got;
}

describe("PUB", () => {
	it("sends to whom a message matches, the same message object to all", () => {
		const pub = new PubPattern(HOST, PUB);
		const [a, b, c] = [peerOf(pub), peerOf(pub), peerOf(pub)];
		a.far.tryWrite(on("a"));
		a.far.tryWrite(on("ab"));
		b.far.tryWrite(on("ab"));
		c.far.tryWrite(on("x"));
		const message = bytes("abc", "body");
		expect(pub.trySend(message)).toBe("sent");
		expect(a.far.tryRead()).toBe(message);
		expect(b.far.tryRead()).toBe(message);
		expect([a, b, c].map(({ far }) => far.readable)).toEqual([false, false, false]);
		expect(pub.trySend(bytes("b"))).toBe("dropped");
	});

	it("takes a repeated subscribe as one, and unsubscribes, and forgets who left", () => {
		const pub = new PubPattern(HOST, PUB);
		const { far } = peerOf(pub);
		for (const message of [on("a"), on("a"), off("a"), off("never")]) far.tryWrite(message);
		expect(pub.trySend(bytes("a"))).toBe("dropped");
		far.tryWrite(on("b"));
		expect(pub.topicsCount).toBe(1);
		far.close();
		expect([pub.topicsCount, pub.pipeCount]).toEqual([0, 0]);
	});

	it("with countSubscriptions wants as many unsubscribes as there were subscribes, of each peer and topic", () => {
		const pub = new PubPattern(HOST, { ...PUB, countSubscriptions: true });
		const [twice, once] = [peerOf(pub), peerOf(pub)];
		for (const message of [on("a"), on("a"), on("a\xff"), on("b")]) twice.far.tryWrite(message);
		once.far.tryWrite(on("a"));
		const reached = (topic: string): number[] => {
			pub.trySend(bytes(topic));
			return [drain(twice.far).length, drain(once.far).length];
		};
		for (const { far } of [twice, once]) far.tryWrite(off("a"));
		expect(reached("a")).toEqual([1, 0]);
		twice.far.tryWrite(off("a"));
		expect([reached("a"), reached("a\xff"), reached("b")]).toEqual([
			[0, 0],
			[1, 0],
			[1, 0],
		]);
		twice.far.tryWrite(off("a"));
		twice.far.tryWrite(on("a"));
		expect(reached("a")).toEqual([1, 0]);
	});

	it("loses a message for a full subscriber only, until it has read half of its queue", () => {
		const pub = new PubPattern(HOST, PUB);
		const [slow, quick] = [peerOf(pub, 4), peerOf(pub)];
		for (const { far } of [slow, quick]) far.tryWrite(on(""));
		for (let i = 0; i < 6; i++) expect(pub.trySend(bytes(String(i)))).toBe("sent");
		expect(drain(quick.far)).toEqual(["0", "1", "2", "3", "4", "5"]);
		slow.far.tryRead();
		pub.trySend(bytes("6"));
		expect(drain(slow.far)).toEqual(["1", "2", "3"]);
		pub.trySend(bytes("7"));
		expect(drain(slow.far)).toEqual(["7"]);
	});

	it("with noDrop sends to all it matches or to none", () => {
		const pub = new PubPattern(HOST, { ...PUB, noDrop: true });
		const [full, free, other] = [peerOf(pub, 1), peerOf(pub), peerOf(pub)];
		for (const { far } of [full, free]) far.tryWrite(on("a"));
		other.far.tryWrite(on("b"));
		expect(pub.trySend(bytes("a1"))).toBe("sent");
		expect(pub.trySend(bytes("a2"))).toBe("full");
		expect(pub.trySend(bytes("b1"))).toBe("sent");
		expect(drain(free.far)).toEqual(["a1"]);
		expect(drain(other.far)).toEqual(["b1"]);
		full.far.close();
		expect(pub.trySend(bytes("a2"))).toBe("sent");
	});

	it("with invertMatching sends to whom a message does not match", () => {
		const pub = new PubPattern(HOST, { ...PUB, invertMatching: true });
		const [a, b] = [peerOf(pub), peerOf(pub)];
		a.far.tryWrite(on("a"));
		b.far.tryWrite(on("b"));
		pub.trySend(bytes("a1"));
		pub.trySend(bytes("c1"));
		expect([drain(a.far), drain(b.far)]).toEqual([["c1"], ["a1", "c1"]]);
	});

	it("ends the connection of a peer whose topic is too long", () => {
		const pub = new PubPattern(HOST, PUB);
		const { far } = peerOf(pub);
		far.tryWrite([Buffer.alloc(TOPIC_BYTES_MAX + 1, 1)]);
		expect(far.closed).toBe(false);
		far.tryWrite([Buffer.alloc(TOPIC_BYTES_MAX + 2, 1)]);
		expect([far.closed, pub.topicsCount, pub.pipeCount]).toEqual([true, 0, 0]);
	});
});

describe("SUB", () => {
	it("tells every publisher what it wants, at the beginning and later, and counts", () => {
		const sub = new SubPattern(HOST, XSUB);
		sub.subscribe(Buffer.from("a"));
		const first = peerOf(sub);
		sub.subscribe(Buffer.from("a"));
		sub.subscribe(Buffer.from("b"));
		expect(drain(first.far)).toEqual(["\x01a", "\x01a", "\x01b"]);
		const second = peerOf(sub);
		expect(drain(second.far)).toEqual(["\x01a", "\x01b"]);
		expect([sub.unsubscribe(Buffer.from("a")), sub.unsubscribe(Buffer.from("a")), sub.unsubscribe(Buffer.from("a"))]).toEqual([
			true,
			true,
			false,
		]);
		for (const { far } of [first, second]) expect(drain(far)).toEqual(["\0a"]);
		expect(sub.topicsCount).toBe(1);
	});

	it("tells all of it again after a lost connection", () => {
		const sub = new SubPattern(HOST, XSUB);
		const { far } = peerOf(sub);
		for (const topic of ["a", "b", "c"]) sub.subscribe(Buffer.from(topic));
		sub.unsubscribe(Buffer.from("b"));
		drain(far);
		far.hiccup();
		expect(drain(far)).toEqual(["\x01a", "\x01c"]);
	});

	it("loses no subscription when there is no room, and holds one change a topic", () => {
		const sub = new SubPattern(HOST, XSUB);
		for (let i = 0; i < 10; i++) sub.subscribe(Buffer.from(`early ${i}`));
		const { far } = peerOf(sub, 2);
		for (let i = 0; i < 1000; i++) {
			sub.subscribe(Buffer.from("toggled"));
			sub.unsubscribe(Buffer.from("toggled"));
		}
		sub.unsubscribe(Buffer.from("early 9"));
		sub.subscribe(Buffer.from("late"));
		const got: string[] = [];
		while (far.readable) got.push(...drain(far));
		const wanted = new Set<string>();
		for (const message of got) {
			if (message.startsWith("\x01")) wanted.add(message.slice(1));
			else wanted.delete(message.slice(1));
		}
		expect([...wanted].sort()).toEqual([...Array.from({ length: 9 }, (_, i) => `early ${i}`), "late"]);
		expect(got.length).toBeLessThan(16);
	});

	it("tells a publisher that had no room of a hundred thousand changes, each once", () => {
		const sub = new SubPattern(HOST, XSUB);
		const { far } = peerOf(sub, 1);
		const count = 100_000;
		for (let i = 0; i < count; i++) sub.subscribe(Buffer.from(`topic ${i}`));
		let got = 0;
		while (far.tryRead() !== undefined) got += 1;
		expect(got).toBe(count);
	});

	it("keeps few subscriptions in a pipe without a mark, urges its reader, and loses none", () => {
		const sub = new SubPattern(HOST, XSUB);
		const { far } = peerOf(sub, 0);
		let urged = 0;
		far.owner = { onReadable: () => {}, onWritable: () => {}, onClosed: () => {}, onUrged: () => ++urged };
		const topics = Array.from({ length: 3 * SUBSCRIPTIONS_AHEAD }, (_, i) => `topic ${i}`);
		sub.subscribeAll(topics.map((topic) => Buffer.from(topic)));
		expect([far.inboundLength, urged]).toEqual([SUBSCRIPTIONS_AHEAD, 1]);
		sub.unsubscribe(Buffer.from("topic 0"));
		expect(drain(far)).toEqual([...topics.map((topic) => `\x01${topic}`), "\0topic 0"]);
		sub.subscribe(Buffer.from("one more"));
		expect([drain(far), urged]).toEqual([["\x01one more"], 1]);
	});

	it("filters what comes, also when it is looked at ahead", () => {
		const sub = new SubPattern(HOST, XSUB);
		const { far } = peerOf(sub);
		sub.subscribe(Buffer.from("a"));
		far.tryWrite(bytes("b1"));
		expect(sub.readable).toBe(false);
		for (const text of ["b2", "a1", "b3", "a2"]) far.tryWrite(bytes(text, "more"));
		expect(sub.readable).toBe(true);
		expect(drain(sub)).toEqual(["a1+more", "a2+more"]);
	});

	it("with invertMatching receives what does not match", () => {
		const sub = new SubPattern(HOST, { ...XSUB, invertMatching: true });
		const { far } = peerOf(sub);
		sub.subscribe(Buffer.from("a"));
		for (const text of ["a1", "b1"]) far.tryWrite(bytes(text));
		expect(drain(sub)).toEqual(["b1"]);
	});

	it("gets a list of frames of its own from a publisher of the same process", () => {
		const pub = new PubPattern(HOST, PUB);
		const subs = [new SubPattern(HOST, XSUB), new SubPattern(HOST, XSUB)];
		for (const sub of subs) {
			sub.subscribe(Buffer.alloc(0));
			const [near, far] = pipePair({ forward: 0, backward: 0 });
			far.peerAddress = "inproc://same";
			pub.attach(near);
			sub.attach(far);
		}
		pub.trySend(bytes("x", "y"));
		(subs[0]?.tryReceive() as Message).length = 0;
		expect(texts(subs[1]?.tryReceive())).toEqual(["x", "y"]);
	});
});

describe("XSUB", () => {
	it("subscribes by sending, and passes other messages to every publisher", () => {
		const xsub = new XSubPattern(HOST, XSUB);
		const [a, b] = [peerOf(xsub), peerOf(xsub)];
		expect(xsub.trySend(on("t"))).toBe("sent");
		expect(xsub.trySend(bytes("hello", "you"))).toBe("sent");
		for (const { far } of [a, b]) expect(drain(far)).toEqual(["\x01t", "hello+you"]);
		a.far.tryWrite(bytes("unasked"));
		expect(drain(xsub)).toEqual(["unasked"]);
	});

	it("finds subscriptions in every frame, or with onlyFirstSubscribe in the first one only", () => {
		for (const [onlyFirstSubscribe, expected] of [
			[false, ["\x01a", "x"]],
			[true, ["x+\x01a"]],
		] as const) {
			const xsub = new XSubPattern(HOST, { ...XSUB, onlyFirstSubscribe });
			const { far } = peerOf(xsub);
			xsub.trySend(bytes("x", "\x01a"));
			expect(drain(far)).toEqual(expected);
		}
	});

	it("with verboseUnsubscribe passes on every unsubscribe of what it wants", () => {
		const xsub = new XSubPattern(HOST, { ...XSUB, verboseUnsubscribe: true });
		const { far } = peerOf(xsub);
		for (const message of [on("a"), on("a"), off("a"), off("a"), off("a")]) xsub.trySend(message);
		expect(drain(far)).toEqual(["\x01a", "\x01a", "\0a", "\0a"]);
	});
});

describe("XPUB", () => {
	/** What the owner hears when two peers subscribe to one topic, one of them twice, and both leave in the two ways there are. */
	function heard(options: Partial<typeof XPUB>): string[] {
		const xpub = new XPubPattern(HOST, { ...XPUB, ...options });
		const [a, b] = [peerOf(xpub), peerOf(xpub)];
		for (const message of [on("t"), on("t")]) a.far.tryWrite(message);
		b.far.tryWrite(on("t"));
		a.far.tryWrite(off("t"));
		b.far.close();
		return drain(xpub);
	}

	it("tells of the first subscribe and the last unsubscribe, or of more when asked to", () => {
		expect(heard({})).toEqual(["\x01t", "\0t"]);
		expect(heard({ verbosity: "allSubs" })).toEqual(["\x01t", "\x01t", "\x01t", "\0t"]);
		expect(heard({ verbosity: "allSubsUnsubs" })).toEqual(["\x01t", "\x01t", "\x01t", "\0t", "\0t"]);
	});

	it("passes on what else subscribers send", () => {
		const xpub = new XPubPattern(HOST, XPUB);
		const { far } = peerOf(xpub);
		for (const message of [bytes("hi", "\x01t"), bytes(""), bytes("\x02x")]) far.tryWrite(message);
		expect(drain(xpub)).toEqual(["\x01t", "hi", "", "\x02x"]);
	});

	it("with onlyFirstSubscribe looks at the first frame only", () => {
		const xpub = new XPubPattern(HOST, { ...XPUB, onlyFirstSubscribe: true });
		const { far } = peerOf(xpub);
		far.tryWrite(bytes("hi", "\x01t"));
		expect(drain(xpub)).toEqual(["hi+\x01t"]);
		expect(xpub.topicsCount).toBe(0);
	});

	it("with manual subscribes the peer of the last notice to what its owner says", () => {
		const xpub = new XPubPattern(HOST, { ...XPUB, manual: true });
		const [a, b] = [peerOf(xpub), peerOf(xpub)];
		a.far.tryWrite(on("A"));
		b.far.tryWrite(on("A"));
		expect(xpub.trySend(bytes("A"))).toBe("dropped");
		expect(texts(xpub.tryReceive())).toEqual(["\x01A"]);
		expect(xpub.subscribeLast(Buffer.from("XA"))).toBe(true);
		expect(texts(xpub.tryReceive())).toEqual(["\x01A"]);
		expect(xpub.subscribeLast(Buffer.from("XB"))).toBe(true);
		xpub.trySend(bytes("XA"));
		xpub.trySend(bytes("XB"));
		expect([drain(a.far), drain(b.far)]).toEqual([["XA"], ["XB"]]);
		xpub.unsubscribeLast(Buffer.from("XB"));
		expect(xpub.trySend(bytes("XB"))).toBe("dropped");
		a.far.close();
		b.far.close();
		expect(drain(xpub)).toEqual(["\0A", "\0A"]);
		expect(xpub.topicsCount).toBe(0);
		expect(xpub.subscribeLast(Buffer.from("late"))).toBe(false);
	});

	it("with manualLastValue sends the first message after a subscribe to that peer only", () => {
		const xpub = new XPubPattern(HOST, { ...XPUB, manualLastValue: true });
		const [old, fresh] = [peerOf(xpub), peerOf(xpub)];
		for (const { far } of [old, fresh]) {
			far.tryWrite(on("t"));
			xpub.tryReceive();
			xpub.subscribeLast(Buffer.from("t"));
			xpub.trySend(bytes("t last value"));
		}
		xpub.trySend(bytes("t news"));
		expect([drain(old.far), drain(fresh.far)]).toEqual([
			["t last value", "t news"],
			["t last value", "t news"],
		]);
	});

	it("greets each new subscriber", () => {
		const xpub = new XPubPattern(HOST, { ...XPUB, welcomeMessage: Buffer.from("W") });
		expect(drain(peerOf(xpub).far)).toEqual(["W"]);
	});

	it("stops reading subscribers while too many notices wait, and goes on when they were received", () => {
		const xpub = new XPubPattern(HOST, { ...XPUB, verbosity: "allSubsUnsubs" });
		const { near, far } = peerOf(xpub);
		const extra = 10;
		for (let i = 0; i < NOTICES_MAX / 2 + extra; i++) {
			far.tryWrite(on("t"));
			far.tryWrite(off("t"));
		}
		expect(near.inboundLength).toBe(2 * extra);
		let got = 0;
		while (xpub.tryReceive() !== undefined) got += 1;
		expect(got).toBe(NOTICES_MAX + 2 * extra);
	});

	it("holds no more of what a subscriber sends than its mark, and reads on when half is received", () => {
		const xpub = new XPubPattern(HOST, { ...XPUB, receiveHighWaterMark: 4 });
		const [talker, other] = [peerOf(xpub), peerOf(xpub)];
		for (let number = 2; number < 10; number++) talker.far.tryWrite(bytes(`${number}`));
		expect(talker.near.inboundLength).toBe(4);
		other.far.tryWrite(bytes("other"));
		expect(other.near.inboundLength).toBe(0);
		expect([xpub.tryReceive(), xpub.tryReceive()].map(texts)).toEqual([["2"], ["3"]]);
		expect(talker.near.inboundLength).toBe(2);
		expect(drain(xpub)).toEqual(["4", "5", "other", "6", "7", "8", "9"]);
		talker.far.tryWrite(on("t"));
		for (let number = 0; number < 5; number++) talker.far.tryWrite(bytes(`more ${number}`));
		talker.far.tryWrite(on("too late"));
		talker.far.close();
		expect(xpub.pipeCount).toBe(2);
		expect(drain(xpub)).toEqual(["\x01t", "more 0", "more 1", "more 2", "more 3", "\0t", "more 4"]);
		expect([xpub.pipeCount, xpub.topicsCount]).toEqual([1, 0]);
	});

	it("takes in order what a subscriber writes in the room that a read has made", () => {
		const xpub = new XPubPattern(HOST, { ...XPUB, verbosity: "allSubsUnsubs" });
		const [near, far] = pipePair({ forward: 0, backward: 1 });
		const rest = [on("t"), off("t"), on("t"), bytes("plain"), off("t")];
		const write = (): void => {
			while (rest.length > 0 && far.tryWrite(rest[0] as Message)) rest.shift();
		};
		far.owner = { onReadable() {}, onWritable: write, onClosed() {} };
		// Full before anybody reads: each read makes room for the next.
		write();
		expect(rest.length).toBe(4);
		xpub.attach(near);
		expect(drain(xpub)).toEqual(["\x01t", "\0t", "\x01t", "plain", "\0t"]);
	});
});
