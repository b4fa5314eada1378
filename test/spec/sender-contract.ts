/**
 * What the RFCs say alike of every type that keeps what it cannot send: queues for each peer, room, rotation, waiting.
 *
 * Each test is registered for the clauses that its type has of it. The deterministic ones connect to peers that are not there
 * yet: then only the queues of the socket itself count.
 */
import type { SendOutcome } from "@zloom/core";
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
	textOf,
	vanish,
} from "./ends.ts";
import { freeEndpoint, meet, pends, until } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";

export interface SenderSubject {
	/** The socket under test, with this high-water mark. */
	sender(mark?: number): Sender;
	receiver(mark?: number): Receiver;
	/** Told when a peer has connected to the socket under test, which may have to get to know it. */
	acquaint?(subject: Sender, peer: Receiver): Promise<void>;
	/** What a send says when the peer has left. */
	readonly gone: SendOutcome;
	/** False: a message is one frame. */
	readonly multipart?: boolean;
}

async function accepted(transport: Parameters<typeof meet>[0], subject: SenderSubject, own: Sender, peer: Receiver): Promise<string> {
	const endpoint = await meet(transport, own.socket, peer.socket);
	await subject.acquaint?.(own, peer);
	return endpoint;
}

/** @param ids the clauses that messages are not changed */
export function sendsUnchanged(subject: SenderSubject, ids: readonly string[]): void {
	covers(ids, { transports: EVERY }, "what is sent arrives as it was, byte for byte", async (transport) => {
		const [own, peer] = [subject.sender(), subject.receiver()];
		await accepted(transport, subject, own, peer);
		const messages = BODIES.map((body) => [body]);
		if (subject.multipart !== false) messages.push([...BODIES], [BODIES[1] as Buffer, BODIES[0] as Buffer]);
		for (const message of messages) {
			// What is sent belongs to the receiver.
			await own.send(message.map((frame) => Buffer.from(frame)));
			expectFrames(await peer.receive(), message);
		}
	});
}

export interface QueueIds {
	readonly made: readonly string[];
	readonly kept: readonly string[];
	readonly accepted: readonly string[];
	/** The queue ends with its peer, and so does what it holds. */
	readonly ended: readonly string[];
	readonly limited: readonly string[];
}

export function keepsOutgoingQueues(subject: SenderSubject, ids: Pick<QueueIds, "made" | "kept" | "limited">): void {
	covers(
		[...ids.made, ...ids.limited],
		{ transports: EVERY },
		"as many messages as its mark wait for a peer that is not there yet",
		async (transport) => {
			const endpoint = await freeEndpoint(transport);
			const own = subject.sender(3);
			own.connect(endpoint);
			for (let number = 0; number < 3; number++) expect(own.trySend(`${number}`)).toBe("sent");
			expect(own.trySend("refused")).toBe("full");
			(own.socket as { sendHighWaterMark?: number }).sendHighWaterMark = 5;
			for (let number = 3; number < 5; number++) expect(own.trySend(`${number}`)).toBe("sent");
			expect(own.trySend("refused")).toBe("full");
			const peer = subject.receiver();
			await peer.socket.bind(endpoint);
			await expectNumbers(peer, 5);
		},
	);

	covers(ids.kept, { transports: EVERY }, "what is sent while there is no connection waits for the next one", async (transport) => {
		const endpoint = await freeEndpoint(transport);
		const own = subject.sender();
		own.connect(endpoint);
		if (reconnects(transport)) {
			const first = subject.receiver();
			await first.socket.bind(endpoint);
			await own.send("first");
			expect(textOf(await first.receive())).toBe("first");
			const lost = happens(own.socket, "disconnect");
			await leave(first);
			await lost;
		}
		expect(own.trySend("kept")).toBe("sent");
		const next = subject.receiver();
		await next.socket.bind(endpoint);
		expect(textOf(await next.receive())).toBe("kept");
	});
	keepsWhatWaits(subject, ids.kept);
}

/** @param ids that a queue outlives the connection */
function keepsWhatWaits(subject: SenderSubject, ids: readonly string[]): void {
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
			const count = await fill(own);
			const lost = happens(own.socket, "disconnect");
			await vanish(first);
			await lost;
			expect(own.trySend("refused")).toBe("full");
			const end = own.send("end");
			const next = subject.receiver();
			await next.socket.bind(endpoint);
			const kept: number[] = [];
			for (let text = textOf(await next.receive()); text !== "end"; text = textOf(await next.receive())) kept.push(Number(text));
			await end;
			// What was on its way is lost with the connection, and a queue that was full takes nothing before half of it is gone.
			expect(kept.length).toBeGreaterThan(2);
			expect(kept).toEqual(kept.map((_, index) => count - kept.length + index));
		},
	);
}

export function endsAcceptedQueues(subject: SenderSubject, ids: Pick<QueueIds, "accepted" | "ended">): void {
	covers(
		[...ids.accepted, ...ids.ended],
		{ transports: EVERY },
		"a peer that connects gets a queue, which ends with it: nobody else gets what it held",
		async (transport) => {
			const [own, first, next] = [subject.sender(2), subject.receiver(1), subject.receiver()];
			const endpoint = await accepted(transport, subject, own, first);
			expect(await fill(own)).toBeGreaterThan(0);
			await vanish(first);
			await until(() => own.trySend("to nobody") === subject.gone);
			next.connect(endpoint);
			await subject.acquaint?.(own, next);
			await own.send("to the next");
			expect(textOf(await next.receive())).toBe("to the next");
		},
	);
}

export interface RoomIds {
	/** A peer counts only while it has room. */
	readonly available: readonly string[];
	/** It waits or reports. */
	readonly waits: readonly string[];
	/** It accepts nothing meanwhile. */
	readonly refuses: readonly string[];
	readonly losesNothing: readonly string[];
}

const EAGAIN = expect.objectContaining({ code: "EAGAIN" });

export function waitsForRoom(subject: SenderSubject, ids: RoomIds): void {
	covers(
		[...ids.available, ...ids.waits, ...ids.refuses],
		{ transports: EVERY },
		"without room a send waits or is refused, and nothing that was refused is sent",
		async (transport) => {
			const endpoint = await freeEndpoint(transport);
			const own = subject.sender(1);
			if (subject.gone === "no-peer") {
				expect(own.trySend("refused")).toBe("no-peer");
				await expect(own.send("refused", { timeoutMs: 0 })).rejects.toEqual(EAGAIN);
			}
			const early = subject.gone === "no-peer" ? own.send("0") : undefined;
			if (early !== undefined) expect(await pends(early)).toBe(true);
			own.connect(endpoint);
			await (early ?? own.send("0"));
			expect(own.trySend("refused")).toBe("full");
			await expect(own.send("refused", { timeoutMs: 0 })).rejects.toEqual(EAGAIN);
			const waiting = own.send("1");
			expect(await pends(waiting)).toBe(true);
			const peer = subject.receiver();
			await peer.socket.bind(endpoint);
			await waiting;
			await own.send("2");
			await expectNumbers(peer, 3);
		},
	);

	covers(ids.losesNothing, { transports: EVERY }, "all that was accepted arrives in order, however small the queues", async (transport) => {
		const [own, peer] = [subject.sender(2), subject.receiver(2)];
		await accepted(transport, subject, own, peer);
		const sending = (async () => {
			for (let number = 0; number < 100; number++) await own.send(heavy(number));
		})();
		await expectNumbers(peer, 100);
		await sending;
	});
}

export function sendsInRotation(
	subject: SenderSubject,
	ids: { available: readonly string[]; rotation: readonly string[]; each: readonly string[] },
): void {
	covers(ids.rotation, { transports: EVERY }, "messages go to the peers in rotation", async (transport) => {
		const endpoints = [await freeEndpoint(transport), await freeEndpoint(transport), await freeEndpoint(transport)];
		const own = subject.sender();
		for (const endpoint of endpoints) own.connect(endpoint);
		for (let number = 0; number < 9; number++) await own.send(`${number}`);
		for (const [index, endpoint] of endpoints.entries()) {
			const peer = subject.receiver();
			await peer.socket.bind(endpoint);
			for (let number = index; number < 9; number += 3) expect(textOf(await peer.receive())).toBe(`${number}`);
		}
	});

	covers(
		[...ids.available, ...ids.each],
		{ transports: EVERY },
		"a peer whose queue is full is passed over until it has room",
		async (transport) => {
			const endpoints = [await freeEndpoint(transport), await freeEndpoint(transport)] as const;
			const own = subject.sender(2);
			for (const endpoint of endpoints) own.connect(endpoint);
			for (let number = 0; number < 4; number++) expect(own.trySend(`${number}`)).toBe("sent");
			expect(own.trySend("refused")).toBe("full");
			const [absent, present] = [subject.receiver(), subject.receiver()];
			await present.socket.bind(endpoints[1]);
			for (const number of [1, 3]) expect(textOf(await present.receive())).toBe(`${number}`);
			for (let number = 4; number < 24; number++) {
				await own.send(`${number}`);
				expect(textOf(await present.receive())).toBe(`${number}`);
			}
			await absent.socket.bind(endpoints[0]);
			for (const number of [0, 2]) expect(textOf(await absent.receive())).toBe(`${number}`);
			for (const number of [24, 25]) await own.send(`${number}`);
			const both = [textOf(await absent.receive()), textOf(await present.receive())];
			expect(both.sort()).toEqual(["24", "25"]);
		},
	);
}
