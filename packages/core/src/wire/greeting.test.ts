import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeGreeting, GREETING_BYTES, GreetingDecoder, SIGNATURE_BYTES } from "./greeting.ts";
import { ProtocolError } from "./protocol-error.ts";

describe("the greeting", () => {
	it("is 64 bytes: signature, 3.1, mechanism, not as-server", () => {
		const bytes = encodeGreeting("NULL");
		expect(bytes.length).toBe(GREETING_BYTES);
		expect(bytes.subarray(0, 16).toString("hex")).toBe("ff00000000000000017f03014e554c4c");
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

	it("has the length of our routing id where peers of ZMTP 1.0 read the length of a frame", () => {
		expect(encodeGreeting("NULL", 4).subarray(0, 10).toString("hex")).toBe("ff00000000000000057f");
		expect(encodeGreeting("NULL", 255).subarray(0, 10).toString("hex")).toBe("ff00000000000001007f");
	});

	it("knows the version after eleven bytes", () => {
		const decoder = new GreetingDecoder("NULL");
		decoder.push(encodeGreeting("NULL").subarray(0, SIGNATURE_BYTES));
		expect([decoder.signatureKnown, decoder.framing]).toEqual([true, undefined]);
		decoder.push(Buffer.from([3]));
		expect(decoder.framing).toBe(3);
	});

	const old: [string, string, { framing: number; unversioned: boolean; socketType: number; taken: number; replay: string }][] = [
		["2.0", "ff00000000000000017f0108000361", { framing: 2, unversioned: false, socketType: 8, taken: 12, replay: "" }],
		["1.0 with a version", "ff00000000000000017f00070100", { framing: 1, unversioned: false, socketType: 7, taken: 12, replay: "" }],
		["1.0 without a routing id", "0100", { framing: 1, unversioned: true, socketType: -1, taken: 2, replay: "0100" }],
		["1.0 with a routing id", "040061626302", { framing: 1, unversioned: true, socketType: -1, taken: 2, replay: "0400" }],
		[
			"1.0 with a long length",
			"ff00000000000000020061",
			{ framing: 1, unversioned: true, socketType: -1, taken: 10, replay: "ff000000000000000200" },
		],
	];
	it.each(old)(
		"of ZMTP %s is known for what it is, however it is split",
		(_name, hex, { framing, unversioned, socketType, taken, replay }) => {
			const bytes = Buffer.from(hex, "hex");
			for (const step of [1, 3, bytes.length]) {
				const decoder = new GreetingDecoder("NULL", { oldVersions: true });
				let at = 0;
				while (at < bytes.length && !decoder.complete) at += decoder.push(bytes.subarray(at, at + step));
				expect([decoder.framing, decoder.unversioned, decoder.socketType, at, decoder.replay.toString("hex")]).toEqual([
					framing,
					unversioned,
					socketType,
					taken,
					replay,
				]);
			}
		},
	);

	it.each(old)("of ZMTP %s is refused where old versions are not taken", (_name, hex) => {
		expect(() => new GreetingDecoder("CURVE").push(Buffer.from(hex, "hex"))).toThrow(ProtocolError);
	});

	it("throws nothing but ProtocolError on any bytes", () => {
		const prefix = fc.constantFrom([], [0xff], [0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f], [0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3]);
		fc.assert(
			fc.property(prefix, fc.uint8Array({ minLength: 64, maxLength: 80 }), (start, rest) => {
				const bytes = Buffer.from([...start, ...rest]);
				expect(() => new GreetingDecoder("NULL").push(bytes)).toThrow(ProtocolError);
				try {
					new GreetingDecoder("NULL", { oldVersions: true }).push(bytes);
				} catch (error) {
					expect(error).toBeInstanceOf(ProtocolError);
				}
			}),
		);
	});
});
