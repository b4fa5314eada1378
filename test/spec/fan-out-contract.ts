/**
 * What the RFCs say alike of PUB, XPUB and RADIO: a queue for each subscriber, which loses what it cannot take, and no waiting.
 */
import { expect } from "vitest";
import { covers } from "./covers.ts";
import {
	BODIES,
	expectFrames,
	expectNumbers,
	fill,
	happens,
	heavy,
	leave,
	type Receiver,
	reconnects,
	type Sender,
	sendSurely,
	textOf,
	turn,
	vanish,
} from "./ends.ts";
import { freeEndpoint, meet, until } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";

export interface FanOutSubject {
	/** The socket under test, with this high-water mark. */
	sender(mark?: number): Sender;
	/** Who wants all that the sender sends. */
	receiver(mark?: number): Receiver;
	/** False: a message is one frame. */
	readonly multipart?: boolean;
	/** What is sent, when not everything may be. */
	readonly bodies?: readonly Buffer[];
}

export interface FanOutIds {
	readonly made: readonly string[];
	readonly kept: readonly string[];
	readonly accepted: readonly string[];
	/** The queue ends with its subscriber, and so does what it holds. */
	readonly ended: readonly string[];
	readonly limited: readonly string[];
}

const PROBE = "probe";

/** Sends until every subscriber has got it, and nothing else: all are known. */
async function heard(own: Sender, ...subscribers: Receiver[]): Promise<void> {
	const deaf = new Set(subscribers);
	while (deaf.size > 0) {
		own.trySend(PROBE);
		await turn();
		for (const one of deaf) {
			const got = one.tryReceive();
			if (got === undefined) continue;
			expect(textOf(got)).toBe(PROBE);
			deaf.delete(one);
		}
	}
}

/** The next message that is no probe. */
async function next(subscriber: Receiver): Promise<string> {
	for (;;) {
		const text = textOf(await subscriber.receive());
		if (text !== PROBE) return text;
	}
}

/** @param ids that messages are not changed, and go to all */
export function reachesAll(subject: FanOutSubject, ids: readonly string[]): void {
	covers(ids, { transports: EVERY }, "every subscriber gets what is published as it was, byte for byte", async (transport) => {
		const own = subject.sender();
		const subscribers = [subject.receiver(), subject.receiver()];
		await meet(transport, own.socket, ...subscribers.map(({ socket }) => socket));
		await heard(own, ...subscribers);
		const { bodies = BODIES } = subject;
		const messages = bodies.map((body) => [body]);
		if (subject.multipart !== false) messages.push([...bodies], [bodies[1] as Buffer, bodies[0] as Buffer]);
		await own.send("begin");
		for (const message of messages) await own.send(message.map((frame) => Buffer.from(frame)));
		for (const subscriber of subscribers) {
			expect(await next(subscriber)).toBe("begin");
			for (const message of messages) expectFrames(await subscriber.receive(), message);
		}
	});
}

/** @param ids the clauses of either side */
export function losesForTheSlow(subject: FanOutSubject, ids: readonly string[]): void {
	covers(
		ids,
		{ transports: EVERY },
		"a subscriber that does not receive loses what its queue cannot take, and costs the others nothing",
		async (transport) => {
			const own = subject.sender(2);
			// Before it and after it, in whatever order they are served.
			const [before, slow, after] = [subject.receiver(), subject.receiver(1), subject.receiver()];
			await meet(transport, own.socket, before.socket, slow.socket, after.socket);
			await heard(own, before, slow, after);
			const count = 100;
			for (let number = 0; number < count; number++) {
				await own.send(heavy(number), { timeoutMs: 0 });
				for (const eager of [before, after]) expect(await next(eager)).toBe(`${number}`);
			}
			// Once it has room again, it is served again; what it gets in between is in order.
			const got: number[] = [];
			for (let text = ""; text !== "end"; text = textOf(slow.tryReceive())) {
				if (/^\d/.test(text)) got.push(Number(text));
				await own.send("end", { timeoutMs: 0 });
				await turn();
			}
			expect(got.length).toBeGreaterThan(0);
			expect(got.length).toBeLessThan(count);
			expect(got).toEqual(got.toSorted((a, b) => a - b));
		},
	);
}

/** @param ids that a queue outlives the connection */
function keepsWhatWaits(subject: FanOutSubject, ids: readonly string[]): void {
	covers(
		ids,
		{ transports: EVERY.filter(reconnects) },
		"what a queue holds when its connection is lost goes to the next one, in order",
		async (transport) => {
			const endpoint = await freeEndpoint(transport);
			const own = subject.sender(4);
			own.connect(endpoint);
			const first = subject.receiver(1);
			await first.socket.bind(endpoint);
			await heard(own, first);
			const count = await fill(own);
			const lost = happens(own.socket, "disconnect");
			await vanish(first);
			await lost;
			const later = subject.receiver();
			await later.socket.bind(endpoint);
			const begin = Number(await next(later));
			// What was on its way is lost with the connection, but not more than half of the queue had left it.
			expect(begin).toBeLessThan(count - 2);
			await expectNumbers(later, count - begin - 1, begin + 1);
		},
	);
}

export function keepsSubscriberQueues(subject: FanOutSubject, ids: FanOutIds): void {
	covers(
		[...ids.made, ...ids.kept],
		{ transports: EVERY },
		"the queue of an outgoing connection outlives connections",
		async (transport) => {
			const endpoint = await freeEndpoint(transport);
			const own = subject.sender();
			own.connect(endpoint);
			expect(own.socket.pipeCount).toBe(1);
			const first = subject.receiver();
			await first.socket.bind(endpoint);
			await heard(own, first);
			await own.send("first");
			expect(await next(first)).toBe("first");
			if (!reconnects(transport)) return;
			const lost = happens(own.socket, "disconnect");
			await leave(first);
			await lost;
			expect(own.trySend("kept")).toBe("sent");
			const later = subject.receiver();
			await later.socket.bind(endpoint);
			expect(await next(later)).toBe("kept");
		},
	);

	keepsWhatWaits(subject, ids.kept);

	covers(
		[...ids.accepted, ...ids.ended],
		{ transports: EVERY },
		"a subscriber that connects gets a queue, which ends with it: nobody else gets what it held",
		async (transport) => {
			const own = subject.sender(2);
			const [first, later] = [subject.receiver(1), subject.receiver()];
			const endpoint = await meet(transport, own.socket, first.socket);
			await heard(own, first);
			expect(await fill(own)).toBeGreaterThan(0);
			await vanish(first);
			await until(() => own.socket.pipeCount === 0);
			expect(own.trySend("to nobody")).toBe("dropped");
			later.connect(endpoint);
			await heard(own, later);
			await sendSurely(own, "to the next");
			expect(await next(later)).toBe("to the next");
		},
	);

	covers(ids.limited, { transports: EVERY }, "the mark of a publisher is live", async (transport) => {
		const [own, subscriber] = [subject.sender(2), subject.receiver(1)];
		await meet(transport, own.socket, subscriber.socket);
		await heard(own, subscriber);
		const count = await fill(own);
		(own.socket as { sendHighWaterMark?: number }).sendHighWaterMark = 4;
		expect(own.trySend(heavy(count))).toBe("sent");
		for (let number = 0; number <= count; number++) expect(await next(subscriber)).toBe(`${number}`);
	});
}
