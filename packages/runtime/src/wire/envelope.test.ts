import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
	clearNodes,
	Flag,
	fieldA,
	fieldB,
	fromActor,
	fromNode,
	fromThread,
	KIND_MAX,
	Kind,
	methodOf,
	readHeader,
	requestOf,
	setFromNode,
	toActor,
	toNode,
	toThread,
	writeHeader,
} from "./envelope.ts";

const FIELDS = {
	kind: Kind.STREAM,
	flags: Flag.TAGGED,
	toNode: 1,
	toThread: 2,
	toActor: 3,
	fromThread: 5,
	fromActor: 6,
	request: 0xffff_ffff,
	a: 8,
	b: 0xffff_fffe,
	method: "größe",
};

test("every field is read as it was written", () => {
	const header = readHeader([writeHeader(FIELDS)]);
	expect([
		header[1],
		header[2],
		toNode(header),
		toThread(header),
		toActor(header),
		fromNode(header),
		fromThread(header),
		fromActor(header),
	]).toEqual([3, 2, 1, 2, 3, 0, 5, 6]);
	expect([requestOf(header), fieldA(header), fieldB(header), methodOf(header)]).toEqual([0xffff_ffff, 8, 0xffff_fffe, "größe"]);
});

test("between nodes both node fields are 0; what comes in is marked with the link it came by", () => {
	const header = readHeader([writeHeader(FIELDS)]);
	setFromNode(header, 7);
	expect([toNode(header), fromNode(header)]).toEqual([0, 7]);
	clearNodes(header);
	expect([toNode(header), fromNode(header)]).toEqual([0, 0]);
});

test("what is no header is refused", () => {
	const good = writeHeader(FIELDS);
	expect(() => readHeader([])).toThrow(/40 bytes/);
	expect(() => readHeader([good.subarray(0, 39)])).toThrow(/40 bytes/);
	expect(() => readHeader([Buffer.concat([Buffer.from([2]), good.subarray(1)])])).toThrow(/version 2/);
	for (const kind of [0, KIND_MAX + 1, 255])
		expect(() => readHeader([Buffer.concat([Buffer.from([1, kind]), good.subarray(2)])])).toThrow(/kind/);
	expect(() => readHeader([Buffer.concat([good, Buffer.alloc(256, 97)])])).toThrow(/method name/);
});

test("a header may be any Uint8Array, and is not copied", () => {
	const bytes = new Uint8Array(writeHeader({ kind: Kind.TELL, method: "x" }));
	const header = readHeader([bytes]);
	setFromNode(header, 9);
	expect(bytes[19]).toBe(9);
});

test("the example of docs/PROTOCOL.md is what is written", () => {
	const text = readFileSync(new URL("../../../../docs/PROTOCOL.md", import.meta.url), "utf8");
	const bytesOf = (kind: string): string | undefined =>
		new RegExp(`^ {4}${kind} +([0-9a-f ]+)\\|`, "m").exec(text)?.[1]?.replaceAll(" ", "");
	expect(writeHeader({ kind: Kind.ASK, toThread: 1, toActor: 3, request: 7, a: 30_000, method: "get" }).toString("hex")).toBe(
		bytesOf("ASK"),
	);
	expect(writeHeader({ kind: Kind.REPLY, fromThread: 1, request: 7 }).toString("hex")).toBe(bytesOf("REPLY"));
});

test("docs/PROTOCOL.md lists every kind with its number", () => {
	const text = readFileSync(new URL("../../../../docs/PROTOCOL.md", import.meta.url), "utf8");
	for (const [name, number] of Object.entries(Kind)) expect(text).toContain(`| ${number} | ${name} |`);
});
