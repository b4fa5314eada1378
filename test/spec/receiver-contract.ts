/**
 * What the RFCs say alike of every type that receives: queues for each peer, fair turns, nothing changed.
 */
import type { Socket } from "@zloom/core";
import { expect } from "vitest";
import type { SpecTransport } from "./clause.ts";
import { covers } from "./covers.ts";
import {
	BODIES,
	expectFrames,
	expectNumbers,
	fill,
	happens,
	leave,
	type Receiver,
	reconnects,
	type Sender,
	sendSurely,
	textOf,
	turn,
} from "./ends.ts";
import { freeEndpoint, meanwhile, meet, until } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";

export interface ReceiverSubject {
	/** The socket under test, with this high-water mark. */
	receiver(mark?: number): Receiver;
	/** A peer; it may drop what nobody wants yet. */
	sender(mark?: number): Sender;
	/** False: a message is one frame. */
	readonly multipart?: boolean;
	/** In how many queues of the receiver, one behind the other and each with its mark, a message waits; 1 if not told. */
	readonly queues?: number;
}

export interface ReceiverIds {
	readonly unchanged: readonly string[];
	readonly delivered: readonly string[];
	readonly made: readonly string[];
	readonly kept: readonly string[];
	readonly accepted: readonly string[];
	readonly ended: readonly string[];
	readonly limited: readonly string[];
}

const SOURCES = 3;
const EACH = 100;
/** More messages than operating systems buffer of heavy ones. */
const RAISED_MARK = 120;

/** Connects them all, and returns when each has been heard. */
async function introduce(transport: SpecTransport, own: Receiver, ...peers: Sender[]): Promise<void> {
	const endpoint = await meet(transport, own.socket);
	for (const peer of peers) peer.connect(endpoint);
	for (const peer of peers) await sendSurely(peer, "here");
	for (const _ of peers) expect(textOf(await own.receive())).toBe("here");
}

export function receivesFairly(subject: ReceiverSubject, ids: readonly string[]): void {
	covers(ids, { transports: EVERY }, "peers that all have something to say are heard in turn", async (transport) => {
		const own = subject.receiver();
		const sources = Array.from({ length: SOURCES }, () => subject.sender());
		await introduce(transport, own, ...sources);
		// One after the other: in the order in which it came, all of the first would be heard before anything of the next.
		for (const [index, source] of sources.entries())
			for (let number = 0; number < EACH; number++) await sendSurely(source, `${index}:${number}`);
		await meanwhile(transport);
		const heard: number[] = new Array(SOURCES).fill(0);
		const next = async (): Promise<number> => {
			const [index, number] = textOf(await own.receive())
				.split(":")
				.map(Number) as [number, number];
			expect(number).toBe(heard[index]);
			heard[index] = number + 1;
			return index;
		};
		// A chunk of bytes brings many messages of one peer; once all peers are in, none is heard twice before the others.
		while (heard.includes(0)) {
			await next();
			await turn();
		}
		expect(Math.max(...heard)).toBeLessThan(EACH - 10);
		while (Math.max(...heard) < EACH) expect(new Set([await next(), await next(), await next()]).size).toBe(SOURCES);
	});
}

/** @param ids that there is a queue for each peer */
export function hasQueueEach(subject: ReceiverSubject, ids: readonly string[]): void {
	covers(
		ids,
		{ transports: EVERY },
		"a peer that fills its queue takes no room from another, and does not keep it waiting",
		async (transport) => {
			const own = subject.receiver(2);
			const [eager, other] = [subject.sender(2), subject.sender(2)];
			await introduce(transport, own, eager, other);
			const count = await fill(eager);
			expect(count).toBeGreaterThan(2);
			expect(other.trySend("other")).toBe("sent");
			await meanwhile(transport);
			const heard: string[] = [];
			while (!heard.includes("other")) {
				heard.push(textOf(await own.receive()));
				await turn();
			}
			// In one queue for both it would stand behind all that was there before.
			expect(heard.length).toBeLessThanOrEqual(count);
			await expectNumbers(own, count - (heard.length - 1), heard.length - 1);
		},
	);
}

export function receivesUnchanged(subject: ReceiverSubject, ids: Pick<ReceiverIds, "unchanged" | "delivered">): void {
	covers(
		[...ids.unchanged, ...ids.delivered],
		{ transports: EVERY },
		"what peers send is received as it was, byte for byte",
		async (transport) => {
			const [own, peer] = [subject.receiver(), subject.sender()];
			await meet(transport, own.socket);
			peer.connect(own.socket.lastEndpoint as string);
			const messages = BODIES.map((body) => [body]);
			if (subject.multipart !== false) messages.push([...BODIES], [BODIES[1] as Buffer, BODIES[0] as Buffer]);
			for (const message of messages) {
				await sendSurely(
					peer,
					message.map((frame) => Buffer.from(frame)),
				);
				expectFrames(await own.receive(), message);
			}
		},
	);
}

export function keepsIncomingQueues(subject: ReceiverSubject, ids: Omit<ReceiverIds, "unchanged" | "delivered">): void {
	keepsUnread(subject, [...ids.made, ...ids.kept]);
	endsIncomingQueues(subject, [...ids.accepted, ...ids.ended]);
	stopsAtMarks(subject, ids.limited);
}

/** @param ids that the queue of an outgoing connection is made at the connect, and kept */
export function keepsUnread(subject: ReceiverSubject, ids: readonly string[]): void {
	covers(ids, { transports: EVERY }, "a queue is there from the connect on, and through lost connections", async (transport) => {
		const endpoint = await freeEndpoint(transport);
		const own = subject.receiver();
		own.connect(endpoint);
		expect(own.socket.pipeCount).toBe(1);
		const first = subject.sender();
		await first.socket.bind(endpoint);
		for (let number = 0; number < 3; number++) await sendSurely(first, `${number}`);
		if (reconnects(transport)) {
			const lost = happens(own.socket, "disconnect");
			await leave(first);
			await lost;
			expect(own.socket.pipeCount).toBe(1);
			const next = subject.sender();
			await next.socket.bind(endpoint);
			await sendSurely(next, "3");
		}
		await expectNumbers(own, reconnects(transport) ? 4 : 3);
	});
}

function endsIncomingQueues(subject: ReceiverSubject, ids: readonly string[]): void {
	covers(ids, { transports: EVERY }, "each peer that connects has a queue, which is gone after it", async (transport) => {
		const own = subject.receiver();
		const endpoint = await meet(transport, own.socket);
		for (let round = 0; round < 3; round++) {
			const peers = [subject.sender(), subject.sender()];
			for (const peer of peers) peer.connect(endpoint);
			for (const peer of peers) await sendSurely(peer, `${round}`);
			expect([textOf(await own.receive()), textOf(await own.receive())]).toEqual([`${round}`, `${round}`]);
			expect(own.socket.pipeCount).toBe(2);
			for (const peer of peers) await leave(peer);
			await until(() => own.socket.pipeCount === 0);
		}
		expect(own.tryReceive()).toBe(undefined);
	});
}

/** @param ids that the sizes of queues have limits, which a program sets */
export function stopsAtMarks(subject: ReceiverSubject, ids: readonly string[]): void {
	covers(
		ids,
		{ transports: EVERY },
		"who does not receive stops the peer at the marks, and loses nothing of what was accepted",
		async (transport) => {
			const [own, peer] = [subject.receiver(2), subject.sender(2)];
			await meet(transport, own.socket);
			peer.connect(own.socket.lastEndpoint as string);
			await sendSurely(peer, "ready");
			expect(textOf(await own.receive())).toBe("ready");
			const count = await fill(peer);
			const { queues = 1 } = subject;
			if (transport === "inproc") expect(count).toBe(2 + 2 * queues);
			expect(count).toBeLessThan(RAISED_MARK);
			await expectNumbers(own, count);
			(own.socket as { receiveHighWaterMark?: number }).receiveHighWaterMark = RAISED_MARK;
			const more = await fill(peer);
			if (transport === "inproc") expect(more).toBe(2 + RAISED_MARK * queues);
			expect(more).toBeGreaterThan(RAISED_MARK);
		},
	);
}

/** Leaves three messages unread in `own`, and its peer gone. */
async function leaveUnread(transport: SpecTransport, own: Receiver, peer: Sender, endpoint: string): Promise<void> {
	const lost = happens(own.socket, "disconnect");
	peer.connect(endpoint);
	for (let number = 0; number < 3; number++) await sendSurely(peer, `${number}`);
	await until(() => (own.socket as Socket & { readonly readable?: boolean }).readable === true);
	await leave(peer);
	if (reconnects(transport)) await lost;
}

/** @param ids the clauses that speak of what a peer leaves behind */
export function discardsWhatIsLeft(subject: ReceiverSubject, ids: readonly string[]): void {
	covers(
		ids,
		{ transports: EVERY },
		"by default what a peer had sent before it left is still received, as in libzmq",
		async (transport) => {
			const own = subject.receiver();
			const endpoint = await meet(transport, own.socket);
			await leaveUnread(transport, own, subject.sender(), endpoint);
			await expectNumbers(own, 3);
			await until(() => own.socket.pipeCount === 0);
			expect(own.tryReceive()).toBe(undefined);
		},
	);

	covers(
		ids,
		{ transports: EVERY },
		"with discardUnread nothing is received of what a peer had sent before it left, and all of what the next one sends",
		async (transport) => {
			const own = subject.receiver();
			(own.socket as Socket & { discardUnread?: boolean }).discardUnread = true;
			const endpoint = await meet(transport, own.socket);
			await leaveUnread(transport, own, subject.sender(), endpoint);
			expect(own.tryReceive()).toBe(undefined);
			expect(own.socket.pipeCount).toBe(0);
			const next = subject.sender();
			next.connect(endpoint);
			await sendSurely(next, "from the next");
			expect(textOf(await own.receive())).toBe("from the next");
		},
	);
}
