/**
 * Random lives of a DEALER against a plain model: peers come with small queues, write, read, leave, while it sends and
 * receives. Checked after every step: nothing is lost, doubled or out of order, and every refusal is true.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Pipe, pipePair } from "../pipe/pipe.ts";
import { DealerPattern } from "./dealer.ts";

interface ModelPeer {
	readonly near: Pipe;
	readonly far: Pipe;
	/** Written by the dealer, not yet read by the peer. */
	readonly toPeer: number[];
	/** Written by the peer, not yet received by the dealer. */
	readonly fromPeer: number[];
	gone: boolean;
}

class World {
	readonly peers: ModelPeer[] = [];
	readonly dealer: DealerPattern;
	next = 0;
	/** The last send was refused, and the host has not been told since that another try is worth it. */
	stuck = false;

	constructor() {
		this.dealer = new DealerPattern({
			onReadable: () => {},
			onWritable: () => {
				this.stuck = false;
			},
			onDetached: () => {},
		});
	}

	join(forward: number, backward: number): void {
		const [near, far] = pipePair({ forward, backward });
		this.peers.push({ near, far, toPeer: [], fromPeer: [], gone: false });
		this.dealer.attach(near);
	}

	send(): void {
		const outcome = this.dealer.trySend([Buffer.from(String(this.next))]);
		const present = this.peers.filter(({ gone }) => !gone);
		if (outcome === "sent") {
			const taker = present.filter(({ near, toPeer }) => near.outboundLength === toPeer.length + 1);
			expect(taker.length).toBe(1);
			taker[0]?.toPeer.push(this.next++);
			return;
		}
		expect(outcome).toBe(present.length === 0 ? "no-peer" : "full");
		expect(present.filter(({ near }) => near.writable)).toEqual([]);
		this.stuck = true;
	}

	receive(): void {
		const message = this.dealer.tryReceive();
		const readable = this.peers.filter(({ fromPeer }) => fromPeer.length > 0);
		if (message === undefined) {
			expect(readable).toEqual([]);
			return;
		}
		const value = Number(message[0]);
		const writer = readable.find(({ fromPeer }) => fromPeer[0] === value);
		expect(writer).toBeDefined();
		writer?.fromPeer.shift();
	}

	peerWrites(peer: ModelPeer): void {
		if (peer.far.tryWrite([Buffer.from(String(this.next))])) peer.fromPeer.push(this.next++);
	}

	peerReads(peer: ModelPeer): void {
		const message = peer.far.tryRead();
		expect(message && Number(message[0])).toBe(peer.toPeer.shift());
	}

	peerLeaves(peer: ModelPeer): void {
		peer.gone = true;
		peer.toPeer.length = 0;
		peer.far.close();
	}

	check(): void {
		expect(this.dealer.readable).toBe(this.peers.some(({ fromPeer }) => fromPeer.length > 0));
		// Whoever was refused and not told since would be refused again.
		if (this.stuck) expect(this.dealer.writable).toBe(false);
		expect(this.dealer.pipeCount).toBe(this.peers.filter(({ gone, fromPeer }) => !gone || fromPeer.length > 0).length);
	}
}

const limit = fc.integer({ min: 0, max: 3 });
const step = fc.oneof(
	{ weight: 1, arbitrary: fc.tuple(fc.constant("join" as const), limit, limit) },
	{ weight: 8, arbitrary: fc.tuple(fc.constantFrom("send" as const, "receive" as const), limit) },
	{ weight: 8, arbitrary: fc.tuple(fc.constantFrom("peerWrites" as const, "peerReads" as const), fc.nat(7)) },
	{ weight: 1, arbitrary: fc.tuple(fc.constant("peerLeaves" as const), fc.nat(7)) },
);

it("a DEALER agrees with its model over random lives", () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
			const world = new World();
			for (const [action, a, b] of steps) {
				if (action === "join") world.join(a, b);
				else if (action === "send" || action === "receive") world[action]();
				else {
					const present = world.peers.filter(({ gone }) => !gone);
					const peer = present[a % Math.max(1, present.length)];
					if (peer !== undefined) world[action](peer);
				}
				world.check();
			}
			world.dealer.close({ discard: true });
			expect(world.dealer.pipeCount).toBe(0);
		}),
		{ numRuns: 300 },
	);
});
