/**
 * The whole send queue of an application with an I/O thread leaves while it computes: what `send` has taken before, up to the
 * high-water mark, whatever its size, over every transport. The peer ends the computation when it has all of it; with a message
 * missing, the test would wait for ever.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { Context, curveKeyPair, Pull, Push, type SocketEvent } from "@zloom/core";
import { afterAll, describe, expect, it } from "vitest";

const MARK = 1000;
const folder = mkdtempSync(join(tmpdir(), "zloom-drain-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Case {
	readonly bytes: number;
	readonly how?: "each" | "batch" | "frames";
	readonly endpoint?: string;
	readonly curve?: boolean;
}

/** Starts an application that sends and computes, and receives all it sends; settles when the application has ended. */
async function drains({ bytes, how = "each", endpoint = "tcp://127.0.0.1:*", curve = false }: Case): Promise<void> {
	const [server, client] = [curveKeyPair(), curveKeyPair()];
	const pull = new Pull({
		heartbeatInterval: 5,
		heartbeatTimeout: 60_000,
		...(curve && { curveServer: true, curveSecretKey: server.secretKey }),
	});
	await pull.bind(endpoint);
	const word = new SharedArrayBuffer(4);
	const { port1: heard, port2: report } = new MessageChannel();
	const workerData = {
		endpoint: pull.lastEndpoint,
		word,
		messages: MARK,
		bytes,
		how,
		options: curve ? { curvePublicKey: client.publicKey, curveSecretKey: client.secretKey, curveServerKey: server.publicKey } : {},
		report,
	};
	const application = new Worker(new URL("./fixtures/computing-application.mjs", import.meta.url), { workerData, transferList: [report] });
	const exited = once(application, "exit");
	const failed = once(application, "error").then(([error]) => Promise.reject(error));
	const receive = async (): Promise<void> => {
		for (let index = 0; index < MARK; index++) {
			const message = await pull.receive();
			const body = message.at(-1) as Buffer;
			expect([message.length, body.readUInt32LE(), body.length, body.at(-1)]).toEqual([
				how === "frames" ? 3 : 1,
				index,
				bytes,
				index & 255,
			]);
		}
	};
	const told = once(heard, "message");
	// Also when it fails: a thread that computes for ever would keep the process.
	await Promise.race([receive(), failed]).finally(() => Atomics.store(new Int32Array(word), 0, 1));
	const [result] = await told;
	expect(result).toMatchObject({ taken: MARK, isFull: true });
	expect(result.rounds).toBeGreaterThan(0);
	const [end] = await once(heard, "message");
	expect(end).toEqual({ lost: [] });
	expect(await exited).toEqual([0]);
	pull.close();
}

describe("an application that computes has its peer get all that send has taken before", () => {
	it.each([64, 65_536])("in messages of %i bytes", (bytes) => drains({ bytes }));
	it("sent as one batch, over ipc", () => drains({ bytes: 600, how: "batch", endpoint: `ipc://${join(folder, "peer")}` }));
	it("in messages of three frames, over ws", () => drains({ bytes: 4096, how: "frames", endpoint: "ws://127.0.0.1:*/a" }));
	it("over CURVE", () => drains({ bytes: 4096, curve: true }));
});

/** Settles when the socket has a peer. */
function connected(socket: Push): Promise<SocketEvent> {
	return new Promise((resolve) => socket.events.on("handshake", resolve));
}

it("a peer that does not read stops the application at its mark, which may be raised, and gets all of it in the end", async () => {
	const context = new Context({ io: "worker" });
	const [push, pull] = [new Push({ context, sendHighWaterMark: 10 }), new Pull({ receiveHighWaterMark: 10 })];
	await pull.bind("tcp://127.0.0.1:*");
	push.connect(pull.lastEndpoint as string);
	await connected(push);
	let sent = 0;
	const next = (): Buffer => {
		const body = Buffer.alloc(65_536);
		body.writeUInt32LE(sent);
		return body;
	};
	// In one go, while nothing can come back.
	while (push.trySend(next()) === "sent") sent += 1;
	expect(sent).toBe(10);
	push.sendHighWaterMark = 15;
	while (push.trySend(next()) === "sent") sent += 1;
	expect(sent).toBe(15);
	push.sendHighWaterMark = 10;
	// What the operating system holds for the connection, and the marks.
	const stopped = async (): Promise<unknown> => {
		for (; ; sent += 1) await push.send(next(), { timeoutMs: 500 });
	};
	await expect(stopped()).rejects.toMatchObject({ code: "EAGAIN" });
	expect(sent * 65_536).toBeLessThan(64 << 20);
	for (let index = 0; index < sent; index++) expect((await pull.receive())[0]?.readUInt32LE()).toBe(index);
	await context.terminate();
	pull.close();
});
