/**
 * What the RFCs say alike of ROUTER, SERVER and PEER: each peer has an id of its own, and a message goes to exactly that peer.
 */
import { expect } from "vitest";
import { HELLO, type Port } from "./addressed-ends.ts";
import { covers } from "./covers.ts";
import { expectNumbers, fill, type Receiver, textOf } from "./ends.ts";
import { meet, pends } from "./open-sockets.ts";
import { EVERY } from "./pattern-clauses.ts";

export interface AddressedSubject<Id> {
	/** The socket under test; it reports what it cannot send. */
	port(mark?: number): Port<Id>;
	/** A peer that says hello when it connects. */
	partner(mark?: number): Receiver;
	/** An id that nobody has. */
	readonly nobody: Id;
	/** Makes ids comparable. */
	key(id: Id): string | number;
}

export interface AddressedIds {
	/** Each peer has an id that no other has; messages come with it and go by it. */
	readonly identity: readonly string[];
	readonly unreachable: readonly string[];
	/** A full queue: it waits or reports, and loses nothing. */
	readonly full: readonly string[];
}

const PEERS = 5;

export function sendsById<Id>(subject: AddressedSubject<Id>, ids: AddressedIds): void {
	covers(
		ids.identity,
		{ transports: EVERY },
		"each peer has an id that no other has, by which it is told apart and spoken to",
		async (transport) => {
			const own = subject.port();
			const endpoint = await meet(transport, own.socket);
			const partners = new Map<string | number, Receiver>();
			const known: Id[] = [];
			for (let count = 0; count < PEERS; count++) {
				const partner = subject.partner();
				partner.connect(endpoint);
				const [id, ...frames] = await own.receive();
				expect(textOf(frames)).toBe(HELLO);
				expect(partners.has(subject.key(id))).toBe(false);
				partners.set(subject.key(id), partner);
				known.push(id);
			}
			for (const id of known.reverse()) await own.send(`to ${String(subject.key(id))}`, id);
			for (const [key, partner] of partners) expect(textOf(await partner.receive())).toBe(`to ${String(key)}`);
			for (const partner of partners.values()) expect(partner.tryReceive()).toBe(undefined);
		},
	);

	covers(ids.unreachable, { transports: EVERY }, "a message for nobody is reported, and disturbs nobody", async (transport) => {
		const own = subject.port();
		const partner = subject.partner();
		await meet(transport, own.socket, partner.socket);
		const [id] = await own.receive();
		expect(own.trySend("lost", subject.nobody)).toBe("unreachable");
		await expect(own.send("lost", subject.nobody)).rejects.toEqual(expect.objectContaining({ code: "EHOSTUNREACH" }));
		await own.send("found", id);
		expect(textOf(await partner.receive())).toBe("found");
	});

	covers(
		ids.full,
		{ transports: EVERY },
		"a message for a full peer waits, or is refused at once when told so, and none is lost",
		async (transport) => {
			const own = subject.port(2);
			const [slow, other] = [subject.partner(1), subject.partner()];
			const endpoint = await meet(transport, own.socket, slow.socket);
			const [toSlow] = await own.receive();
			other.connect(endpoint);
			const [toOther] = await own.receive();
			const count = await fill({ trySend: (body) => own.trySend(body, toSlow) });
			await expect(own.send("refused", toSlow, { timeoutMs: 0 })).rejects.toEqual(expect.objectContaining({ code: "EAGAIN" }));
			expect(own.trySend("refused", toSlow)).toBe("full");
			await own.send("past it", toOther);
			expect(textOf(await other.receive())).toBe("past it");
			const waiting = own.send(`${count}`, toSlow);
			expect(await pends(waiting)).toBe(true);
			await expectNumbers(slow, count + 1);
			await waiting;
		},
	);
}
