/**
 * REQ and REP over bare pipes: the envelope on the wire, who is listened to, and what is dropped.
 */
import { describe, expect, it } from "vitest";
import type { Message } from "../message.ts";
import { type Pipe, pipePair } from "../pipe/pipe.ts";
import type { Pattern, PatternHost } from "./pattern.ts";
import { RepPattern } from "./rep.ts";
import { ReqPattern } from "./req.ts";

const HOST: PatternHost = { onReadable() {}, onWritable() {}, onDetached() {} };
const bytes = (...texts: string[]): Message => texts.map((text) => Buffer.from(text));
const texts = (message: Message | undefined) => message?.map((frame) => Buffer.from(frame).toString());

function peerOf(pattern: Pattern, toPeer = 0): { near: Pipe; far: Pipe } {
	const [near, far] = pipePair({ forward: toPeer, backward: 0 });
	pattern.attach(near);
	return { near, far };
}

describe("REQ", () => {
	const make = (options = { correlate: false, relaxed: false }) => new ReqPattern(HOST, options);

	it("puts an empty frame in front and takes it off the reply", () => {
		const req = make();
		const { far } = peerOf(req);
		expect(req.trySend(bytes("a", "", "b"))).toBe("sent");
		expect(texts(far.tryRead())).toEqual(["", "a", "", "b"]);
		far.tryWrite(bytes("", "reply", ""));
		expect(req.readable).toBe(true);
		expect(texts(req.tryReceive())).toEqual(["reply", ""]);
	});

	it("must receive after a send, and send after a receive", () => {
		const req = make();
		const { far } = peerOf(req);
		expect([req.outOfTurn, req.writable]).toEqual([true, true]);
		req.trySend(bytes("1"));
		expect([req.outOfTurn, req.writable]).toEqual([false, false]);
		const refused = bytes("2");
		expect(req.trySend(refused)).toBe("out-of-turn");
		expect(refused).toEqual(bytes("2"));
		far.tryWrite(bytes("", "r"));
		req.tryReceive();
		expect([req.outOfTurn, req.writable]).toEqual([true, true]);
	});

	it("leaves a request that nobody takes with the caller", () => {
		const req = make({ correlate: true, relaxed: false });
		const request = bytes("x");
		expect(req.trySend(request)).toBe("no-peer");
		const { near, far } = peerOf(req, 1);
		near.tryWrite(bytes("fill"));
		expect(req.trySend(request)).toBe("full");
		expect(request).toEqual(bytes("x"));
		expect(req.outOfTurn).toBe(true);
		far.tryRead();
		expect(req.trySend(request)).toBe("sent");
	});

	it("asks its peers in turn and listens to the asked one only", () => {
		const req = make();
		const [a, b] = [peerOf(req), peerOf(req)];
		for (const [asked, other, name] of [
			[a, b, "a"],
			[b, a, "b"],
			[a, b, "a again"],
		] as const) {
			req.trySend(bytes(name));
			expect(texts(asked.far.tryRead())).toEqual(["", name]);
			other.far.tryWrite(bytes("", "unasked"));
			expect(req.readable).toBe(false);
			asked.far.tryWrite(bytes("", name));
			asked.far.tryWrite(bytes("", "twice"));
			expect(texts(req.tryReceive())).toEqual([name]);
			asked.far.tryWrite(bytes("", "late"));
		}
		expect([a.near.readable, b.near.readable]).toEqual([false, false]);
	});

	it("skips replies without a delimiter or without a body", () => {
		const req = make();
		const { far } = peerOf(req);
		req.trySend(bytes("x"));
		for (const bad of [bytes("no delimiter"), bytes("id", "", "body"), bytes("")]) far.tryWrite(bad);
		expect(req.readable).toBe(false);
		far.tryWrite(bytes("", "good"));
		expect(texts(req.tryReceive())).toEqual(["good"]);
	});

	it("with correlate numbers its requests and takes only the reply with the same number", () => {
		const req = make({ correlate: true, relaxed: false });
		const { far } = peerOf(req);
		const numbers: number[] = [];
		for (let i = 0; i < 2; i++) {
			req.trySend(bytes("x"));
			const [id, delimiter, body] = far.tryRead() as [Buffer, Buffer, Buffer];
			expect([id.length, delimiter.length, String(body)]).toEqual([4, 0, "x"]);
			numbers.push(id.readUInt32BE());
			far.tryWrite([Buffer.from([9, 9, 9, 9]), Buffer.alloc(0), Buffer.from("wrong")]);
			far.tryWrite(bytes("", "none"));
			expect(req.readable).toBe(false);
			far.tryWrite([id, Buffer.alloc(0), Buffer.from("right")]);
			expect(texts(req.tryReceive())).toEqual(["right"]);
		}
		expect(numbers[1]).toBe(((numbers[0] as number) + 1) % 2 ** 32);
	});

	it("with relaxed forgets the open request, and with correlate drops its reply", () => {
		const req = make({ correlate: true, relaxed: true });
		const { far } = peerOf(req);
		req.trySend(bytes("1"));
		const first = far.tryRead() as Message;
		far.tryWrite(first);
		expect(req.readable).toBe(true);
		expect(req.trySend(bytes("2"))).toBe("sent");
		expect(req.readable).toBe(false);
		far.tryWrite(first);
		far.tryWrite(far.tryRead() as Message);
		expect(texts(req.tryReceive())).toEqual(["2"]);
	});

	it("gives the reply of a peer that left meanwhile", () => {
		const req = make();
		const { far } = peerOf(req);
		req.trySend(bytes("x"));
		far.tryWrite(bytes("", "testament"));
		far.tryWrite(bytes("", "and more"));
		far.close();
		expect(texts(req.tryReceive())).toEqual(["testament"]);
		expect(req.pipeCount).toBe(0);
	});
});

describe("REP", () => {
	const make = () => new RepPattern(HOST);

	it("keeps the frames up to the first empty one and puts them in front of the reply", () => {
		const rep = make();
		const { far } = peerOf(rep);
		far.tryWrite(bytes("hop2", "hop1", "", "question", "", "end"));
		expect(texts(rep.tryReceive())).toEqual(["question", "", "end"]);
		expect(rep.trySend(bytes("answer", "more"))).toBe("sent");
		expect(texts(far.tryRead())).toEqual(["hop2", "hop1", "", "answer", "more"]);
	});

	it("must send after a receive, and receive after a send", () => {
		const rep = make();
		const { far } = peerOf(rep);
		expect(rep.trySend(bytes("x"))).toBe("out-of-turn");
		far.tryWrite(bytes("", "1"));
		far.tryWrite(bytes("", "2"));
		expect([rep.outOfTurn, rep.writable, rep.readable]).toEqual([false, false, true]);
		rep.tryReceive();
		expect([rep.outOfTurn, rep.writable, rep.readable]).toEqual([true, true, false]);
		expect(rep.tryReceive()).toBeUndefined();
		rep.trySend(bytes("r"));
		expect([rep.outOfTurn, rep.writable, rep.readable]).toEqual([false, false, true]);
	});

	it("answers whoever asked, in fair turns", () => {
		const rep = make();
		const [a, b] = [peerOf(rep), peerOf(rep)];
		for (const { far } of [a, b]) for (const text of ["1", "2"]) far.tryWrite(bytes("", text));
		const answered: string[] = [];
		while (rep.readable) {
			const [question] = texts(rep.tryReceive()) as [string];
			rep.trySend(bytes(`re ${question}`));
			answered.push([a, b].map(({ far }) => texts(far.tryRead())?.[1] ?? "-").join());
		}
		expect(answered).toEqual(["re 1,-", "-,re 1", "re 2,-", "-,re 2"]);
	});

	it("discards requests without a delimiter or without a body", () => {
		const rep = make();
		const { far } = peerOf(rep);
		for (const bad of [bytes("x"), bytes("x", "y"), bytes(""), bytes("x", "")]) far.tryWrite(bad);
		expect(rep.readable).toBe(false);
		far.tryWrite(bytes("", "good"));
		expect(texts(rep.tryReceive())).toEqual(["good"]);
	});

	it("drops the reply to a peer that is gone or full", () => {
		const rep = make();
		const gone = peerOf(rep);
		gone.far.tryWrite(bytes("", "x"));
		rep.tryReceive();
		gone.far.close();
		expect(rep.trySend(bytes("r"))).toBe("dropped");
		const full = peerOf(rep, 1);
		for (const outcome of ["sent", "dropped"]) {
			full.far.tryWrite(bytes("", "x"));
			rep.tryReceive();
			expect(rep.trySend(bytes("r"))).toBe(outcome);
		}
		expect(rep.outOfTurn).toBe(false);
	});

	it("drops what it has looked at when that peer is detached", () => {
		const rep = make();
		const { near, far } = peerOf(rep);
		far.tryWrite(bytes("", "x"));
		expect(rep.readable).toBe(true);
		rep.detach(near, { discard: true });
		expect(rep.readable).toBe(false);
		expect(rep.tryReceive()).toBeUndefined();
	});
});
