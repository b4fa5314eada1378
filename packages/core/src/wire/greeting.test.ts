import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeGreeting, GREETING_BYTES, GREETING_HEAD_BYTES, GreetingDecoder } from "./greeting.ts";
import { ProtocolError } from "./protocol-error.ts";

describe("the greeting", () => {
	it("is 64 bytes: signature, 3.1, mechanism, not as-server", () => {
		const bytes = encodeGreeting("NULL");
		expect(bytes.length).toBe(GREETING_BYTES);
		expect(bytes.subarray(0, 16).toString("hex")).toBe("ff00000000000000007f03014e554c4c");
		expect(bytes.subarray(16).every((byte) => byte === 0)).toBe(true);
	});

	it("is read however it is split, and takes no byte that follows it", () => {
		fc.assert(
			fc.property(fc.array(fc.nat(GREETING_BYTES), { maxLength: 8 }), fc.nat(20), (splits, extra) => {
				const bytes = Buffer.concat([encodeGreeting("NULL"), Buffer.alloc(extra, 7)]);
				const decoder = new GreetingDecoder("NULL");
				let at = 0;
				for (const cut of [...splits.sort((a, b) => a - b), bytes.length]) if (cut > at) at += decoder.push(bytes.subarray(at, cut));
				expect(at).toBe(GREETING_BYTES);
				expect(decoder.complete).toBe(true);
				expect(decoder.peer()).toEqual({ major: 3, minor: 1, mechanism: "NULL", asServer: false });
			}),
		);
	});

	it("knows the version after eleven bytes", () => {
		const decoder = new GreetingDecoder("NULL");
		decoder.push(encodeGreeting("NULL").subarray(0, GREETING_HEAD_BYTES - 1));
		expect(decoder.versionKnown).toBe(false);
		decoder.push(Buffer.from([3]));
		expect(decoder.versionKnown).toBe(true);
	});

	it("throws nothing but ProtocolError on any bytes", () => {
		const prefix = fc.constantFrom([], [0xff], [0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f], [0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3]);
		fc.assert(
			fc.property(prefix, fc.uint8Array({ minLength: 64, maxLength: 80 }), (start, rest) => {
				const decoder = new GreetingDecoder("NULL");
				expect(() => decoder.push(Buffer.from([...start, ...rest]))).toThrow(ProtocolError);
			}),
		);
	});
});
