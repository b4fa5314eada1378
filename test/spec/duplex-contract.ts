/**
 * What the RFCs say alike of every type that sends and receives: two queues for each peer that know nothing of each other.
 */
import { expect } from "vitest";
import type { SpecTransport } from "./clause.ts";
import { covers } from "./covers.ts";
import { expectNumbers, fill, type Receiver, type Sender, textOf } from "./ends.ts";
import { EVERY } from "./pattern-clauses.ts";

export type Both = Sender & Receiver;

/** @param join makes a socket under test and its peer, with marks of 2, each able to send to the other */
export function hasTwoQueues(ids: readonly string[], join: (transport: SpecTransport) => Promise<[Both, Both]>): void {
	covers(ids, { transports: EVERY }, "one direction being full does not hold up the other", async (transport) => {
		const [own, peer] = await join(transport);
		const outbound = await fill(own);
		expect(peer.trySend("against the stream")).toBe("sent");
		expect(textOf(await own.receive())).toBe("against the stream");
		const inbound = await fill(peer);
		expect(Math.min(outbound, inbound)).toBeGreaterThan(0);
		await expectNumbers(peer, outbound);
		await own.send("with the stream");
		expect(textOf(await peer.receive())).toBe("with the stream");
		await expectNumbers(own, inbound);
	});
}
