/**
 * Subscriptions as commands and back, octet by octet, and what is no subscription.
 */
import { describe, expect, it } from "vitest";
import type { SocketTypeName } from "../socket-type.ts";
import { headed } from "../wire/frame.ts";
import { upstreamHead, upstreamMessage } from "./upstream.ts";

const b = (text: string) => Buffer.from(text, "latin1");

const KINDS: readonly (readonly [from: SocketTypeName, to: SocketTypeName, first: string, command: string])[] = [
	["SUB", "PUB", "\x01", "\x09SUBSCRIBE"],
	["XSUB", "XPUB", "\x00", "\x06CANCEL"],
	["DISH", "RADIO", "\x01", "\x04JOIN"],
	["DISH", "RADIO", "\x00", "\x05LEAVE"],
];

describe.each(KINDS)("from %s to %s", (from, to, first, command) => {
	it("a subscription is a command on the wire and a subscription again, whatever its topic", () => {
		for (const topic of ["", "a", "\x00\xff", "x".repeat(300)]) {
			const frame = b(first + topic);
			const body = headed(upstreamHead(from, true, [frame]) as Buffer, frame);
			expect(body.toString("latin1")).toBe(command + topic);
			expect(upstreamMessage(to, body)).toEqual([b(first + topic)]);
		}
	});

	it("nothing else is taken for one", () => {
		for (const body of ["", "\x04PING", "\x09SUBSCRIB", "\x06CANCE", "\x04JOI", "\x05LEAV", "\x09subscribe"])
			expect(upstreamMessage(to, b(body))).toBeUndefined();
		expect(upstreamMessage("PULL", b(`${command}a`))).toBeUndefined();
		for (const message of [[b("")], [b("\x02a")], [b("\x01a"), b("\x01b")]]) expect(upstreamHead(from, true, message)).toBeUndefined();
	});
});

it("what an XPUB passes on is a copy: its owner may keep it for as long as it likes", () => {
	for (const [type, shared] of [
		["PUB", true],
		["XPUB", false],
	] as const) {
		const chunk = b("\x09SUBSCRIBEtopic");
		const frame = upstreamMessage(type, chunk)?.[0];
		chunk.fill(0);
		expect(Buffer.from(frame ?? []).equals(b("\x01topic"))).toBe(!shared);
	}
});

it("peers of before ZMTP 3.1 get the message as it is", () => {
	expect(upstreamHead("SUB", false, [b("\x01a")])).toBeUndefined();
	expect(upstreamHead("DISH", false, [b("\x01a")])).toEqual(b("\x04JOIN"));
});
