import type { SendOutcome } from "@zloom/core";
import type { Link, LinkOwner } from "@zloom/runtime";
import { expect, it } from "vitest";
import { ACK_MESSAGES, OUTBOX_MESSAGES_MAX, WINDOW_MESSAGES } from "./limits.ts";
import { type Channel, Session } from "./session.ts";
import { encodeCount, KIND_ACK, KIND_BYE, KIND_ENVELOPE, KIND_PING, KIND_PONG, KIND_REFUSE, kindOf } from "./wire.ts";

/** Keeps what is sent, until the test carries it over. */
class Cable implements Channel {
	sent: Uint8Array[][] = [];
	outcome: SendOutcome = "sent";
	ended: number | undefined;

	trySend(frames: Uint8Array[]): SendOutcome {
		if (this.outcome === "sent") this.sent.push(frames);
		return this.outcome;
	}

	end(flushMs: number): void {
		this.ended = flushMs;
	}

	take(): Uint8Array[][] {
		const taken = this.sent;
		this.sent = [];
		return taken;
	}

	get kinds(): number[] {
		return this.sent.map((frames) => kindOf(frames[0]));
	}
}

class Owner implements LinkOwner {
	envelopes: string[] = [];
	closed: Error[] = [];

	onEnvelope(_link: Link, frames: Uint8Array[]): void {
		this.envelopes.push(frames.map((frame) => Buffer.from(frame).toString()).join("|"));
	}

	onClosed(_link: Link, reason: Error): void {
		this.closed.push(reason);
	}
}

function open(): { session: Session; cable: Cable; owner: Owner; ended: Session[] } {
	const cable = new Cable();
	const owner = new Owner();
	const ended: Session[] = [];
	const session = new Session({
		peer: "tcp://127.0.0.1:7400",
		incarnation: "00",
		channel: cable,
		silentTicksMax: 3,
		tickMs: 1000,
		ended: (over) => ended.push(over),
	});
	session.owner = owner;
	return { session, cable, owner, ended };
}

const text = (value: string): Uint8Array[] => [Buffer.from(value)];
const envelope = (value: string): Uint8Array[] => [Buffer.of(KIND_ENVELOPE), Buffer.from(value)];

it("carries envelopes in both directions, frames untouched", () => {
	const { session, cable, owner } = open();
	session.send([Buffer.from("a"), Buffer.from("b")]);
	expect(cable.take().map((frames) => frames.map(String))).toEqual([["\u0004", "a", "b"]]);
	session.receive([Buffer.from("id"), Buffer.of(KIND_ENVELOPE), Buffer.from("c"), Buffer.from("d")], 1);
	expect(owner.envelopes).toEqual(["c|d"]);
});

it("keeps what is over the window back, and sends it in order as acknowledgements come", () => {
	const { session, cable } = open();
	for (let i = 0; i < WINDOW_MESSAGES + 10; i++) session.send(text(String(i)));
	expect(cable.sent.length).toBe(WINDOW_MESSAGES);
	session.receive(encodeCount(KIND_ACK, 4), 0);
	session.send(text("last"));
	session.receive(encodeCount(KIND_PONG, 20), 0);
	const numbers = cable.take().map((frames) => String(frames[1]));
	expect(numbers).toEqual([...Array(WINDOW_MESSAGES + 10).keys()].map(String).concat("last"));
});

it("acknowledges in lots", () => {
	const { session, cable } = open();
	for (let i = 0; i < ACK_MESSAGES - 1; i++) session.receive(envelope("x"), 0);
	expect(cable.sent).toEqual([]);
	session.receive(envelope("x"), 0);
	expect(cable.sent).toEqual([encodeCount(KIND_ACK, ACK_MESSAGES)]);
});

it("gives the link up when its outbox is full, tells its owner once and not in the stack of send", async () => {
	const { session, cable, owner, ended } = open();
	const frames = text("");
	for (let i = 0; i < WINDOW_MESSAGES + OUTBOX_MESSAGES_MAX + 1; i++) session.send(frames);
	expect(owner.closed).toEqual([]);
	await Promise.resolve();
	session.send(frames);
	expect(owner.closed.map((error) => (error as Error & { code: string }).code)).toEqual(["ERR_NODE_DOWN"]);
	expect(owner.closed[0]?.message).toContain("wait to be sent");
	expect(cable.ended).toBe(0);
	expect(ended).toEqual([session]);
});

it("gives the link up when the peer does not read, and sends nothing behind the gap", async () => {
	const { session, cable, owner } = open();
	cable.outcome = "full";
	session.send(text("lost"));
	cable.outcome = "sent";
	session.send(text("behind"));
	await Promise.resolve();
	expect(cable.sent).toEqual([]);
	expect(owner.closed[0]?.message).toContain("does not read");
});

it("gives the link up over a message that no link can carry, and says what to do", async () => {
	const { session, cable, owner } = open();
	session.send(new Array(20_000).fill(Buffer.alloc(0)));
	await Promise.resolve();
	expect(cable.sent).toEqual([]);
	expect(owner.closed[0]?.message).toContain("send large data in pieces");
});

it("delivers what had arrived before the connection was gone, and then ends", () => {
	for (const outcome of ["no-peer", "unreachable"] as const) {
		const { session, cable, owner } = open();
		cable.outcome = outcome;
		session.send(text("lost"));
		cable.outcome = "sent";
		session.send(text("behind"));
		cable.outcome = outcome;
		for (let i = 0; i < ACK_MESSAGES; i++) session.receive(envelope("before the end"), 0);
		expect([cable.sent, owner.closed]).toEqual([[], []]);
		session.fail("its connection is gone");
		expect(owner.envelopes.length).toBe(ACK_MESSAGES);
		expect(owner.closed[0]?.message).toContain("connection is gone");
	}
});

it("asks a silent peer for a sign of life, and counts it down after as many beats as it may be silent", () => {
	const { session, cable, owner } = open();
	session.tick();
	expect(cable.kinds).toEqual([]);
	session.tick();
	session.tick();
	expect(cable.kinds).toEqual([KIND_PING, KIND_PING]);
	session.receive(encodeCount(KIND_PONG, 0), 0);
	session.tick();
	session.tick();
	session.tick();
	expect(owner.closed).toEqual([]);
	session.tick();
	expect(owner.closed[0]?.message).toContain("nothing was heard from it for 3000 ms");
});

it("answers PING with the count of what it received", () => {
	const { session, cable } = open();
	session.receive(envelope("x"), 0);
	session.receive([Buffer.of(KIND_PING)], 0);
	expect(cable.sent).toEqual([encodeCount(KIND_PONG, 1)]);
});

it("says BYE behind everything that was sent before close, and tells its own owner nothing", () => {
	const { session, cable, owner, ended } = open();
	for (let i = 0; i < WINDOW_MESSAGES + 1; i++) session.send(text("x"));
	session.close();
	session.close();
	session.send(text("too late"));
	expect(cable.kinds).not.toContain(KIND_BYE);
	expect(cable.ended).toBeUndefined();
	session.receive(encodeCount(KIND_ACK, WINDOW_MESSAGES), 0);
	expect(cable.kinds.slice(-2)).toEqual([KIND_ENVELOPE, KIND_BYE]);
	expect(cable.sent.length).toBe(WINDOW_MESSAGES + 2);
	expect(cable.ended).toBeGreaterThan(0);
	session.receive(envelope("after the end"), 0);
	expect([owner.envelopes, owner.closed, ended]).toEqual([[], [], [session]]);
});

it("stops waiting for a peer that takes nothing while it closes", () => {
	const { session, cable, ended } = open();
	for (let i = 0; i < WINDOW_MESSAGES + 1; i++) session.send(text("x"));
	session.close();
	session.tick();
	session.tick();
	expect(cable.kinds.at(-1)).toBe(KIND_BYE);
	expect(ended).toEqual([session]);
});

it("tells its owner once when the peer says BYE or REFUSE, with the peer's words", () => {
	for (const [kind, word] of [
		[KIND_BYE, "stopped"],
		[KIND_REFUSE, "hello"],
	] as const) {
		const { session, owner, ended } = open();
		session.receive([Buffer.of(kind), Buffer.from(word)], 0);
		session.receive([Buffer.of(kind), Buffer.from(word)], 0);
		session.fail("its connection is gone");
		expect(owner.closed.length).toBe(1);
		expect(owner.closed[0]?.message).toContain(word);
		expect(ended).toEqual([session]);
	}
});

it("ends on what is not the protocol, says so to the peer, and throws nothing", () => {
	const violations: Uint8Array[][] = [
		[Buffer.of(KIND_ENVELOPE)],
		[Buffer.of(99)],
		[Buffer.alloc(0)],
		[],
		encodeCount(KIND_ACK, 1),
		[Buffer.of(KIND_ACK, 1)],
		[Buffer.of(KIND_ENVELOPE), ...new Array(20_000).fill(Buffer.alloc(0))],
	];
	for (const frames of violations) {
		const { session, cable, owner } = open();
		session.receive(frames, 0);
		expect(cable.kinds).toEqual([KIND_REFUSE]);
		expect(owner.closed.length).toBe(1);
	}
});

it("holds what comes before an owner is set, and gives it to the owner first, the end last", async () => {
	const { session, owner } = open();
	session.owner = undefined;
	session.receive(envelope("1"), 0);
	session.receive(envelope("2"), 0);
	session.owner = owner;
	session.receive(envelope("3"), 0);
	session.receive([Buffer.of(KIND_BYE)], 0);
	expect([owner.envelopes, owner.closed]).toEqual([[], []]);
	await Promise.resolve();
	expect(owner.envelopes).toEqual(["1", "2", "3"]);
	expect(owner.closed.length).toBe(1);
});
