import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDatagramAddress, printDatagramAddress } from "../endpoint/datagram-address.ts";
import { decodeDatagram, encodeDatagram } from "./datagram.ts";

describe("a datagram of RADIO", () => {
	it("is the length of the group, the group, and the body", () => {
		expect(Buffer.concat(encodeDatagram([Buffer.from("ab"), Buffer.from("cd")]))).toEqual(Buffer.from("\x02abcd"));
		expect(Buffer.concat(encodeDatagram([Buffer.alloc(0), Buffer.alloc(0)]))).toEqual(Buffer.from("\x00"));
	});

	it("is read as it was written, whatever it holds", () => {
		const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((each) => Buffer.from(each));
		fc.assert(
			fc.property(bytes(255), bytes(1000), (group, body) => {
				expect(decodeDatagram(Buffer.concat(encodeDatagram([group, body])))).toEqual([group, body]);
			}),
		);
	});

	it("is none when it is shorter than its group", () => {
		for (const datagram of [[], [1], [255, 1, 2], [3, 1, 2]]) expect(decodeDatagram(Buffer.from(datagram))).toBeUndefined();
	});

	it("is a message or none, whatever comes", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
				const message = decodeDatagram(Buffer.from(bytes));
				if (message !== undefined) expect(Buffer.concat(encodeDatagram(message))).toEqual(Buffer.from(bytes));
			}),
		);
	});
});

describe("the address of a datagram", () => {
	it("is read as it was printed", () => {
		const port = fc.integer({ min: 1, max: 65535 });
		fc.assert(
			fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), port, (address, number) => {
				expect(parseDatagramAddress(printDatagramAddress({ address, port: number }))).toEqual({ address, port: number });
			}),
		);
	});

	it("may end with a zero, as libzmq's does", () => {
		expect(parseDatagramAddress(Buffer.from("127.0.0.1:5\0"))).toEqual({ address: "127.0.0.1", port: 5 });
	});

	it("is one or none, whatever bytes are given", () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.uint8Array(),
					fc.string().map((text) => Buffer.from(`1.2.3.4:${text}`)),
				),
				(bytes) => {
					const found = parseDatagramAddress(bytes);
					expect(found === undefined || (found.port > 0 && found.port < 65536)).toBe(true);
				},
			),
		);
	});
});
