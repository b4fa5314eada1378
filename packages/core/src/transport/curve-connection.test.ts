/**
 * CURVE on real connections: limits, tampering and replay by somebody in the middle, rubbish at any point, and what is kept over
 * a broken connection.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { SocketOptions } from "../option/options.ts";
import { curveKeyBytes } from "../option/security-options.ts";
import { curveKeyPair } from "../security/curve-keys.ts";
import { encodeCommand } from "../wire/command.ts";
import { encodeFrame, FLAG_COMMAND } from "../wire/frame.ts";
import { encodeGreeting } from "../wire/greeting.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { bound, connected, host, joined, message, rawClient } from "./fixtures/tcp-ends.ts";

const [serverKeys, clientKeys] = [curveKeyPair(), curveKeyPair()].map((pair) => ({
	publicKey: curveKeyBytes("publicKey", pair.publicKey),
	secretKey: curveKeyBytes("secretKey", pair.secretKey),
})) as [{ publicKey: Buffer; secretKey: Buffer }, { publicKey: Buffer; secretKey: Buffer }];

const SERVER: Partial<SocketOptions> = { securityMechanism: "curve", curveServer: true, curveSecretKey: serverKeys.secretKey };
const CLIENT: Partial<SocketOptions> = {
	securityMechanism: "curve",
	curvePublicKey: clientKeys.publicKey,
	curveSecretKey: clientKeys.secretKey,
	curveServerKey: serverKeys.publicKey,
	reconnectInterval: 1,
};

const closers: (() => void)[] = [];

afterEach(() => {
	for (const close of closers.splice(0)) close();
});

/** Somebody in the middle: passes everything on; `meddle` sees what the client sends and says what the server gets. */
async function middle(endpoint: string): Promise<{ endpoint: string; meddle: (chunk: Buffer) => Buffer; chunks: Buffer[] }> {
	const port = Number(endpoint.slice(endpoint.lastIndexOf(":") + 1));
	const state = { endpoint: "", meddle: (chunk: Buffer): Buffer => chunk, chunks: [] as Buffer[] };
	const server = createServer((client: Socket) => {
		const onward = connect(port, "127.0.0.1");
		for (const [from, to] of [
			[client, onward],
			[onward, client],
		] as const) {
			from.on("error", () => to.destroy());
			from.on("close", () => to.destroy());
		}
		client.on("data", (chunk: Buffer) => {
			state.chunks.push(chunk);
			onward.write(state.meddle(chunk));
		});
		onward.on("data", (chunk: Buffer) => client.write(chunk));
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	closers.push(() => server.close());
	state.endpoint = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return state;
}

function reasonOf(error: Error | undefined): string | undefined {
	return (error as ProtocolError | undefined)?.reason;
}

describe("a CURVE connection", () => {
	it("carries frames on both sides of every size boundary, both ways", async () => {
		const { server, client } = await joined(host("PAIR", SERVER), host("PAIR", CLIENT));
		const sent = [message(0), message(221, 222, 223), message(16_384, 16_385), message(65_536), message(3 << 20, 0, 1)];
		for (const [from, to] of [
			[client, server],
			[server, client],
		] as const) {
			for (const one of sent) expect(from.pipes[0]?.tryWrite(one)).toBe(true);
			await to.until(() => to.messages.length === sent.length);
			for (const [index, one] of sent.entries()) {
				expect(to.messages[index]?.length).toBe(one.length);
				for (const [at, frame] of one.entries()) expect(Buffer.compare(to.messages[index]?.[at] as Buffer, frame)).toBe(0);
			}
		}
	});

	it("measures maxMessageSize on what was wrapped", async () => {
		const { server, client } = await joined(host("PULL", { ...SERVER, maxMessageSize: 1000 }), host("PUSH", CLIENT));
		client.pipes[0]?.tryWrite(message(1000));
		await server.until(() => server.messages.length === 1);
		client.pipes[0]?.tryWrite(message(1001));
		await server.until(() => server.eventTypes.includes("disconnect"));
		expect(reasonOf(server.find("disconnect")?.error)).toBe("ERR_ZMTP_MESSAGE_TOO_LARGE");
		expect(server.messages.length).toBe(1);
	});

	it("shows nobody in the middle what it carries, not even twice the same", async () => {
		const server = host("PULL", SERVER);
		const eve = await middle((await bound(server)).endpoint);
		const client = host("PUSH", CLIENT);
		connected(client, eve.endpoint);
		for (let i = 0; i < 3; i++) client.pipes[0]?.tryWrite([Buffer.from("a secret that is long enough to be found")]);
		await server.until(() => server.messages.length === 3);
		const seen = Buffer.concat(eve.chunks);
		expect(seen.includes("secret")).toBe(false);
		expect(seen.includes(clientKeys.publicKey)).toBe(false);
	});

	it("ends when somebody in the middle changes a byte, and the next one carries on", async () => {
		const server = host("PULL", SERVER);
		const eve = await middle((await bound(server)).endpoint);
		const client = host("PUSH", CLIENT);
		connected(client, eve.endpoint);
		await client.until(() => client.eventTypes.includes("handshake"));
		eve.meddle = (chunk) => {
			eve.meddle = (next) => next;
			const changed = Buffer.from(chunk);
			changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
			return changed;
		};
		client.pipes[0]?.tryWrite([Buffer.from("lost with its connection")]);
		await server.until(() => server.eventTypes.includes("disconnect"));
		expect(reasonOf(server.find("disconnect")?.error)).toBe("ERR_ZMTP_CRYPTOGRAPHIC");
		await client.until(() => client.eventTypes.filter((type) => type === "handshake").length === 2);
		client.pipes[0]?.tryWrite([Buffer.from("after")]);
		await server.until(() => server.messages.length === 1);
		expect(server.messages.map(String)).toEqual(["after"]);
	});

	it("ends when somebody in the middle repeats a message, which comes once", async () => {
		const server = host("PULL", SERVER);
		const eve = await middle((await bound(server)).endpoint);
		const client = host("PUSH", CLIENT);
		connected(client, eve.endpoint);
		await client.until(() => client.eventTypes.includes("handshake"));
		eve.meddle = (chunk) => Buffer.concat([chunk, chunk]);
		client.pipes[0]?.tryWrite([Buffer.from("once")]);
		await server.until(() => server.eventTypes.includes("disconnect"));
		expect(reasonOf(server.find("disconnect")?.error)).toBe("ERR_ZMTP_INVALID_SEQUENCE");
		expect(server.messages.map(String)).toEqual(["once"]);
	});

	it("cannot be recorded and played again", async () => {
		const server = host("PULL", SERVER);
		const { endpoint } = await bound(server);
		const eve = await middle(endpoint);
		const client = host("PUSH", CLIENT);
		connected(client, eve.endpoint);
		client.pipes[0]?.tryWrite([Buffer.from("once")]);
		await server.until(() => server.messages.length === 1);
		const replay = await rawClient(endpoint);
		replay.resume().write(Buffer.concat(eve.chunks));
		await server.until(() => server.eventTypes.includes("handshake:error:protocol"));
		expect(reasonOf(server.find("handshake:error:protocol")?.error)).toBe("ERR_ZMTP_KEY_EXCHANGE");
		expect(server.messages.length).toBe(1);
	});

	it("takes no message in clear after the handshake, and no second handshake", async () => {
		for (const bytes of [
			encodeFrame(0, Buffer.from("clear")),
			encodeFrame(FLAG_COMMAND, encodeCommand("HELLO", Buffer.alloc(194))),
			encodeFrame(FLAG_COMMAND, encodeCommand("PING", Buffer.alloc(2))),
		]) {
			const server = host("PULL", SERVER);
			const eve = await middle((await bound(server)).endpoint);
			const client = host("PUSH", { ...CLIENT, reconnectInterval: -1 });
			connected(client, eve.endpoint);
			await client.until(() => client.eventTypes.includes("handshake"));
			eve.meddle = () => bytes;
			client.pipes[0]?.tryWrite([Buffer.from("x")]);
			await server.until(() => server.eventTypes.includes("disconnect"));
			expect(reasonOf(server.find("disconnect")?.error)).toBe("ERR_ZMTP_UNEXPECTED_COMMAND");
			expect(server.messages.length).toBe(0);
		}
	});

	it("tells strangers nothing, survives any rubbish at any point of the handshake, and still serves the next one", async () => {
		const server = host("PULL", SERVER);
		const { endpoint } = await bound(server);
		const hello = encodeFrame(FLAG_COMMAND, encodeCommand("HELLO", Buffer.concat([Buffer.of(1, 0), Buffer.alloc(192, 5)])));
		const opening = Buffer.concat([encodeGreeting("CURVE"), hello]);
		await fc.assert(
			fc.asyncProperty(fc.nat(opening.length), fc.uint8Array({ minLength: 1, maxLength: 300 }), async (keep, rubbish) => {
				const before = server.eventTypes.filter((type) => type === "disconnect").length;
				const stream = await rawClient(endpoint);
				let told = 0;
				stream.on("data", (chunk: Buffer) => {
					told += chunk.length;
				});
				stream.end(Buffer.concat([opening.subarray(0, keep), rubbish]));
				await server.until(() => server.eventTypes.filter((type) => type === "disconnect").length > before);
				// Greeting, and no word more.
				expect(told).toBeLessThanOrEqual(64);
			}),
			{ numRuns: 60 },
		);
		for (const event of server.events) if (event.type === "handshake:error:protocol") expect(event.error).toBeInstanceOf(ProtocolError);
		const client = host("PUSH", CLIENT);
		connected(client, endpoint);
		client.pipes[0]?.tryWrite([Buffer.from("at last")]);
		await server.until(() => server.messages.length === 1);
	});

	it("flushes what is queued when the socket closes", async () => {
		const server = host("PULL", SERVER);
		const { endpoint } = await bound(server);
		const client = host("PUSH", CLIENT);
		connected(client, endpoint);
		for (let i = 0; i < 200; i++) client.pipes[0]?.tryWrite([Buffer.alloc(10_000, i), Buffer.from(String(i))]);
		client.close();
		await server.until(() => server.closedPipes.length === 1);
		expect(server.messages.map((one) => String(one[1]))).toEqual(Array.from({ length: 200 }, (_, index) => String(index)));
	});

	it("tries again for ever when the server has another key than the one it was told", async () => {
		const server = host("PULL", SERVER);
		const { endpoint } = await bound(server);
		const client = host("PUSH", { ...CLIENT, curveServerKey: clientKeys.publicKey });
		connected(client, endpoint);
		await client.until(() => client.eventTypes.filter((type) => type === "connect:retry").length === 3);
		expect(client.eventTypes).not.toContain("handshake");
	});
});
