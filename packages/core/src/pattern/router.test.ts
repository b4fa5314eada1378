/**
 * Routing ids: bytes of the peer's choosing or generated, duplicates, handover, and what ROUTER does with the unroutable.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pipePair } from "../pipe/pipe.ts";
import { RouterPattern } from "./router.ts";

function router(options: { mandatory?: boolean; handover?: boolean } = {}) {
	let writables = 0;
	const host = {
		onReadable() {},
		onWritable() {
			writables += 1;
		},
		onDetached() {},
	};
	const pattern = new RouterPattern(host, { mandatory: false, handover: false, ...options });
	const peer = (id: Uint8Array, limit = 0) => {
		const [near, far] = pipePair({ forward: limit, backward: 0 });
		near.peerRoutingId = id;
		return { near, far, admitted: pattern.attach(near) };
	};
	return { pattern, peer, writables: () => writables };
}

const body = Buffer.from("body");

describe("ROUTER ids", () => {
	it("tells any two ids apart, whatever bytes they hold", () => {
		const id = fc.uint8Array({ minLength: 1, maxLength: 255 });
		fc.assert(
			fc.property(fc.uniqueArray(id, { minLength: 2, maxLength: 20, selector: (each) => Buffer.from(each).toString("hex") }), (ids) => {
				const { pattern, peer } = router({ mandatory: true });
				const peers = ids.map((each) => peer(each));
				for (const each of ids) expect(pattern.trySend([Buffer.from(each), Buffer.from(each)])).toBe("sent");
				peers.forEach(({ far }, index) => {
					expect(far.tryRead()?.map((frame) => Buffer.from(frame))).toEqual([Buffer.from(ids[index] as Uint8Array)]);
					far.tryWrite([body]);
					expect(pattern.tryReceive()).toEqual([Buffer.from(ids[index] as Uint8Array), body]);
				});
			}),
		);
	});

	it("tells apart five bytes that begin with 00 and all their neighbours", () => {
		const { pattern, peer } = router({ mandatory: true });
		const ids = ["0000000000", "00ffffffff", "0080000000", "00000000", "000000000000", "0100000000"].map((hex) => Buffer.from(hex, "hex"));
		const peers = ids.map((id) => peer(id));
		for (const id of ids) pattern.trySend([id, id]);
		expect(peers.map(({ far }) => far.tryRead()?.[0])).toEqual(ids);
	});

	it("generates 00 and a number for peers that announce none", () => {
		const { pattern, peer } = router();
		const peers = [peer(Buffer.alloc(0)), peer(Buffer.alloc(0))];
		for (const { far } of peers) far.tryWrite([body]);
		const ids = peers.map(() => pattern.tryReceive()?.[0] as Buffer);
		expect(ids.map((id) => [id.length, id[0]])).toEqual([
			[5, 0],
			[5, 0],
		]);
		expect(((ids[0] as Buffer).readUInt32BE(1) + 1) % 2 ** 32).toBe((ids[1] as Buffer).readUInt32BE(1));
		for (const [index, id] of ids.entries()) {
			expect(pattern.trySend([Buffer.from(id), body])).toBe("sent");
			expect(peers[index]?.far.tryRead()).toEqual([body]);
		}
	});

	it("finds a peer even after a receiver wrote into the id it was given", () => {
		const { pattern, peer } = router({ mandatory: true });
		const { far, near } = peer(Buffer.from("a"));
		far.tryWrite([body]);
		pattern.tryReceive()?.[0]?.fill(0xff);
		expect(pattern.trySend([Buffer.from("a"), body])).toBe("sent");
		pattern.detach(near, { discard: true });
		expect(pattern.trySend([Buffer.from("a"), body])).toBe("unreachable");
	});

	it("refuses the newer of two peers with one id", () => {
		const { pattern, peer } = router();
		const [older, newer] = [peer(Buffer.from("x")), peer(Buffer.from("x"))];
		expect([older.admitted, newer.admitted, newer.far.closed]).toEqual([true, false, true]);
		pattern.trySend([Buffer.from("x"), body]);
		expect(older.far.tryRead()).toEqual([body]);
	});

	it("lets the newer one take the id over with handover, and closes the older", () => {
		const { pattern, peer } = router({ handover: true });
		const older = peer(Buffer.from("x"));
		older.far.tryWrite([Buffer.from("lost")]);
		const newer = peer(Buffer.from("x"));
		expect([newer.admitted, older.far.closed, newer.far.closed]).toEqual([true, true, false]);
		pattern.trySend([Buffer.from("x"), body]);
		expect(newer.far.tryRead()).toEqual([body]);
		expect(pattern.tryReceive()).toBeUndefined();
	});

	it("gives an id free as soon as its peer has left, though its messages are still read", () => {
		const { pattern, peer } = router({ mandatory: true });
		const old = peer(Buffer.from("x"));
		old.far.tryWrite([Buffer.from("old")]);
		old.far.close();
		const next = peer(Buffer.from("x"));
		expect(next.admitted).toBe(true);
		expect(pattern.trySend([Buffer.from("x"), body])).toBe("sent");
		expect(next.far.tryRead()).toEqual([body]);
		expect(pattern.tryReceive()?.map(String)).toEqual(["x", "old"]);
		expect(pattern.trySend([Buffer.from("x"), body])).toBe("sent");
	});
});

describe("what ROUTER cannot route", () => {
	it("drops a message for a full peer, and takes the next one when there is room", () => {
		const { pattern, peer } = router();
		const { far } = peer(Buffer.from("x"), 1);
		const outcomes = [1, 2, 3].map(() => pattern.trySend([Buffer.from("x"), body]));
		expect(outcomes).toEqual(["sent", "dropped", "dropped"]);
		expect(pattern.writable).toBe(true);
		far.tryRead();
		expect(pattern.trySend([Buffer.from("x"), body])).toBe("sent");
	});

	it("is full for one peer and open to the other with mandatory", () => {
		const { pattern, peer, writables } = router({ mandatory: true });
		const [a, b] = [peer(Buffer.from("a"), 1), peer(Buffer.from("b"), 1)];
		expect(pattern.trySend([Buffer.from("a"), body])).toBe("sent");
		expect(pattern.trySend([Buffer.from("a"), body])).toBe("full");
		expect(pattern.trySend([Buffer.from("b"), body])).toBe("sent");
		const before = writables();
		a.far.tryRead();
		expect(writables()).toBe(before + 1);
		b.far.tryRead();
		expect(pattern.trySend([Buffer.from("nobody"), body])).toBe("unreachable");
	});

	it("ignores an id without a message", () => {
		const { pattern, peer } = router({ mandatory: true });
		const { far } = peer(Buffer.from("x"));
		expect(pattern.trySend([Buffer.from("x")])).toBe("dropped");
		expect(far.readable).toBe(false);
	});
});
