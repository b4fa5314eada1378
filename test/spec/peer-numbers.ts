/**
 * What RFC 41 and 51 say of routing ids as numbers, at their end: a socket counts its peers from a random start, so it takes the
 * pattern itself, with a start of our choice, to see what comes after the last number. Pipes within a thread are what inproc is.
 */
import { expect } from "vitest";
import { routingIdFrame, ServerPattern } from "../../packages/core/src/pattern/server.ts";
import { pipePair } from "../../packages/core/src/pipe/pipe.ts";
import { covers } from "./covers.ts";

const LAST = 2 ** 32 - 1;

/** A new peer; the id with which its message comes. */
function idOfNew(pattern: ServerPattern, given?: number): number {
	const [end, far] = pipePair({ forward: 1, backward: 1 });
	if (given !== undefined) end.givenRoutingId = routingIdFrame(given);
	expect(pattern.attach(end)).toBe(true);
	far.tryWrite([Buffer.from("hello")]);
	return Buffer.from(pattern.tryReceive()?.[0] ?? []).readUInt32BE(0);
}

/** @param ids that routing ids are numbers from 1 to 2^32 - 1, and that no two peers have the same */
export function numbersItsPeers(ids: readonly string[]): void {
	covers(ids, { transports: ["inproc"] }, "after the last number comes the first that no peer has, and never 0", () => {
		const pattern = new ServerPattern({ onReadable() {}, onWritable() {}, onDetached() {} }, {}, LAST - 1);
		// As for who connects and is told the id before its peer is there.
		expect(idOfNew(pattern, 1)).toBe(1);
		expect([idOfNew(pattern), idOfNew(pattern), idOfNew(pattern), idOfNew(pattern)]).toEqual([LAST - 1, LAST, 2, 3]);
	});
}
