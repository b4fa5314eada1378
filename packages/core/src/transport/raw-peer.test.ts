import { once } from "node:events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SocketOptions } from "../option/options.ts";
import { encodePing, encodeReady, parseCommand } from "../wire/command.ts";
import { encodeFrame, FLAG_COMMAND, FLAG_MORE, FrameDecoder } from "../wire/frame.ts";
import { encodeGreeting, GREETING_BYTES } from "../wire/greeting.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { bound, greeted, host, rawClient, ready } from "./fixtures/tcp-ends.ts";

describe("an engine facing a raw peer", () => {
	it("accepts a greeting and frames that come byte by byte, and gives its own signature without waiting", async () => {
		const server = host("PULL");
		const stream = await rawClient((await bound(server)).endpoint);
		const [first] = (await once(stream, "data")) as [Buffer];
		expect(first.toString("hex")).toBe("ff00000000000000017f");
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

	const malformed: [string, Buffer, string][] = [
		["HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n"), "ERR_ZMTP_GREETING"],
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
		["an ERROR", greeted(encodeFrame(FLAG_COMMAND, Buffer.from("\x05ERROR\x03why"))), "ERR_ZMTP_REFUSED_BY_PEER"],
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

	it("delivers all that came although the connection was reset while the receiver was full", async () => {
		const server = host("PAIR", { receiveHighWaterMark: 2 });
		server.reading = false;
		const stream = await rawClient((await bound(server)).endpoint);
		const frames = Array.from({ length: 20 }, (_, index) => encodeFrame(0, Buffer.from(String(index))));
		stream.resume().write(greeted(ready("PAIR"), ...frames));
		await server.until(() => server.pipes[0]?.readable === true);
		const gone = once(stream, "close");
		stream.resetAndDestroy();
		await gone;
		// A write is what makes a connection notice that is not being read.
		server.pipes[0]?.tryWrite([Buffer.alloc(10)]);
		await new Promise((turn) => setImmediate(turn));
		server.reading = true;
		server.readAll();
		await server.until(() => server.closedPipes.length === 1);
		expect(server.messages.map(String)).toEqual(frames.map((_, index) => String(index)));
	});

	it("survives peers that send any rubbish at any point, and still serves the next one", async () => {
		const server = host("PULL", { maxMessageSize: 1000 });
		const { endpoint } = await bound(server);
		const opening = greeted(ready("PUSH"), encodeFrame(0, Buffer.from("ok")), encodeFrame(FLAG_MORE, Buffer.alloc(300)));
		await fc.assert(
			fc.asyncProperty(fc.nat(opening.length), fc.uint8Array({ minLength: 1, maxLength: 300 }), async (keep, rubbish) => {
				const before = server.eventTypes.filter((type) => type === "disconnect").length;
				const stream = await rawClient(endpoint);
				stream.resume().end(Buffer.concat([opening.subarray(0, keep), rubbish]));
				await server.until(() => server.eventTypes.filter((type) => type === "disconnect").length > before);
			}),
			{ numRuns: 150 },
		);
		for (const event of server.events) {
			if (event.type === "handshake:error:protocol") expect(event.error).toBeInstanceOf(ProtocolError);
		}
		const stream = await rawClient(endpoint);
		stream.resume().write(greeted(ready("PUSH"), encodeFrame(0, Buffer.from("at last"))));
		await server.until(() => String(server.messages.at(-1)?.[0]) === "at last");
	});

	it("keeps few answers for a flood of PINGs from a peer that does not read", async () => {
		const server = host("PULL");
		const stream = await rawClient((await bound(server)).endpoint);
		const ping = encodeFrame(FLAG_COMMAND, encodePing(0, Buffer.alloc(16)));
		const flood = Buffer.concat(new Array(100_000).fill(ping));
		const before = process.memoryUsage().rss;
		stream.pause();
		stream.write(greeted(ready("PUSH")));
		for (let i = 0; i < 5; i++) stream.write(flood);
		stream.write(encodeFrame(0, Buffer.from("after the flood")));
		await server.until(() => server.messages.length === 1);
		expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20);
	});
});
