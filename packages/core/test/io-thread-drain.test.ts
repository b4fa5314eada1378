/**
 * The whole send queue of an application with an I/O thread leaves while it computes: what `send` has taken before, up to the
 * high-water mark, whatever its size, over every transport. The peer ends the computation when it has all of it; with a message
 * missing, the test would wait for ever.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { Context, curveKeyPair, Pull, Push, Reply, Request } from "@zloom/core";
import { sharedMemoryUse } from "@zloom/core/internal";
import { afterAll, describe, expect, it, vi } from "vitest";

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
	it.each([64, 4096, 65_536])("in messages of %i bytes", (bytes) => drains({ bytes }));
	it("sent as one batch", () => drains({ bytes: 600, how: "batch" }));
	it("in messages of three frames", () => drains({ bytes: 4096, how: "frames" }));
	it("over ipc", () => drains({ bytes: 4096, endpoint: `ipc://${join(folder, "peer")}` }));
	it("over ws", () => drains({ bytes: 4096, endpoint: "ws://127.0.0.1:*/a" }));
	it("over CURVE", () => drains({ bytes: 4096, curve: true }));
});
