/**
 * The contract of pattern.ts, run by every pattern over bare pipes: no socket, no transport, no waiting.
 */
import { describe, expect, it } from "vitest";
import { LEFT_PEERS_MAX } from "../limits.ts";
import type { Message } from "../message.ts";
import { type Pipe, pipePair } from "../pipe/pipe.ts";
import { bytes, SUBJECTS, type Subject } from "./fixtures/subjects.ts";
import type { PatternHost } from "./pattern.ts";

class Host implements PatternHost {
	discardUnread = false;
	readables = 0;
	writables = 0;
	readonly detached: Pipe[] = [];
	onReadable(): void {
		this.readables += 1;
	}
	onWritable(): void {
		this.writables += 1;
	}
	onDetached(pipe: Pipe): void {
		this.detached.push(pipe);
	}
}

const texts = (message: Message | undefined) => message?.map((frame) => Buffer.from(frame).toString());

/** Four characters, as many as a number of SERVER has bytes. */
function idOf(index: number): string {
	return `p${index.toString(36).padStart(3, "0")}`;
}

/** A subject with its host, and peers named p000, p001 …; ends of pipes are seen as the peer sees them. */
function setUp(subject: Subject) {
	const host = new Host();
	const pattern = subject.make(host);
	let named = 0;
	const peer = (limits: { toPeer?: number; fromPeer?: number } = {}, before: (far: Pipe) => void = () => {}) => {
		const [near, far] = pipePair({ forward: limits.toPeer ?? 0, backward: limits.fromPeer ?? 0 });
		const id = idOf(named++);
		if (subject.givesIds) near.givenRoutingId = Buffer.from(id);
		else near.peerRoutingId = Buffer.from(id);
		before(far);
		const admitted = pattern.attach(near);
		if (subject.hello !== undefined) {
			far.tryWrite(subject.hello);
			// An XPUB's owner hears of it.
			pattern.tryReceive();
		} else {
			// What a subscriber says first.
			while (far.readable) far.tryRead();
		}
		return { near, far, id, admitted };
	};
	const to = (id: string, ...frames: string[]) => bytes(...(subject.envelope ? [id] : []), ...frames);
	const from = (id: string, ...frames: string[]) => [...(subject.envelope ? [id] : []), ...frames];
	return { host, pattern, peer, to, from };
}

/** Loses messages for a full peer, or with several peers for one of them. */
function mayDrop(subject: Subject): boolean {
	return subject.toNobody === "dropped" && subject.name !== "PUB with noDrop";
}

/** A clause that only concerns patterns which can do that. */
function clause(concerned: boolean, name: string, test: () => void): void {
	if (concerned) it(name, test);
}

describe.each(SUBJECTS)("the contract of a pattern: $name", (subject) => {
	it("says what becomes of a message to nobody", () => {
		const { pattern, to } = setUp(subject);
		expect(pattern.trySend(to(idOf(0), "x"))).toBe(subject.toNobody);
	});

	clause(subject.sends, "hands messages to a peer whole and in order", () => {
		const { pattern, peer, to } = setUp(subject);
		const { far, id } = peer();
		for (let i = 0; i < 100; i++) expect(pattern.trySend(to(id, `a${i}`, "", `b${i}`))).toBe("sent");
		for (let i = 0; i < 100; i++) expect(texts(far.tryRead())).toEqual([`a${i}`, "", `b${i}`]);
		expect(far.readable).toBe(false);
	});

	clause(subject.sends && !mayDrop(subject), "leaves a refused message unchanged and tells when there is room", () => {
		const { host, pattern, peer, to } = setUp(subject);
		const { far, id } = peer({ toPeer: 2 });
		expect(pattern.trySend(to(id, "1"))).toBe("sent");
		expect(pattern.trySend(to(id, "2"))).toBe("sent");
		const refused = to(id, "3", "3b");
		expect(pattern.trySend(refused)).toBe("full");
		expect(refused).toEqual(to(id, "3", "3b"));
		expect(pattern.writable).toBe(false);
		const before = host.writables;
		far.tryRead();
		expect(host.writables).toBe(before + 1);
		expect(pattern.writable).toBe(true);
		expect(pattern.trySend(refused)).toBe("sent");
		expect(texts(far.tryRead())).toEqual(["2"]);
		expect(texts(far.tryRead())).toEqual(["3", "3b"]);
	});

	clause(subject.receives, "receives whole messages in order and tells when the first one is there", () => {
		const { host, pattern, peer, from } = setUp(subject);
		const { far, id } = peer();
		expect(pattern.readable).toBe(false);
		const before = host.readables;
		far.tryWrite(bytes("1", "1b"));
		expect(host.readables).toBe(before + 1);
		far.tryWrite(bytes("2"));
		expect(pattern.readable).toBe(true);
		expect(texts(pattern.tryReceive())).toEqual(from(id, "1", "1b"));
		expect(texts(pattern.tryReceive())).toEqual(from(id, "2"));
		expect(pattern.tryReceive()).toBeUndefined();
		expect(pattern.readable).toBe(false);
	});

	clause(subject.receives && subject.peersMax > 1, "takes one message per peer in turn, whoever floods", () => {
		const { pattern, peer, from } = setUp(subject);
		const [flooder, b, c] = [peer(), peer(), peer()];
		for (let i = 0; i < 100; i++) flooder.far.tryWrite(bytes(`a${i}`));
		for (let i = 0; i < 3; i++) {
			b.far.tryWrite(bytes(`b${i}`));
			c.far.tryWrite(bytes(`c${i}`));
		}
		const got = Array.from({ length: 9 }, () => texts(pattern.tryReceive()));
		const expected = [0, 1, 2].flatMap((i) => [from(flooder.id, `a${i}`), from(b.id, `b${i}`), from(c.id, `c${i}`)]);
		expect(got).toEqual(expected);
	});

	clause(subject.receives, "takes over a pipe that brings messages with it", () => {
		const { host, pattern, peer, from } = setUp(subject);
		const { id } = peer({}, (far) => far.tryWrite(bytes("early")));
		expect(host.readables).toBe(1);
		expect(texts(pattern.tryReceive())).toEqual(from(id, "early"));
	});

	clause(subject.receives, "reads what a pipe brought that ended before it was attached", () => {
		const { host, pattern, peer, from } = setUp(subject);
		const { id, near } = peer({}, (far) => {
			far.tryWrite(bytes("testament"));
			far.close();
		});
		expect(texts(pattern.tryReceive())).toEqual(from(id, "testament"));
		expect(host.detached).toEqual([near]);
	});

	it("forgets at once a pipe that ended before it was attached and brings nothing", () => {
		const { host, pattern, peer } = setUp(subject);
		const { near } = peer({}, (far) => far.close());
		expect(host.detached).toEqual([near]);
		expect(pattern.pipeCount).toBe(0);
	});

	clause(subject.receives, "keeps a peer that left until it is read to the end", () => {
		const { host, pattern, peer, from, to } = setUp(subject);
		const { far, near, id } = peer();
		far.tryWrite(bytes("1"));
		far.tryWrite(bytes("2"));
		far.close();
		expect(pattern.trySend(to(id, "x"))).toBe(subject.toNobody);
		expect(texts(pattern.tryReceive())).toEqual(from(id, "1"));
		expect(host.detached).toEqual([]);
		expect(texts(pattern.tryReceive())).toEqual(from(id, "2"));
		expect(host.detached).toEqual([near]);
		expect(pattern.pipeCount).toBe(0);
		expect(pattern.tryReceive()).toBeUndefined();
	});

	clause(subject.receives && subject.peersMax > 1, "bounds what peers that come and go leave behind", () => {
		const { host, pattern, peer } = setUp(subject);
		for (let i = 0; i < LEFT_PEERS_MAX + 10; i++) {
			const { far } = peer();
			far.tryWrite(bytes(String(i)));
			far.close();
		}
		expect(pattern.pipeCount).toBe(LEFT_PEERS_MAX);
		expect(host.detached.length).toBe(10);
		expect(texts(pattern.tryReceive())?.at(-1)).toBe("10");
		let left = 0;
		while (pattern.tryReceive() !== undefined) left += 1;
		expect(left).toBe(LEFT_PEERS_MAX - 1);
		expect(pattern.pipeCount).toBe(0);
	});

	clause(subject.receives, "drops what a peer that left had sent, when its host wants that, and forgets it at once", () => {
		const { host, pattern, peer, from } = setUp(subject);
		host.discardUnread = true;
		const leaver = peer();
		for (const text of ["1", "2", "3"]) leaver.far.tryWrite(bytes(text));
		expect(texts(pattern.tryReceive())).toEqual(from(leaver.id, "1"));
		// A pattern may look at a message ahead: that one is not received either.
		expect(pattern.readable).toBe(true);
		leaver.far.close();
		expect([pattern.readable, pattern.tryReceive(), pattern.pipeCount]).toEqual([false, undefined, 0]);
		expect(host.detached.length).toBe(1);
		const next = peer();
		next.far.tryWrite(bytes("4"));
		expect(texts(pattern.tryReceive())).toEqual(from(next.id, "4"));
	});

	clause(subject.sends, "goes on without a peer that left while messages waited for it", () => {
		const { host, pattern, peer, to } = setUp(subject);
		const gone = peer({ toPeer: 1 });
		pattern.trySend(to(gone.id, "1"));
		pattern.trySend(to(gone.id, "2"));
		const before = host.writables;
		gone.far.close();
		expect(host.writables).toBeGreaterThan(before);
		expect(pattern.trySend(to(gone.id, "3"))).toBe(subject.toNobody);
		const next = peer();
		expect(pattern.trySend(to(next.id, "4"))).toBe("sent");
		expect(texts(next.far.tryRead())).toEqual(["4"]);
	});

	it("detaches a pipe: drops what it wrote, leaves or discards what was written to it", () => {
		const { host, pattern, peer, to } = setUp(subject);
		for (const discard of [false, true]) {
			const { near, far, id } = peer();
			if (subject.sends) pattern.trySend(to(id, "to peer"));
			far.tryWrite(bytes("from peer"));
			pattern.detach(near, { discard });
			expect(far.closed).toBe(true);
			expect(far.readable).toBe(subject.sends && !discard);
			if (!subject.notices) expect(pattern.tryReceive()).toBeUndefined();
			expect(host.detached.at(-1)).toBe(near);
			expect(pattern.pipeCount).toBe(0);
		}
	});

	it("closes every pipe at close and takes none afterwards", () => {
		const { host, pattern, peer, to } = setUp(subject);
		const open = subject.peersMax === 1 ? [peer()] : [peer(), peer(), peer()];
		const last = open[0] as (typeof open)[0];
		last.far.tryWrite(bytes("unread"));
		pattern.close({ discard: false });
		expect(open.map(({ far }) => far.closed)).toEqual(open.map(() => true));
		expect(host.detached.length).toBe(open.length);
		expect(pattern.pipeCount).toBe(0);
		expect(pattern.readable).toBe(false);
		expect(pattern.tryReceive()).toBeUndefined();
		expect(pattern.trySend(to(last.id, "x"))).toBe(subject.toNobody);
		const late = peer();
		expect(late.admitted).toBe(false);
		expect(late.far.closed).toBe(true);
	});

	it("hears a second end of the same pipe without harm", () => {
		const { host, pattern, peer } = setUp(subject);
		const { near, far } = peer();
		far.close();
		near.owner?.onClosed(near);
		pattern.detach(near, { discard: true });
		expect(host.detached).toEqual([near]);
	});
});
