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
import { freeEndpoint, meet, until } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";

export interface ReceiverSubject {
	/** The socket under test, with this high-water mark. */
	receiver(mark?: number): Receiver;
	/** A peer; it may drop what nobody wants yet. */
	sender(mark?: number): Sender;
	/** False: a message is one frame. */
	readonly multipart?: boolean;
}

export interface ReceiverIds {
	readonly unchanged: readonly string[];
	readonly delivered: readonly string[];
	readonly made: readonly string[];
	readonly kept: readonly string[];
	readonly accepted: readonly string[];
	readonly ended: readonly string[];
	readonly limited: readonly string[];
	readonly fair: readonly string[];
}

const SOURCES = 3;
const EACH = 100;

export function receivesFairly(subject: ReceiverSubject, ids: readonly string[]): void {
	covers(ids, { transports: EVERY }, "peers that all have something to say are heard in turn", async (transport) => {
		const own = subject.receiver();
		const sources = Array.from({ length: SOURCES }, () => subject.sender());
		const endpoint = await meet(transport, own.socket);
		for (const source of sources) source.connect(endpoint);
		await Promise.all(
			sources.map(async (source, index) => {
				for (let number = 0; number < EACH; number++) await sendSurely(source, `${index}:${number}`);
			}),
		);
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

export function keepsIncomingQueues(subject: ReceiverSubject, ids: Omit<ReceiverIds, "unchanged" | "delivered" | "fair">): void {
	covers(
		[...ids.made, ...ids.kept],
		{ transports: EVERY },
		"a queue is there from the connect on, and through lost connections",
		async (transport) => {
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
		},
	);

	covers(
		[...ids.accepted, ...ids.ended],
		{ transports: EVERY },
		"each peer that connects has a queue, which is gone after it",
		async (transport) => {
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
		},
	);

	covers(
		ids.limited,
		{ transports: EVERY },
		"who does not receive stops the peer at the marks, and loses nothing of what was accepted",
		async (transport) => {
			const [own, peer] = [subject.receiver(2), subject.sender(2)];
			await meet(transport, own.socket);
			peer.connect(own.socket.lastEndpoint as string);
			await sendSurely(peer, "ready");
			expect(textOf(await own.receive())).toBe("ready");
			const count = await fill(peer);
			if (transport === "inproc") expect(count).toBe(4);
			await expectNumbers(own, count);
			(own.socket as { receiveHighWaterMark?: number }).receiveHighWaterMark = 4;
			if (transport === "inproc") expect(await fill(peer)).toBe(6);
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
