/**
 * Every pattern against real libzmq, both ways of bind and connect, over tcp and ipc, with frames on both sides of every size
 * boundary of the wire.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dealer, Pair, Pull, Push, Router, type Socket } from "@zloom/core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { closePeers, hasLibzmq, peer, type Zeromq, zmq } from "./libzmq-peer.ts";

type Frames = Uint8Array[];

interface Sender {
	send(message: Frames): Promise<void>;
}

interface Receiver {
	receive(): Promise<Frames>;
}

interface Sides {
	readonly ours: Socket;
	readonly theirs: Zeromq.Socket;
	/** Who sends to whom, in this order. */
	readonly ways: readonly { from: Sender; to: Receiver; name: string }[];
}

let folder = "";
const open: Socket[] = [];

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "zloom-interop-"));
});

afterEach(async () => {
	closePeers();
	for (const socket of open) socket.linger = 0;
	await Promise.all(open.splice(0).map((socket) => socket[Symbol.asyncDispose]()));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function ours<S extends Socket>(socket: S): S {
	open.push(socket);
	return socket;
}

/** The face of a ROUTER with one peer: it takes the routing id off and puts it on again. */
function viaRouter(router: { send(message: Frames): Promise<void>; receive(): Promise<Frames> }, id: string): Sender & Receiver {
	return {
		send: (message) => router.send([Buffer.from(id), ...message]),
		receive: async () => {
			const [from, ...message] = await router.receive();
			expect(Buffer.from(from as Uint8Array).toString()).toBe(id);
			return message;
		},
	};
}

function bothWays(us: Sender & Receiver, them: Sender & Receiver, first: "ours" | "theirs" = "ours"): Sides["ways"] {
	const out = { from: us, to: them, name: "to libzmq" };
	const back = { from: them, to: us, name: "from libzmq" };
	return first === "ours" ? [out, back] : [back, out];
}

const PATTERNS: Record<string, () => Sides> = {
	"PAIR and PAIR": () => {
		const [us, them] = [ours(new Pair()), peer(new zmq.Pair())];
		return { ours: us, theirs: them, ways: bothWays(us, them as unknown as Sender & Receiver) };
	},
	"DEALER and DEALER": () => {
		const [us, them] = [ours(new Dealer()), peer(new zmq.Dealer())];
		return { ours: us, theirs: them, ways: bothWays(us, them as unknown as Sender & Receiver) };
	},
	"our DEALER and their ROUTER": () => {
		const [us, them] = [ours(new Dealer({ routingId: "east" })), peer(new zmq.Router())];
		return { ours: us, theirs: them, ways: bothWays(us, viaRouter(them as never, "east")) };
	},
	"our ROUTER and their DEALER": () => {
		const [us, them] = [ours(new Router()), peer(new zmq.Dealer({ routingId: "west" }))];
		return { ours: us, theirs: them, ways: bothWays(viaRouter(us, "west"), them as unknown as Sender & Receiver, "theirs") };
	},
	"our PUSH and their PULL": () => {
		const [us, them] = [ours(new Push()), peer(new zmq.Pull())];
		return { ours: us, theirs: them, ways: [{ from: us, to: them, name: "to libzmq" }] };
	},
	"our PULL and their PUSH": () => {
		const [us, them] = [ours(new Pull()), peer(new zmq.Push())];
		return { ours: us, theirs: them, ways: [{ from: them as unknown as Sender, to: us, name: "from libzmq" }] };
	},
};

const MIB = 1 << 20;
const SHAPES: readonly (readonly number[])[] = [
	[0],
	[1],
	[255],
	[256],
	[64 * 1024],
	[16 * MIB],
	[0, 255, 256, 0],
	[64 * 1024, 0, 16 * MIB, 1],
];

/** Bytes that differ along the frame and from frame to frame. */
function frame(size: number, seed: number): Buffer {
	const bytes = Buffer.alloc(size);
	for (let at = 0; at < size; at += 4096) bytes.fill((at / 4096 + seed) & 0xff, at, Math.min(size, at + 4096));
	return bytes;
}

function expectSame(got: Frames, sent: Frames): void {
	expect(got.map((one) => one.length)).toEqual(sent.map((one) => one.length));
	for (const [index, one] of sent.entries()) expect(Buffer.compare(got[index] as Uint8Array, one)).toBe(0);
}

/** libzmq takes abstract names by their exact length, as Node does from 22 on. */
const ABSTRACT = process.platform === "linux" && Number(process.versions.node.split(".")[0]) >= 22;
const TRANSPORTS = ["tcp", "ipc", ...(ABSTRACT ? ["abstract ipc"] : [])];

let serial = 0;

function wildcard(transport: string): string {
	serial += 1;
	if (transport === "tcp") return "tcp://127.0.0.1:*";
	return transport === "ipc" ? `ipc://${join(folder, `s${serial}`)}` : `ipc://@zloom-interop-${process.pid}-${serial}`;
}

async function joinSides({ ours: us, theirs: them }: Sides, transport: string, binder: string): Promise<void> {
	if (binder === "we bind") {
		await us.bind(wildcard(transport));
		them.connect(us.lastEndpoint as string);
	} else {
		await them.bind(wildcard(transport));
		us.connect(them.lastEndpoint as string);
	}
}

/** A ROUTER that finishes the handshake and then says nothing more. */
async function silentPeer(): Promise<{ endpoint: string; close(): void }> {
	const greeting = Buffer.alloc(64);
	greeting.set([0xff], 0);
	greeting.set([0x7f, 3, 0], 9);
	greeting.write("NULL", 12);
	const ready = Buffer.from("\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06ROUTER", "latin1");
	const server = createServer((stream) => {
		stream.on("error", () => stream.destroy());
		stream.resume().write(Buffer.concat([greeting, ready]));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return { endpoint: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

describe.skipIf(!hasLibzmq)("libzmq", () => {
	for (const [name, make] of Object.entries(PATTERNS)) {
		for (const transport of TRANSPORTS) {
			for (const binder of ["we bind", "libzmq binds"]) {
				it(`exchanges messages of all sizes: ${name} over ${transport}, ${binder}`, async () => {
					const sides = make();
					await joinSides(sides, transport, binder);
					for (const { from, to } of sides.ways) {
						for (const [seed, shape] of SHAPES.entries()) {
							const message = shape.map((size, index) => frame(size, seed + index));
							const [got] = await Promise.all([to.receive(), from.send(message)]);
							expectSame(got, message);
						}
					}
				});
			}
		}
	}

	it("is reconnected to after it restarts, and gets what was queued meanwhile", async () => {
		const push = ours(new Push({ reconnectInterval: 10 }));
		const first = peer(new zmq.Pull());
		await first.bind("tcp://127.0.0.1:*");
		const endpoint = first.lastEndpoint as string;
		push.connect(endpoint);
		await push.send("one");
		expect((await first.receive()).map(String)).toEqual(["one"]);
		const disconnected = new Promise<void>((resolve) => push.events.on("disconnect", () => resolve()));
		await first.unbind(endpoint);
		first.close();
		await disconnected;
		await push.send("two");
		const second = peer(new zmq.Pull());
		await second.bind(endpoint);
		expect((await second.receive()).map(String)).toEqual(["two"]);
	});

	it("reconnects to us after we restart", async () => {
		const first = ours(new Pull());
		await first.bind("tcp://127.0.0.1:*");
		const endpoint = first.lastEndpoint as string;
		const push = peer(new zmq.Push({ reconnectInterval: 10 }));
		const disconnected = new Promise<void>((resolve) => push.events.on("disconnect", () => resolve()));
		push.connect(endpoint);
		await push.send("one");
		expect((await first.receive()).map(String)).toEqual(["one"]);
		await first[Symbol.asyncDispose]();
		await disconnected;
		const second = ours(new Pull());
		await second.bind(endpoint);
		await push.send("two");
		expect((await second.receive()).map(String)).toEqual(["two"]);
	});

	it("gets its share from our PUSH", async () => {
		const push = ours(new Push());
		await push.bind("tcp://127.0.0.1:*");
		const pulls = [1, 2, 3].map(() => peer(new zmq.Pull()));
		let handshakes = 0;
		const ready = new Promise<void>((resolve) => {
			push.events.on("handshake", () => {
				handshakes += 1;
				if (handshakes === pulls.length) resolve();
			});
		});
		for (const pull of pulls) pull.connect(push.lastEndpoint as string);
		await ready;
		for (let i = 0; i < 300; i++) await push.send(String(i));
		for (const [index, pull] of pulls.entries()) {
			const got: number[] = [];
			for (let i = 0; i < 100; i++) got.push(Number((await pull.receive())[0]));
			// Round robin, so each has every third one, in order.
			expect(got.every((value, at) => at === 0 || value === (got[at - 1] as number) + 3)).toBe(true);
			expect(index).toBeLessThan(3);
		}
	});

	it("shares out to our PULLs", async () => {
		const push = peer(new zmq.Push());
		await push.bind("tcp://127.0.0.1:*");
		const pulls = [1, 2, 3].map(() => ours(new Pull()));
		const shares = pulls.map(() => 0);
		for (const pull of pulls) pull.connect(push.lastEndpoint as string);
		const all = Promise.all(
			pulls.map(async (pull, i) => {
				for await (const _ of pull) shares[i] = (shares[i] as number) + 1;
			}),
		);
		// libzmq takes new peers on within its owner's calls only: until then the others get their share.
		let sent = 0;
		for (; sent < 300 || shares.includes(0); sent++) await push.send(String(sent));
		await vi.waitFor(() => expect(shares.reduce((a, b) => a + b)).toBe(sent), { interval: 1, timeout: 60_000 });
		for (const pull of pulls) pull.close();
		await all;
	});

	it("loses nothing and keeps order when the slower side has room for a few messages only", async () => {
		const count = 5000;
		for (const [from, to] of [
			[ours(new Push({ sendHighWaterMark: 3 })), peer(new zmq.Pull({ receiveHighWaterMark: 2 }))],
			[peer(new zmq.Push({ sendHighWaterMark: 3 })), ours(new Pull({ receiveHighWaterMark: 2 }))],
		] as unknown as [Sender & Socket, Receiver & Socket][]) {
			await to.bind("tcp://127.0.0.1:*");
			from.connect(to.lastEndpoint as string);
			const sending = (async () => {
				for (let i = 0; i < count; i++) await from.send([Buffer.from(String(i)), Buffer.alloc(500)]);
			})();
			for (let i = 0; i < count; i++) expect(String((await to.receive())[0])).toBe(String(i));
			await sending;
		}
	});

	it("waits its turn when our PAIR has a peer already", async () => {
		const pair = ours(new Pair());
		await pair.bind("tcp://127.0.0.1:*");
		const [first, second] = [1, 2].map(() => peer(new zmq.Pair({ reconnectInterval: 10 }))) as [Zeromq.Pair, Zeromq.Pair];
		first.connect(pair.lastEndpoint as string);
		await first.send("first");
		expect((await pair.receive()).map(String)).toEqual(["first"]);
		const turnedAway = new Promise<void>((resolve) => second.events.on("disconnect", () => resolve()));
		second.connect(pair.lastEndpoint as string);
		await turnedAway;
		const gone = new Promise<void>((resolve) => pair.events.on("disconnect", () => resolve()));
		first.close();
		await gone;
		await pair.send("next");
		expect((await second.receive()).map(String)).toEqual(["next"]);
	});

	it("asks our ROUTER with a REQ, and answers our DEALER with a REP", async () => {
		const [router, req] = [ours(new Router()), peer(new zmq.Request())];
		await router.bind("tcp://127.0.0.1:*");
		req.connect(router.lastEndpoint as string);
		await req.send("question");
		const [id, delimiter, question] = (await router.receive()) as [Buffer, Buffer, Buffer];
		expect([id.length, delimiter.length, String(question)]).toEqual([5, 0, "question"]);
		await router.send([id, delimiter, "answer"]);
		expect((await req.receive()).map(String)).toEqual(["answer"]);

		const [dealer, rep] = [ours(new Dealer()), peer(new zmq.Reply())];
		await rep.bind("tcp://127.0.0.1:*");
		dealer.connect(rep.lastEndpoint as string);
		await dealer.send([null, "ping"]);
		expect((await rep.receive()).map(String)).toEqual(["ping"]);
		await rep.send("pong");
		expect((await dealer.receive()).map(String)).toEqual(["", "pong"]);
	});

	it("never becomes a peer when its socket type does not fit", async () => {
		const push = ours(new Push());
		const other = peer(new zmq.Push());
		await push.bind("tcp://127.0.0.1:*");
		// Whoever reads the other's READY first ends the connection; libzmq does so without a word.
		const refused = new Promise<Error>((resolve) => {
			push.events.on("handshake:error:protocol", ({ error }) => resolve(error));
			push.events.on("handshake:error:other", ({ error }) => resolve(error));
		});
		other.connect(push.lastEndpoint as string);
		expect((await refused).message).toMatch(/cannot talk to a PUSH socket|closed the connection before the handshake/);
		expect(push.writable).toBe(false);
	});

	it("gets PONG for its heartbeats: it drops a silent peer again and again, and never us", async () => {
		// Long enough for a machine that is busy: a peer that stalls is as silent as one that does not answer.
		const heartbeat = { heartbeatInterval: 10, heartbeatTimeout: 1000, reconnectInterval: 1 };
		const router = ours(new Router());
		await router.bind("tcp://127.0.0.1:*");
		const dealer = peer(new zmq.Dealer(heartbeat));
		let disconnects = 0;
		dealer.events.on("disconnect", () => {
			disconnects += 1;
		});
		dealer.connect(router.lastEndpoint as string);
		await dealer.send("first");
		const [id] = await router.receive();

		const silent = await silentPeer();
		const dropped = new Promise<void>((resolve) => {
			let drops = 0;
			const other = peer(new zmq.Dealer(heartbeat));
			other.events.on("disconnect", () => {
				drops += 1;
				if (drops === 2) resolve();
			});
			other.connect(silent.endpoint);
		});
		await dropped;
		silent.close();
		await router.send([id as Uint8Array, "later"]);
		expect((await dealer.receive()).map(String)).toEqual(["later"]);
		expect(disconnects).toBe(0);
	});
});
