import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SOFTWARE_BYTES_MAX, TEXT_BYTES_MAX } from "./limits.ts";
import {
	decodeBye,
	decodeCount,
	decodeGreeting,
	decodeRefusal,
	encodeBye,
	encodeCount,
	encodeGreeting,
	encodeRefusal,
	KIND_ACK,
	KIND_HELLO,
	KIND_PONG,
	KIND_REFUSE,
	KIND_WELCOME,
	kindOf,
	PROTOCOL_VERSION,
} from "./wire.ts";

const incarnation = "00112233445566778899aabbccddeeff";
const hello = { version: PROTOCOL_VERSION, incarnation, software: "zloom/0.1.0" };

describe("HELLO and WELCOME", () => {
	it("come back as they were sent", () => {
		for (const kind of [KIND_HELLO, KIND_WELCOME] as const) {
			const frames = encodeGreeting(kind, hello);
			expect(kindOf(frames[0])).toBe(kind);
			expect(decodeGreeting(frames)).toEqual(hello);
		}
	});

	it("stand on the wire as docs/PROTOCOL.md shows them", () => {
		const [frame] = encodeGreeting(KIND_HELLO, { version: 1, incarnation, software: "x" });
		expect(Buffer.from(frame as Uint8Array).toString("hex")).toBe(`01${"7a6c6f6f6d"}0001${incarnation}78`);
	});

	it("of another version are read as far as the version, whatever follows", () => {
		const frame = Buffer.concat([Buffer.from([KIND_HELLO]), Buffer.from("zloom"), Buffer.from([0, 9]), Buffer.from("something else")]);
		expect(decodeGreeting([frame, Buffer.from("and more")])).toEqual({ version: 9, incarnation: "", software: "" });
	});

	it("are refused when cut short, too long, without the magic or with a second frame", () => {
		const [frame] = encodeGreeting(KIND_HELLO, hello) as [Buffer];
		expect(decodeGreeting([frame.subarray(0, 7)])).toBeUndefined();
		expect(decodeGreeting([frame.subarray(0, 20)])).toBeUndefined();
		expect(decodeGreeting([Buffer.concat([frame, Buffer.alloc(SOFTWARE_BYTES_MAX)])])).toBeUndefined();
		expect(decodeGreeting([frame, frame])).toBeUndefined();
		const other = Buffer.from(frame);
		other[3] = 0;
		expect(decodeGreeting([other])).toBeUndefined();
		expect(decodeGreeting([])).toBeUndefined();
	});
});

describe("texts of a peer", () => {
	it("lose control characters and what is over the limit", () => {
		const refusal = decodeRefusal([Buffer.of(KIND_REFUSE), Buffer.from("full"), Buffer.from(`\u001b[2Jno\n${"x".repeat(5000)}`)]);
		expect(refusal.code).toBe("full");
		expect(refusal.text.startsWith("?[2Jno?xxx")).toBe(true);
		expect(refusal.text.length).toBe(TEXT_BYTES_MAX);
	});

	it("of REFUSE and BYE come back as they were sent", () => {
		expect(decodeRefusal(encodeRefusal({ code: "version", text: "speak 1" }))).toEqual({ code: "version", text: "speak 1" });
		expect(decodeBye(encodeBye("stopped"))).toBe("stopped");
		expect(decodeRefusal([Buffer.of(KIND_REFUSE), Buffer.from("who knows")]).code).toBe("protocol");
	});
});

describe("counts", () => {
	it("come back as they were sent, up to 2^53", () => {
		fc.assert(
			fc.property(fc.maxSafeNat(), (count) => {
				expect(decodeCount(encodeCount(KIND_ACK, count))).toBe(count);
			}),
		);
	});

	it("above 2^53, cut short or with a second frame are malformed", () => {
		const [frame] = encodeCount(KIND_PONG, 1) as [Buffer];
		expect(decodeCount([Buffer.from("06ffffffffffffffff", "hex")])).toBeUndefined();
		expect(decodeCount([frame.subarray(0, 8)])).toBeUndefined();
		expect(decodeCount([frame, frame])).toBeUndefined();
	});
});

it("no frames of a peer make the codec throw", () => {
	const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array));
	fc.assert(
		fc.property(fc.array(bytes, { maxLength: 4 }), (frames) => {
			expect(kindOf(frames[0])).toBeGreaterThanOrEqual(0);
			decodeGreeting(frames);
			decodeRefusal(frames);
			decodeBye(frames);
			decodeCount(frames);
		}),
	);
});
