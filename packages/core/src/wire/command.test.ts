import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { METADATA_PROPERTIES_MAX } from "../limits.ts";
import { encodeError, encodePing, encodePong, encodeReady, parseCommand, parseError, parsePing, parseProperties } from "./command.ts";
import { ProtocolError } from "./protocol-error.ts";

const REASON = "ERR_ZMTP_MALFORMED_COMMAND_READY";

function properties(pairs: [string, string][]): Record<string, string> {
	const body = encodeReady(pairs.map(([name, value]) => [name, Buffer.from(value)]));
	const { name, data } = parseCommand(body);
	expect(name).toBe("READY");
	return Object.fromEntries([...parseProperties(data, REASON)].map(([key, value]) => [key, value.toString()]));
}

describe("commands", () => {
	it("READY carries properties; names are matched without case and the first of two counts", () => {
		expect(
			properties([
				["Socket-Type", "PUSH"],
				["Identity", ""],
				["X-Note", "1"],
				["x-note", "2"],
			]),
		).toEqual({
			"socket-type": "PUSH",
			identity: "",
			"x-note": "1",
		});
	});

	it("READY has the bytes that libzmq sends", () => {
		const body = encodeReady([["Socket-Type", Buffer.from("PUSH")]]);
		expect(body.toString("latin1")).toBe("\x05READY\x0bSocket-Type\0\0\0\x04PUSH");
	});

	it("ERROR carries a reason of at most 255 bytes, and what is not printable is not shown", () => {
		expect(parseError(parseCommand(encodeError("no")).data)).toBe("no");
		expect(parseError(parseCommand(encodeError("x".repeat(300))).data).length).toBe(255);
		expect(parseError(Buffer.from([2, 10, 65]))).toBe("?A");
	});

	it("PING carries a time to live in tenths of a second, and a context of which 16 bytes count", () => {
		expect(parsePing(parseCommand(encodePing(1234, Buffer.from("ctx"))).data)).toEqual({ timeToLiveMs: 1200, context: Buffer.from("ctx") });
		expect(parsePing(parseCommand(encodePing(1e9, Buffer.alloc(40))).data)).toEqual({ timeToLiveMs: 6_553_500, context: Buffer.alloc(16) });
		expect(encodePong(Buffer.from("ctx")).toString("latin1")).toBe("\x04PONGctx");
	});

	it("too many properties are refused", () => {
		const many = Array.from({ length: METADATA_PROPERTIES_MAX + 1 }, (_, index): [string, Uint8Array] => [`X-${index}`, Buffer.alloc(0)]);
		const { data } = parseCommand(encodeReady(many));
		expect(() => parseProperties(data, REASON)).toThrow(ProtocolError);
	});

	it("throw nothing but ProtocolError on any bytes", () => {
		const parsers: ((bytes: Buffer) => unknown)[] = [parseCommand, parseError, parsePing, (bytes) => parseProperties(bytes, REASON)];
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...parsers), (bytes, parse) => {
				try {
					parse(Buffer.from(bytes));
				} catch (error) {
					expect(error).toBeInstanceOf(ProtocolError);
				}
			}),
			{ numRuns: 2000 },
		);
	});
});
