import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { parseEndpoint } from "../endpoint.ts";
import { holds } from "../keep-alive.ts";
import { SEND_BACKLOG_BYTES } from "../limits.ts";
import type { Message } from "../message.ts";
import type { SocketOptions } from "../options.ts";
import type { SocketTypeName } from "../socket-type.ts";
import { encodePing, encodeReady, parseCommand } from "../wire/command.ts";
import { encodeFrame, FLAG_COMMAND, FLAG_MORE, FrameDecoder } from "../wire/frame.ts";
import { encodeGreeting, GREETING_BYTES } from "../wire/greeting.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { RecordingHost } from "./fixtures/recording-host.ts";
import { tcp } from "./tcp.ts";
import type { Connector, Listener } from "./transport.ts";

const ends: (Listener | Connector)[] = [];
const streams: Socket[] = [];
const hosts: RecordingHost[] = [];

afterEach(async () => {
	for (const host of hosts.splice(0)) {
		host.options.linger = 0;
		host.close();
	}
	await Promise.all(ends.splice(0).map((end) => end.close()));
	for (const stream of streams.splice(0)) stream.destroy();
	expect(holds()).toBe(0);
});

function host(type: SocketTypeName, options: Partial<SocketOptions> = {}): RecordingHost {
	const made = new RecordingHost(type, options);
	hosts.push(made);
	return made;
}

async function bound(of: RecordingHost): Promise<Listener> {
	const listener = await tcp.bind(parseEndpoint("tcp://127.0.0.1:*"), of);
	ends.push(listener);
	return listener;
}

function connected(of: RecordingHost, endpoint: string): Connector {
	const connector = tcp.connect(parseEndpoint(endpoint), of);
	ends.push(connector);
	return connector;
}

async function pair(
	server: RecordingHost = host("PAIR"),
	client: RecordingHost = host("PAIR"),
): Promise<{ server: RecordingHost; client: RecordingHost; listener: Listener; connector: Connector }> {
	const listener = await bound(server);
	const connector = connected(client, listener.endpoint);
	await Promise.all([
		server.until(() => server.eventTypes.includes("handshake")),
		client.until(() => client.eventTypes.includes("handshake")),
	]);
	return { server, client, listener, connector };
}

async function rawClient(endpoint: string): Promise<Socket> {
	const stream = connect({ port: Number(endpoint.slice(endpoint.lastIndexOf(":") + 1)), host: "127.0.0.1" });
	streams.push(stream);
	stream.on("error", () => undefined);
	await once(stream, "connect");
	return stream;
}

function ready(type: string): Buffer {
	return encodeFrame(FLAG_COMMAND, encodeReady([["Socket-Type", Buffer.from(type)]]));
}

/** A message with frames of these sizes, each with bytes of its own. */
function message(...sizes: number[]): Message {
	return sizes.map((size, index) => Buffer.alloc(size, index + 1));
}

describe("two engines over tcp", () => {
	it("deliver messages both ways, with frames on both sides of every size boundary", async () => {
		const { server, client } = await pair();
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
		const { server, client } = await pair();
		expect(server.eventTypes).toEqual(["bind", "accept", "handshake"]);
		expect(client.eventTypes).toEqual(["connect:delay", "connect", "handshake"]);
	});

	it("tell each other their routing ids", async () => {
		const { server, client } = await pair(host("ROUTER"), host("DEALER", { routingId: Buffer.from("east") }));
		expect(Buffer.from(server.pipes[0]?.peerRoutingId as Uint8Array).toString()).toBe("east");
		expect(server.pipes[0]?.peerAddress).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
		expect(client.pipes[0]?.peerRoutingId.length).toBe(0);
	});

	it("stop reading from the stream when the receiver does not read, and lose nothing", async () => {
		const { server, client } = await pair(host("PULL", { receiveHighWaterMark: 2 }), host("PUSH", { sendHighWaterMark: 4 }));
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
		const { server, client } = await pair();
		expect(holds()).toBe(0);
		client.pipes[0]?.tryWrite(message(10));
		expect(holds()).toBe(1);
		await server.until(() => server.messages.length === 1);
		await new Promise((turn) => setImmediate(turn));
		expect(holds()).toBe(0);
	});

	it("flush what is queued when the socket closes, beyond what fits the stream's buffer", async () => {
		const { server, client } = await pair(host("PULL"), host("PUSH"));
		const count = Math.ceil((SEND_BACKLOG_BYTES * 8) / 10_000);
		for (let i = 0; i < count; i++) client.pipes[0]?.tryWrite([Buffer.alloc(10_000, i)]);
		client.close();
		await server.until(() => server.closedPipes.length === 1);
		expect(server.messages.length).toBe(count);
	});

	it("drop what is queued when the socket closes without linger", async () => {
		const { server, client } = await pair(host("PULL"), host("PUSH", { linger: 0 }));
		client.pipes[0]?.tryWrite(message(10));
		client.close();
		await server.until(() => server.closedPipes.length === 1);
		expect(server.messages.length).toBe(0);
		expect(holds()).toBe(0);
	});

	it("give up flushing after the linger period when the peer does not read", async () => {
		const { server, client, connector } = await pair(host("PULL", { receiveHighWaterMark: 1 }), host("PUSH", { linger: 50 }));
		server.reading = false;
		for (let i = 0; i < 500; i++) client.pipes[0]?.tryWrite(message(100_000));
		client.close();
		await connector.close();
		expect(holds()).toBe(0);
	});

	it("keep what a peer sent readable after it has left", async () => {
		const { server, client } = await pair(host("PULL"), host("PUSH"));
		server.reading = false;
		client.pipes[0]?.tryWrite(message(1));
		client.pipes[0]?.tryWrite(message(2));
		client.close();
		await server.until(() => server.closedPipes.length === 1);
		server.readAll();
		expect(server.messages.map((one) => one[0]?.length)).toEqual([1, 2]);
		expect(server.eventTypes).toContain("disconnect");
	});
});

describe("an engine facing a raw peer", () => {
	it("accepts a greeting and frames that come byte by byte, and gives its own eleven bytes without waiting", async () => {
		const server = host("PULL");
		const stream = await rawClient((await bound(server)).endpoint);
		const [first] = (await once(stream, "data")) as [Buffer];
		expect(first.subarray(0, 11).toString("hex")).toBe("ff00000000000000007f03");
		const bytes = Buffer.concat([
			encodeGreeting("NULL"),
			ready("PUSH"),
			encodeFrame(FLAG_MORE, Buffer.from("a")),
			encodeFrame(0, Buffer.alloc(300, 9)),
		]);
		for (const byte of bytes) {
			stream.write(Buffer.from([byte]));
			await new Promise((turn) => setImmediate(turn));
		}
		await server.until(() => server.messages.length === 1);
		expect(server.messages[0]?.map((frame) => frame.length)).toEqual([1, 300]);
	});

	it("never delivers a message that the connection cut", async () => {
		const server = host("PULL");
		const stream = await rawClient((await bound(server)).endpoint);
		stream.write(
			Buffer.concat([
				encodeGreeting("NULL"),
				ready("PUSH"),
				encodeFrame(0, Buffer.from("whole")),
				encodeFrame(FLAG_MORE, Buffer.from("half")),
			]),
		);
		await server.until(() => server.messages.length === 1);
		stream.end();
		await server.until(() => server.closedPipes.length === 1);
		expect(server.messages.map((one) => one.map(String))).toEqual([["whole"]]);
	});

	it("answers PING with its context, at most 16 bytes of it, and ignores commands it does not know", async () => {
		const server = host("PULL");
		const stream = await rawClient((await bound(server)).endpoint);
		const decoder = new FrameDecoder(1000);
		const pong = new Promise<string>((resolve) => {
			let greeting = GREETING_BYTES;
			stream.on("data", (chunk: Buffer) => {
				const skip = Math.min(greeting, chunk.length);
				greeting -= skip;
				decoder.push(chunk.subarray(skip));
				while (decoder.next()) {
					const { name, data } = parseCommand(decoder.body);
					if (name === "PONG") resolve(data.toString());
				}
			});
		});
		const unknown = encodeFrame(FLAG_COMMAND, Buffer.from("\x05HELLO12345"));
		stream.write(
			Buffer.concat([
				encodeGreeting("NULL"),
				ready("PUSH"),
				unknown,
				encodeFrame(FLAG_COMMAND, encodePing(1000, Buffer.from("0123456789abcdefXYZ"))),
			]),
		);
		expect(await pong).toBe("0123456789abcdef");
	});

	it("accepts a higher major version and the 3.0 dialect", async () => {
		const server = host("PULL");
		const { endpoint } = await bound(server);
		for (const [major, minor] of [
			[4, 0],
			[3, 0],
		] as const) {
			const greeting = encodeGreeting("NULL");
			greeting[10] = major;
			greeting[11] = minor;
			greeting[32] = 1;
			greeting.fill(0xaa, 1, 9);
			const stream = await rawClient(endpoint);
			stream.write(Buffer.concat([greeting, ready("PUSH"), encodeFrame(0, Buffer.from(`${major}.${minor}`))]));
		}
		await server.until(() => server.messages.length === 2);
		expect(server.messages.map(String).sort()).toEqual(["3.0", "4.0"]);
	});

	const greeted = (...frames: Buffer[]): Buffer => Buffer.concat([encodeGreeting("NULL"), ...frames]);
	const withVersion = (major: number): Buffer => {
		const greeting = encodeGreeting("NULL");
		greeting[10] = major;
		return greeting;
	};
	const oneDotNought = Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
	const malformed: [string, Buffer, string][] = [
		["HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n"), "ERR_ZMTP_GREETING"],
		["a ZMTP 1.0 greeting", oneDotNought, "ERR_ZMTP_VERSION"],
		["a ZMTP 2.0 greeting", withVersion(1), "ERR_ZMTP_VERSION"],
		["another mechanism", encodeGreeting("PLAIN"), "ERR_ZMTP_MECHANISM_MISMATCH"],
		["a mechanism with rubbish in its padding", encodeGreeting("NULL\0x"), "ERR_ZMTP_MECHANISM_MISMATCH"],
		["a message before READY", greeted(encodeFrame(0, Buffer.from("x"))), "ERR_ZMTP_UNEXPECTED_COMMAND"],
		["another command before READY", greeted(encodeFrame(FLAG_COMMAND, encodePing(1, Buffer.alloc(0)))), "ERR_ZMTP_UNEXPECTED_COMMAND"],
		["a command without a name", greeted(encodeFrame(FLAG_COMMAND, Buffer.from([9, 65]))), "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED"],
		["an empty command", greeted(encodeFrame(FLAG_COMMAND, Buffer.alloc(0))), "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED"],
		[
			"READY with a cut property",
			greeted(encodeFrame(FLAG_COMMAND, Buffer.from("\x05READY\x0bSocket"))),
			"ERR_ZMTP_MALFORMED_COMMAND_READY",
		],
		["READY without Socket-Type", greeted(encodeFrame(FLAG_COMMAND, encodeReady([]))), "ERR_ZMTP_INVALID_METADATA"],
		[
			"a routing id of 256 bytes",
			greeted(
				encodeFrame(
					FLAG_COMMAND,
					encodeReady([
						["Socket-Type", Buffer.from("PUSH")],
						["Identity", Buffer.alloc(256)],
					]),
				),
			),
			"ERR_ZMTP_INVALID_METADATA",
		],
		["a socket type that does not fit", greeted(ready("PULL")), "ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE"],
		["reserved frame flags", greeted(Buffer.from([0x80, 1, 0])), "ERR_ZMTP_MALFORMED_FRAME"],
		["a command that is continued", greeted(Buffer.from([5, 1, 0])), "ERR_ZMTP_MALFORMED_FRAME"],
		["a handshake command above its limit", greeted(Buffer.from([6, 0, 0, 0, 0, 0, 2, 0, 0])), "ERR_ZMTP_MESSAGE_TOO_LARGE"],
		["an ERROR", greeted(encodeFrame(FLAG_COMMAND, Buffer.from("\x05ERROR\x03400"))), "ERR_ZMTP_REFUSED_BY_PEER"],
		["a cut ERROR", greeted(encodeFrame(FLAG_COMMAND, Buffer.from("\x05ERROR\x09400"))), "ERR_ZMTP_MALFORMED_COMMAND_ERROR"],
	];
	it.each(malformed)("ends a connection that begins with %s", async (_name, bytes, reason) => {
		const server = host("PULL");
		const stream = await rawClient((await bound(server)).endpoint);
		const gone = once(stream, "close");
		stream.resume().write(bytes);
		await server.until(() => server.eventTypes.includes("disconnect"));
		await gone;
		const failure = server.find("handshake:error:protocol");
		expect(failure?.error).toBeInstanceOf(ProtocolError);
		expect((failure?.error as ProtocolError | undefined)?.reason).toBe(reason);
		expect(server.pipes.length).toBe(0);
		expect(server.eventTypes).toEqual(["bind", "accept", "handshake:error:protocol", "disconnect"]);
	});

	const violations: [string, Buffer, Partial<SocketOptions>, string][] = [
		["a frame above maxMessageSize", encodeFrame(0, Buffer.alloc(101)), { maxMessageSize: 100 }, "ERR_ZMTP_MESSAGE_TOO_LARGE"],
		["a frame above 2^53 bytes", Buffer.from([2, 0xff, 0, 0, 0, 0, 0, 0, 0]), {}, "ERR_ZMTP_MESSAGE_TOO_LARGE"],
		["a frame above 2 GiB", Buffer.from([2, 0, 0, 0, 0, 0x80, 0, 0, 0]), {}, "ERR_ZMTP_MESSAGE_TOO_LARGE"],
		["a message without end", Buffer.alloc(2 * 70_000, Buffer.from([1, 0])), {}, "ERR_ZMTP_MESSAGE_TOO_LARGE"],
		["reserved flags", Buffer.from([8, 0]), {}, "ERR_ZMTP_MALFORMED_FRAME"],
		["a PING without time to live", encodeFrame(FLAG_COMMAND, Buffer.from("\x04PING")), {}, "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED"],
	];
	it.each(violations)("ends a connection that sends %s, and says so to the monitor", async (_name, bytes, options, reason) => {
		const server = host("PULL", options);
		const stream = await rawClient((await bound(server)).endpoint);
		stream.resume().write(greeted(ready("PUSH"), encodeFrame(0, Buffer.from("before")), bytes));
		await server.until(() => server.eventTypes.includes("disconnect"));
		expect((server.find("disconnect")?.error as ProtocolError | undefined)?.reason).toBe(reason);
		expect(server.messages.map(String)).toEqual(["before"]);
	});

	it("ends a connection whose handshake takes too long", async () => {
		const server = host("PULL", { handshakeInterval: 20 });
		const stream = await rawClient((await bound(server)).endpoint);
		const gone = once(stream, "close");
		stream.resume().write(encodeGreeting("NULL").subarray(0, 40));
		await server.until(() => server.eventTypes.includes("disconnect"));
		await gone;
		expect(server.find("handshake:error:other")?.error.message).toContain("handshakeInterval");
	});

	it("does not allocate what a peer only claims to send", async () => {
		const server = host("PULL");
		const { endpoint } = await bound(server);
		const before = process.memoryUsage().arrayBuffers;
		for (let i = 0; i < 20; i++) {
			const stream = await rawClient(endpoint);
			stream.resume().write(greeted(ready("PUSH"), Buffer.from([2, 0, 0, 0, 0, 0x7f, 0, 0, 0, 1])));
		}
		await server.until(() => server.events.filter((event) => event.type === "handshake").length === 20);
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 << 20);
	});
});

describe("a connector", () => {
	it("keeps queued messages for the peer that comes later, and holds the event loop for them", async () => {
		const listener = await bound(host("PULL"));
		const { endpoint } = listener;
		await listener.close();
		const client = host("PUSH", { reconnectInterval: 10 });
		connected(client, endpoint);
		client.pipes[0]?.tryWrite(message(5));
		expect(holds()).toBe(1);
		await client.until(() => client.eventTypes.includes("connect:retry"));
		expect(client.eventTypes.slice(0, 3)).toEqual(["connect:delay", "close", "connect:retry"]);
		const server = host("PULL");
		ends.push(await tcp.bind(parseEndpoint(endpoint), server));
		await server.until(() => server.messages.length === 1);
	});

	it("reconnects after the listener was unbound, with the same pipe", async () => {
		const { client, listener } = await pair(host("PULL"), host("PUSH", { reconnectInterval: 10 }));
		await listener.close();
		await client.until(() => client.eventTypes.includes("connect:retry"));
		expect(client.eventTypes.slice(2, 5)).toEqual(["handshake", "disconnect", "connect:retry"]);
		const next = host("PULL");
		ends.push(await tcp.bind(parseEndpoint(listener.endpoint), next));
		client.pipes[0]?.tryWrite(message(1));
		await next.until(() => next.messages.length === 1);
		expect(client.pipes.length).toBe(1);
	});

	it("with immediate makes the pipe after the handshake and destroys it at disconnect", async () => {
		const server = host("PULL");
		const listener = await bound(server);
		const client = host("PUSH", { immediate: true, reconnectInterval: 10 });
		connected(client, listener.endpoint);
		expect(client.pipes.length).toBe(0);
		await client.until(() => client.pipes.length === 1);
		await listener.close();
		await client.until(() => client.closedPipes.length === 1);
	});

	it("of a ROUTER knows the peer's routing id when the pipe is attached", async () => {
		const { client } = await pair(host("DEALER", { routingId: Buffer.from("west") }), host("ROUTER"));
		expect(Buffer.from(client.pipes[0]?.peerRoutingId as Uint8Array).toString()).toBe("west");
	});

	it("does not try again after a socket type that does not fit", async () => {
		const server = host("PULL");
		const client = host("PULL", { reconnectInterval: 1 });
		const listener = await bound(server);
		connected(client, listener.endpoint);
		await client.until(() => client.closedPipes.length === 1);
		expect(client.eventTypes).toEqual(["connect:delay", "connect", "handshake:error:protocol", "disconnect"]);
	});

	it("with reconnectInterval -1 ends at the first failure", async () => {
		const listener = await bound(host("PULL"));
		await listener.close();
		const client = host("PUSH", { reconnectInterval: -1 });
		connected(client, listener.endpoint);
		await client.until(() => client.closedPipes.length === 1);
		expect(client.eventTypes).toEqual(["connect:delay", "close"]);
	});

	it("after close still delivers what is queued, to a peer that appears within the linger period", async () => {
		const listener = await bound(host("PULL"));
		await listener.close();
		const client = host("PUSH", { reconnectInterval: 10 });
		const connector = connected(client, listener.endpoint);
		client.pipes[0]?.tryWrite(message(5));
		client.close();
		const ended = connector.close();
		const server = host("PULL");
		ends.push(await tcp.bind(parseEndpoint(listener.endpoint), server));
		await server.until(() => server.messages.length === 1);
		await ended;
		expect(holds()).toBe(0);
	});

	it("ends its pipe when it is closed alone, after flushing it", async () => {
		const { server, client, connector } = await pair(host("PULL"), host("PUSH"));
		client.pipes[0]?.tryWrite(message(5));
		await connector.close();
		expect(client.closedPipes.length).toBe(1);
		await server.until(() => server.messages.length === 1);
	});
});
