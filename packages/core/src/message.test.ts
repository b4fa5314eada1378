/**
 * What can be sent as a frame, and what it becomes.
 */
import { describe, expect, it } from "vitest";
import { type MessageLike, toMessage } from "./message.ts";

describe("a message", () => {
	it("is made of bytes, text, numbers and null, every frame a Buffer", () => {
		const frames = toMessage([
			Buffer.from([1]),
			new Uint8Array([2]),
			new Uint8Array([3]).buffer,
			new SharedArrayBuffer(2),
			"é",
			"",
			1.5,
			null,
		]);
		expect(frames.every(Buffer.isBuffer)).toBe(true);
		expect(frames).toEqual(["01", "02", "03", "0000", "c3a9", "", "312e35", ""].map((hex) => Buffer.from(hex, "hex")));
	});

	it("may be a single frame", () => {
		expect(toMessage("x")).toEqual([Buffer.from("x")]);
	});

	it("does not copy bytes, and takes exactly what a view shows", () => {
		const bytes = new Uint8Array([0, 1, 2, 3]);
		const [frame] = toMessage(bytes.subarray(1, 3));
		bytes[1] = 9;
		expect(frame).toEqual(Buffer.from([9, 2]));
		const [words] = toMessage(new Uint16Array([0x0101, 0x0202]).subarray(1));
		expect(words).toEqual(Buffer.from([2, 2]));
	});

	it("never is the array that was given", () => {
		const given = [Buffer.from("a"), Buffer.from("b")];
		const message = toMessage(given);
		message.shift();
		expect(given.length).toBe(2);
	});

	it.each([[[]], [undefined], [{}], [[["nested"]]], [true], [10n], [Symbol("x")], [() => {}], [new Date(0)]])("is not %o", (content) => {
		expect(() => toMessage(content as MessageLike)).toThrowError(expect.objectContaining({ code: "EINVAL" }));
	});
});
