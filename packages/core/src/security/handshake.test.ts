import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SocketTypeName } from "../socket-type.ts";
import { encodeReady, parseCommand, parseError, parseProperties } from "../wire/command.ts";
import { encodeFrame, FLAG_COMMAND, FrameDecoder } from "../wire/frame.ts";
import { encodeGreeting, GREETING_BYTES, SIGNATURE_BYTES } from "../wire/greeting.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { Handshake } from "./handshake.ts";
import { NullMechanism } from "./null.ts";

function side(socketType: SocketTypeName, routingId = ""): Handshake {
	return new Handshake(new NullMechanism({ socketType, routingId: Buffer.from(routingId) }));
}

/** Feeds one side, split as it comes, as the engine does. */
function feeder(handshake: Handshake): (bytes: Buffer) => void {
	const decoder = new FrameDecoder(1000);
	return (bytes) => {
		const rest = handshake.greeting ? bytes.subarray(handshake.onBytes(bytes)) : bytes;
		decoder.push(rest);
		while (decoder.next()) handshake.onFrame(decoder.flags, decoder.body);
	};
}

/** Lets two sides talk, in pieces of at most `pieceBytes`. */
function talk(a: Handshake, b: Handshake, pieceBytes: number): void {
	const [toA, toB] = [feeder(a), feeder(b)];
	for (;;) {
		const [fromA, fromB] = [a.takeOutput(), b.takeOutput()];
		if (fromA === undefined && fromB === undefined) return;
		for (let at = 0; at < (fromA?.length ?? 0); at += pieceBytes) toB(fromA?.subarray(at, at + pieceBytes) as Buffer);
		for (let at = 0; at < (fromB?.length ?? 0); at += pieceBytes) toA(fromB?.subarray(at, at + pieceBytes) as Buffer);
	}
}

describe("the handshake", () => {
	it("completes between any two sides that fit, in pieces of any size", () => {
		const fits = fc.constantFrom<[SocketTypeName, SocketTypeName]>(
			["PAIR", "PAIR"],
			["PUSH", "PULL"],
			["DEALER", "ROUTER"],
			["ROUTER", "ROUTER"],
		);
		fc.assert(
			fc.property(fits, fc.integer({ min: 1, max: 200 }), ([left, right], pieceBytes) => {
				const [a, b] = [side(left, "east"), side(right, "west")];
				talk(a, b, pieceBytes);
				expect(a.peer?.socketType).toBe(right);
				expect(b.peer?.socketType).toBe(left);
				const announces = left === "DEALER" || left === "ROUTER";
				expect(b.peer?.routingId.toString()).toBe(announces ? "east" : "");
			}),
		);
	});

	it("sends ten bytes at once, one when the peer has sent ten, the rest when its version is known, and READY when its mechanism is", () => {
		const handshake = side("PUSH");
		expect(handshake.takeOutput()?.length).toBe(SIGNATURE_BYTES);
		const peer = encodeGreeting("NULL");
		handshake.onBytes(peer.subarray(0, 9));
		expect(handshake.takeOutput()).toBeUndefined();
		handshake.onBytes(peer.subarray(9, 10));
		expect(handshake.takeOutput()?.toString("hex")).toBe("03");
		handshake.onBytes(peer.subarray(10, 11));
		expect(handshake.takeOutput()?.length).toBe(GREETING_BYTES - SIGNATURE_BYTES - 1);
		handshake.onBytes(peer.subarray(11));
		expect(handshake.takeOutput()?.subarray(2, 8).toString("latin1")).toBe("\x05READY");
	});

	it("announces a routing id for DEALER and ROUTER even when it is empty, and for no other type", () => {
		for (const [type, announces] of [
			["DEALER", true],
			["ROUTER", true],
			["PAIR", false],
			["PUSH", false],
			["PULL", false],
		] as const) {
			const mechanism = new NullMechanism({ socketType: type, routingId: Buffer.alloc(0) });
			const { data } = parseCommand(mechanism.nextCommand() as Buffer);
			expect(parseProperties(data, "ERR_ZMTP_MALFORMED_COMMAND_READY").has("identity")).toBe(announces);
		}
	});

	it("keeps properties it does not know", () => {
		const mechanism = new NullMechanism({ socketType: "PULL", routingId: Buffer.alloc(0) });
		mechanism.onCommand(
			encodeReady([
				["socket-type", Buffer.from("PUSH")],
				["X-Rack", Buffer.from("7")],
			]),
		);
		mechanism.nextCommand();
		expect(mechanism.peer?.properties.get("x-rack")?.toString()).toBe("7");
	});

	it("tells a peer whose socket type does not fit, with an ERROR", () => {
		const handshake = side("PULL");
		handshake.onBytes(encodeGreeting("NULL"));
		handshake.takeOutput();
		const decoder = new FrameDecoder(1000);
		decoder.push(encodeFrame(FLAG_COMMAND, encodeReady([["Socket-Type", Buffer.from("PULL")]])));
		decoder.next();
		let thrown: unknown;
		try {
			handshake.onFrame(decoder.flags, decoder.body);
		} catch (error) {
			thrown = error;
		}
		expect(thrown).toBeInstanceOf(ProtocolError);
		decoder.push(handshake.farewell(thrown as ProtocolError));
		expect(decoder.next()).toBe(true);
		const { name, data } = parseCommand(decoder.body);
		expect(name).toBe("ERROR");
		expect(parseError(data)).toContain("cannot_talk_to_a_PULL_socket");
	});

	it("lets a peer with another mechanism see ours", () => {
		const handshake = side("PULL");
		handshake.takeOutput();
		const error = (() => {
			try {
				handshake.onBytes(encodeGreeting("PLAIN"));
			} catch (thrown) {
				return thrown as ProtocolError;
			}
		})();
		expect(error?.reason).toBe("ERR_ZMTP_MECHANISM_MISMATCH");
		expect(handshake.farewell(error as ProtocolError).length).toBe(GREETING_BYTES - SIGNATURE_BYTES);
	});

	it("refuses a second READY", () => {
		const mechanism = new NullMechanism({ socketType: "PULL", routingId: Buffer.alloc(0) });
		const ready = encodeReady([["Socket-Type", Buffer.from("PUSH")]]);
		mechanism.onCommand(ready);
		expect(() => mechanism.onCommand(ready)).toThrow(ProtocolError);
	});
});
