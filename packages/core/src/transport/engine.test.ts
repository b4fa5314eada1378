import { describe, expect, it } from "vitest";
import { SEND_BACKLOG_BYTES } from "../limits.ts";
import { holds } from "../wait/keep-alive.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { host, joined, message } from "./fixtures/tcp-ends.ts";

describe("two engines over tcp", () => {
	it("deliver messages both ways, with frames on both sides of every size boundary", async () => {
		const { server, client } = await joined();
		const sent = [
			message(0),
			message(1, 0, 255),
			message(256),
			message(64 * 1024, 3),
			message(16 << 20),
			message(16 * 1024, 16 * 1024 + 1),
		];
		for (const one of sent) expect(client.pipes[0]?.tryWrite(one)).toBe(true);
		await server.until(() => server.messages.length === sent.length);
		for (const one of sent) expect(server.pipes[0]?.tryWrite(one)).toBe(true);
		await client.until(() => client.messages.length === sent.length);
		for (const [index, one] of sent.entries()) {
			for (const got of [server.messages[index], client.messages[index]]) {
				expect(got?.length).toBe(one.length);
				for (const [at, frame] of one.entries()) expect(Buffer.compare(got?.[at] as Buffer, frame)).toBe(0);
			}
		}
	});

	it("report the handshake in libzmq's order of events", async () => {
		const { server, client } = await joined();
		expect(server.eventTypes).toEqual(["bind", "accept", "handshake"]);
		expect(client.eventTypes).toEqual(["connect:delay", "connect", "handshake"]);
	});

	it("tell each other their routing ids", async () => {
		const { server, client } = await joined(host("ROUTER"), host("DEALER", { routingId: Buffer.from("east") }));
		expect(Buffer.from(server.pipes[0]?.peerRoutingId as Uint8Array).toString()).toBe("east");
		expect(server.pipes[0]?.peerAddress).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
		expect(client.pipes[0]?.peerRoutingId.length).toBe(0);
	});

	it("stop reading from the stream when the receiver does not read, and lose nothing", async () => {
		const { server, client } = await joined(host("PULL", { receiveHighWaterMark: 2 }), host("PUSH", { sendHighWaterMark: 4 }));
		server.reading = false;
		const out = client.pipes[0];
		const body = Buffer.alloc(50_000, 7);
		// Written until the pipe stays full over turns of the event loop: then every buffer on the way is full.
		let sent = 0;
		for (let idle = 0; idle < 200; ) {
			if (out?.tryWrite([body, Buffer.from(String(sent))])) {
				sent += 1;
				idle = 0;
			} else {
				idle += 1;
				await new Promise((turn) => setImmediate(turn));
			}
		}
		expect(server.messages.length).toBe(0);
		server.reading = true;
		server.readAll();
		await server.until(() => server.messages.length === sent);
		expect(server.messages.map((one) => one[1]?.toString())).toEqual(Array.from({ length: sent }, (_, index) => String(index)));
		expect(client.reliefs).toBeGreaterThan(0);
	});

	it("hold the event loop only while something is to be flushed", async () => {
		const { server, client } = await joined();
		expect(holds()).toBe(0);
		client.pipes[0]?.tryWrite(message(10));
		expect(holds()).toBe(1);
		await server.until(() => server.messages.length === 1);
		await new Promise((turn) => setImmediate(turn));
		expect(holds()).toBe(0);
	});

	it("flush what is queued when the socket closes, beyond what fits the stream's buffer", async () => {
		const { server, client } = await joined(host("PULL"), host("PUSH"));
		const count = Math.ceil((SEND_BACKLOG_BYTES * 8) / 10_000);
		for (let i = 0; i < count; i++) client.pipes[0]?.tryWrite([Buffer.alloc(10_000, i)]);
		client.close();
		await server.until(() => server.closedPipes.length === 1);
		expect(server.messages.length).toBe(count);
	});

	it("drop what is queued when the socket closes without linger", async () => {
		const { server, client } = await joined(host("PULL"), host("PUSH", { linger: 0 }));
		client.pipes[0]?.tryWrite(message(10));
		client.close();
		await server.until(() => server.closedPipes.length === 1);
		expect(server.messages.length).toBe(0);
		expect(holds()).toBe(0);
	});

	it("give up flushing after the linger period when the peer does not read", async () => {
		const { server, client, connector } = await joined(host("PULL", { receiveHighWaterMark: 1 }), host("PUSH", { linger: 50 }));
		server.reading = false;
		for (let i = 0; i < 500; i++) client.pipes[0]?.tryWrite(message(100_000));
		client.close();
		await connector.close();
		expect(holds()).toBe(0);
	});

	it("keep what a peer sent readable after it has left", async () => {
		const { server, client } = await joined(host("PULL"), host("PUSH"));
		server.reading = false;
		client.pipes[0]?.tryWrite(message(1));
		client.pipes[0]?.tryWrite(message(2));
		client.close();
		await server.until(() => server.closedPipes.length === 1);
		server.readAll();
		expect(server.messages.map((one) => one[0]?.length)).toEqual([1, 2]);
		expect(server.eventTypes).toContain("disconnect");
	});

	it("send frames over shared memory and plain byte arrays, small and large", async () => {
		const { server, client } = await joined();
		const frames = [10, 100_000].flatMap((size) => [new Uint8Array(size).fill(1), Buffer.from(new SharedArrayBuffer(size)).fill(2)]);
		client.pipes[0]?.tryWrite(frames);
		await server.until(() => server.messages.length === 1);
		expect(server.messages[0]?.map((frame) => [frame.length, frame[0], frame.at(-1)])).toEqual(
			frames.map((frame) => [frame.length, frame[0], frame.at(-1)]),
		);
	});

	it("keep delivering what came before the connection broke, as the receiver makes room", async () => {
		const { server, client } = await joined(host("PULL", { receiveHighWaterMark: 2 }), host("PUSH"));
		server.reading = false;
		for (let i = 0; i < 20; i++) client.pipes[0]?.tryWrite(message(i));
		client.close();
		await server.until(() => server.pipes[0]?.readable === true);
		server.reading = true;
		server.readAll();
		await server.until(() => server.closedPipes.length === 1);
		expect(server.messages.map((one) => one[0]?.length)).toEqual(Array.from({ length: 20 }, (_, index) => index));
	});

	it.each(["server", "client"] as const)(
		"of a %s tells why, and is not made again, when its socket ends it for what the peer has sent",
		async (side) => {
			const ends = await joined();
			const [ender, other] = side === "server" ? [ends.server, ends.client] : [ends.client, ends.server];
			const because = new ProtocolError("ERR_ZMTP_MESSAGE_TOO_LARGE", "The peer subscribed to too much");
			ender.pipes[0]?.close({ discard: true, because });
			await Promise.all([ender, other].map((each) => each.until(() => each.eventTypes.includes("disconnect"))));
			expect(ender.find("disconnect")?.error).toBe(because);
			// The one who connected and is not at fault tries again.
			if (side === "server") await other.until(() => other.eventTypes.filter((type) => type === "handshake").length === 2);
			else expect(ender.eventTypes).not.toContain("connect:retry");
		},
	);
});
