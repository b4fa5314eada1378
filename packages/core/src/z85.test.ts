import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { curveKeyPair, curvePublicKey } from "./security/curve-keys.ts";
import { z85Decode, z85Encode } from "./z85.ts";

describe("Z85", () => {
	it("writes the example of RFC 32", () => {
		expect(z85Encode(Buffer.from("864fd26fb559f75b", "hex"))).toBe("HelloWorld");
		expect(z85Decode("HelloWorld").toString("hex")).toBe("864fd26fb559f75b");
	});

	it("gives back what it was given", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
				const whole = bytes.subarray(0, bytes.length - (bytes.length % 4));
				expect(Buffer.compare(z85Decode(z85Encode(whole)), whole)).toBe(0);
			}),
		);
		expect(z85Decode("%nSc0").toString("hex")).toBe("ffffffff");
	});

	it.each([["abcd"], ["abcde "], ['ab"de'], ["abcd\u00e9"], ["%nSc1"], ["#####"], ["abc,d"], ["abc\\d"]])("refuses %j", (text) => {
		expect(() => z85Decode(text)).toThrowError(expect.objectContaining({ code: "EINVAL" }));
	});

	it("refuses bytes that are no multiple of four, and what is neither text nor bytes", () => {
		for (const act of [() => z85Encode(Buffer.alloc(3)), () => z85Encode("x" as never), () => z85Decode(5 as never)])
			expect(act).toThrowError(expect.objectContaining({ code: "EINVAL" }));
	});
});

describe("keys of CURVE", () => {
	it("come in pairs of 40 characters, and the public one follows from the secret one", () => {
		const { publicKey, secretKey } = curveKeyPair();
		expect([publicKey.length, secretKey.length]).toEqual([40, 40]);
		expect(curvePublicKey(secretKey)).toBe(publicKey);
		expect(curvePublicKey(z85Decode(secretKey))).toBe(publicKey);
	});

	it("are those that libzmq documents as an example", () => {
		expect(curvePublicKey("D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs")).toBe("Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID");
	});

	it("that are none are refused without being shown", () => {
		for (const key of ["short", Buffer.alloc(31), 5, null, "x".repeat(41)])
			expect(() => curvePublicKey(key as never)).toThrowError(expect.objectContaining({ code: "EINVAL" }));
	});
});
