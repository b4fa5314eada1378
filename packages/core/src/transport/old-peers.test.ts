/**
 * Scripted peers of ZMTP 1.0 and 2.0: the bytes that they send and that we send them, and that security refuses them.
 */
import { once } from "node:events";
import type { Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../wire/protocol-error.ts";
import { bound, host, rawClient } from "./fixtures/tcp-ends.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

/** All that comes, as it comes. */
class Received {
	bytes = Buffer.alloc(0);
	readonly #stream: Socket;

	constructor(stream: Socket) {
		this.#stream = stream;
		stream.on("data", (chunk: Buffer) => {
			this.bytes = Buffer.concat([this.bytes, chunk]);
		});
	}

	async until(length: number): Promise<string> {
		while (this.bytes.length < length) await once(this.#stream, "data");
		return this.bytes.toString("hex");
	}
}

const OURS_TO_EAST = "ff0000000000000005 7f".replaceAll(" ", "");

describe("a peer of ZMTP 2.0", () => {
	it("gets version, socket type, routing id and frames in its form, and is understood", async () => {
		const server = host("ROUTER", { routingId: Buffer.from("east") });
		const stream = await rawClient((await bound(server)).endpoint);
		const received = new Received(stream);
		expect(await received.until(10)).toBe(OURS_TO_EAST);
		stream.write(hex("ff00000000000000017f"));
		expect(await received.until(11)).toBe(`${OURS_TO_EAST}03`);
		// Version, DEALER, routing id "ab", and a message of two frames, one of them long.
		stream.write(Buffer.concat([hex("01 05 00026162 010161 02000000000000012c"), Buffer.alloc(300, 7)]));
		await server.until(() => server.messages.length === 1);
		expect(server.messages[0]?.map((frame) => frame.length)).toEqual([1, 300]);
		expect(Buffer.from(server.pipes[0]?.peerRoutingId as Uint8Array).toString()).toBe("ab");
		expect(await received.until(18)).toBe(`${OURS_TO_EAST}03 06 000465617374`.replaceAll(" ", ""));
		server.pipes[0]?.tryWrite([Buffer.from("x"), Buffer.alloc(256)]);
		expect((await received.until(18 + 3 + 9 + 256)).slice(36, 60)).toBe("010178020000000000000100");
		expect(server.eventTypes).toEqual(["bind", "accept", "handshake"]);
	});

	it("whose socket type does not fit is turned away", async () => {
		const server = host("PULL");
		const stream = await rawClient((await bound(server)).endpoint);
		stream.resume().write(hex("ff00000000000000017f 01 07 0000"));
		await server.until(() => server.eventTypes.includes("disconnect"));
		expect((server.find("handshake:error:protocol")?.error as ProtocolError | undefined)?.reason).toBe("ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE");
	});

	it("may not send commands, which its version does not have", async () => {
		const server = host("PULL");
		const stream = await rawClient((await bound(server)).endpoint);
		stream.resume().write(hex("ff00000000000000017f 01 08 0000 0405504f4e4700"));
		await server.until(() => server.eventTypes.includes("disconnect"));
		expect((server.find("disconnect")?.error as ProtocolError | undefined)?.reason).toBe("ERR_ZMTP_MALFORMED_FRAME");
	});

	it("is sent no PING", async () => {
		const server = host("PAIR", { heartbeatInterval: 1 });
		const stream = await rawClient((await bound(server)).endpoint);
		const received = new Received(stream);
		stream.write(hex("ff00000000000000017f 01 00 0000 000161"));
		await server.until(() => server.messages.length === 1);
		for (let i = 0; i < 20; i++) {
			stream.write(hex("000161"));
			await server.until(() => server.messages.length === i + 2);
		}
		server.pipes[0]?.tryWrite([Buffer.from("z")]);
		// 11 bytes, type, empty routing id, and the message; nothing between them.
		expect((await received.until(17)).slice(20)).toBe("0300000000017a");
	});
});

describe("a peer of ZMTP 1.0", () => {
	it("that knows versions gets old framing behind them", async () => {
		const server = host("PAIR");
		const stream = await rawClient((await bound(server)).endpoint);
		const received = new Received(stream);
		stream.write(hex("ff00000000000000017f 00 00 0100 030168690200"));
		stream.write(hex("6f"));
		await server.until(() => server.messages.length === 1);
		expect(server.messages[0]?.map(String)).toEqual(["hi", "o"]);
		server.pipes[0]?.tryWrite([Buffer.from("yo"), Buffer.alloc(300, 1)]);
		const all = await received.until(11 + 1 + 2 + 4 + 310);
		expect(all.slice(0, 54)).toBe("ff00000000000000017f 03 00 0100 0301796f ff000000000000012d00".replaceAll(" ", "").slice(0, 54));
	});

	it("that knows none gets our signature as the header of our routing id", async () => {
		const server = host("DEALER", { routingId: Buffer.from("east") });
		const stream = await rawClient((await bound(server)).endpoint);
		const received = new Received(stream);
		// Routing id "w", then messages, split anywhere.
		for (const byte of hex("020077 0200 61 0301 6262 0100")) {
			stream.write(Buffer.of(byte));
			await new Promise((turn) => setImmediate(turn));
		}
		await server.until(() => server.messages.length === 2);
		expect(server.messages.map((message) => message.map(String))).toEqual([["a"], ["bb", ""]]);
		expect(Buffer.from(server.pipes[0]?.peerRoutingId as Uint8Array).toString()).toBe("w");
		server.pipes[0]?.tryWrite([Buffer.from("back")]);
		expect(await received.until(20)).toBe(`${OURS_TO_EAST}${Buffer.from("east").toString("hex")}05006261636b`);
	});

	it("that does not say what it wants gets everything from a publisher", async () => {
		const server = host("PUB");
		const stream = await rawClient((await bound(server)).endpoint);
		stream.resume().write(hex("0100"));
		await server.until(() => server.messages.length === 1);
		expect(server.messages[0]).toEqual([Buffer.of(1)]);
	});

	const malformed: [string, string, string][] = [
		["a first frame of length 0", "00", "ERR_ZMTP_GREETING"],
		["a continued routing id", "020161", "ERR_ZMTP_GREETING"],
		["a long routing id", "ff00000000000001020061", "ERR_ZMTP_GREETING"],
		["a later frame of length 0", "0100 0000", "ERR_ZMTP_MALFORMED_FRAME"],
		["a frame above 2^53 bytes", "0100 ffffffffffffffffff00", "ERR_ZMTP_MESSAGE_TOO_LARGE"],
		["a frame above the limit", "0100 ff000000000000ffff00", "ERR_ZMTP_MESSAGE_TOO_LARGE"],
	];
	it.each(malformed)("is turned away with %s", async (_name, bytes, reason) => {
		const server = host("PULL", { maxMessageSize: 1000 });
		const stream = await rawClient((await bound(server)).endpoint);
		stream.resume().write(hex(bytes));
		await server.until(() => server.eventTypes.includes("disconnect"));
		const event = server.find("handshake:error:protocol") ?? server.find("disconnect");
		expect((event?.error as ProtocolError | undefined)?.reason).toBe(reason);
	});

	it("may send any rubbish without harm to the next one", async () => {
		const server = host("PULL", { maxMessageSize: 1000 });
		const { endpoint } = await bound(server);
		const openings = ["0100", "ff00000000000000017f0008", "ff00000000000000017f01080000"].map(hex);
		await fc.assert(
			fc.asyncProperty(fc.constantFrom(...openings), fc.uint8Array({ minLength: 1, maxLength: 100 }), async (opening, rubbish) => {
				const before = server.eventTypes.filter((type) => type === "disconnect").length;
				const stream = await rawClient(endpoint);
				stream.resume().end(Buffer.concat([opening, rubbish]));
				await server.until(() => server.eventTypes.filter((type) => type === "disconnect").length > before);
			}),
			{ numRuns: 60 },
		);
		for (const event of server.events) if (event.type === "handshake:error:protocol") expect(event.error).toBeInstanceOf(ProtocolError);
		const stream = await rawClient(endpoint);
		stream.resume().write(hex("0100 0200 7a"));
		await server.until(() => String(server.messages.at(-1)?.[0]) === "z");
	});
});

describe("a socket that asks for security", () => {
	const secretKey = Buffer.alloc(32, 9);
	const secured = [
		["a zapDomain", { zapDomain: "home" }],
		["PLAIN", { securityMechanism: "plain", plainServer: true }],
		["CURVE", { securityMechanism: "curve", curveServer: true, curveSecretKey: secretKey }],
	] as const;
	const old: [string, string][] = [
		["2.0", "ff00000000000000017f 01 08 0000"],
		["1.0 with a version", "ff00000000000000017f 00 08 0100"],
		["1.0", "ff000000000000000100"],
	];
	for (const [name, options] of secured) {
		it.each(old)(`by ${name} takes no peer of ZMTP %s`, async (_version, bytes) => {
			const server = host("PULL", options);
			const stream = await rawClient((await bound(server)).endpoint);
			stream.resume().write(hex(bytes));
			await server.until(() => server.eventTypes.includes("disconnect"));
			expect((server.find("handshake:error:protocol")?.error as ProtocolError | undefined)?.reason).toBe("ERR_ZMTP_VERSION");
			expect(server.pipes.length).toBe(0);
		});
	}
});
