/**
 * Sockets with an I/O thread against real libzmq: NULL and CURVE, who binds and who connects, messages of all sizes in order.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Context, curveKeyPair, Dealer, Publisher, Router, Subscriber } from "@zloom/core";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { closePeers, hasLibzmq, peer, zmq } from "./libzmq-peer.ts";

const contexts: Context[] = [];
const folder = mkdtempSync(join(tmpdir(), "zloom-io-"));
let paths = 0;

afterEach(async () => {
	closePeers();
	await Promise.all(contexts.splice(0).map((context) => context.terminate({ lingerMs: 0 })));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function io(): { context: Context } {
	const context = new Context({ io: "worker" });
	contexts.push(context);
	return { context };
}

const server = curveKeyPair();
const client = curveKeyPair();
const SECURITY = {
	NULL: { server: {}, client: {} },
	CURVE: {
		server: { curveServer: true, curvePublicKey: server.publicKey, curveSecretKey: server.secretKey },
		client: { curveServerKey: server.publicKey, curvePublicKey: client.publicKey, curveSecretKey: client.secretKey },
	},
};
const SIZES = [0, 1, 255, 256, 65_535, 65_536, 1_000_000];
const ENDPOINTS: readonly (readonly [transport: string, any: () => string])[] = [
	["tcp", () => "tcp://127.0.0.1:*"],
	["ipc", () => `ipc://${join(folder, String(paths++))}`],
	["ws", () => "ws://127.0.0.1:*"],
];

const cases = ENDPOINTS.flatMap(([transport, any]) =>
	(["NULL", "CURVE"] as const).flatMap((mechanism) =>
		(["binds", "connects"] as const).map((side) => ({ transport, any, mechanism, side, options: SECURITY[mechanism] })),
	),
);

describe.runIf(hasLibzmq)("a socket with an I/O thread and libzmq", () => {
	it.each(cases)("talk over $transport with $mechanism when ours $side", async ({ any, side, options }) => {
		const binds = side === "binds";
		const ours = new Dealer({ ...io(), ...(binds ? options.server : options.client) });
		const theirs = peer(new zmq.Dealer({ ...(binds ? options.client : options.server), linger: 0 }));
		const [bound, connecting] = binds ? [ours, theirs] : [theirs, ours];
		await bound.bind(any());
		connecting.connect(bound.lastEndpoint as string);
		const messages = SIZES.map((size, index) => [Buffer.from(String(index)), Buffer.alloc(size, index + 1)]);
		for (const [from, to] of [
			[ours, theirs],
			[theirs, ours],
		] as const) {
			const sending = (async () => {
				// Copies: over ws libzmq masks the very bytes that it was given.
				for (const message of messages) await from.send(message.map((frame) => Buffer.from(frame)));
			})();
			for (const message of messages) {
				const got = (await to.receive()).map((frame) => Buffer.from(frame));
				expect(got.map((frame, at) => frame.equals(message[at] as Buffer))).toEqual([true, true]);
			}
			await sending;
		}
	});

	it("know each other by routing id", async () => {
		const router = new Router({ ...io(), mandatory: true });
		await router.bind("tcp://127.0.0.1:*");
		const theirs = ["a", "b"].map((routingId) => peer(new zmq.Request({ routingId, linger: 0 })));
		for (const each of theirs) each.connect(router.lastEndpoint as string);
		for (const each of theirs) await each.send("which am I?");
		for (const _ of theirs) {
			const [id, empty] = await router.receive();
			await router.send([id as Buffer, empty as Buffer, `you are ${id}`]);
		}
		for (const [at, each] of theirs.entries()) expect(String(await each.receive())).toBe(`you are ${"ab"[at]}`);
	});

	it("publish and subscribe, both ways", async () => {
		for (const [publisher, subscriber] of [
			[new Publisher(io()), peer(new zmq.Subscriber({ linger: 0 }))],
			[peer(new zmq.Publisher({ linger: 0 })), new Subscriber(io())],
		] as const) {
			await publisher.bind("tcp://127.0.0.1:*");
			subscriber.connect(publisher.lastEndpoint as string);
			subscriber.subscribe("news");
			let heard = false;
			const receiving = subscriber.receive().then((message) => {
				heard = true;
				return message;
			});
			// A publisher learns of a subscription when it comes: said again until somebody has heard it.
			while (!heard) {
				await publisher.send(["other", "x"]);
				await publisher.send(["news", "y"]);
				await new Promise((resolve) => setImmediate(resolve));
			}
			expect((await receiving).map(String)).toEqual(["news", "y"]);
		}
	});
});
