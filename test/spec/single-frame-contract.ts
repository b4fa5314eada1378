/**
 * What the RFCs of the thread-safe types (48, 49, 51, 52) say alike: a message is one frame, and one call moves it.
 */
import type { Content } from "@zloom/core";
import { expect } from "vitest";
import type { SpecTransport } from "./clause.ts";
import { covers } from "./covers.ts";
import { type Receiver, type Sender, sendSurely, textOf } from "./ends.ts";
import { EVERY, SCRIPTED } from "./pattern-clauses.ts";
import { enter } from "./script-peer.ts";

/** Makes two ends that are connected, and of which the first can send to the second. */
export type Join = (transport: SpecTransport) => Promise<[Sender, Receiver]>;

const EINVAL = expect.objectContaining({ code: "EINVAL" });
const TWO: Content = ["part", "part"];

/** @param ids that there are no messages of several parts, and that none is sent */
export function hasOnePart(ids: readonly string[], join: Join, transports = EVERY): void {
	covers(ids, { transports }, "a message of several parts is refused, and nothing of it is sent", async (transport) => {
		const [own, peer] = await join(transport);
		await expect(own.send(TWO)).rejects.toEqual(EINVAL);
		expect(() => own.trySend(TWO)).toThrowError(EINVAL);
		await expect(own.sendMany?.([TWO])).rejects.toEqual(EINVAL);
		await sendSurely(own, "one part");
		const received = await peer.receive();
		expect([received.length, textOf(received)]).toEqual([1, "one part"]);
	});
}

export function movesWholeMessages(ids: readonly string[], join: Join, transports = EVERY): void {
	covers(ids, { transports }, "sends and receives that overlap each move one message whole, in order", async (transport) => {
		const [own, peer] = await join(transport);
		const count = 50;
		const receiving = Array.from({ length: count }, () => peer.receive());
		await Promise.all(Array.from({ length: count }, (_, number) => own.send(`${number}`)));
		expect((await Promise.all(receiving)).map(textOf)).toEqual(Array.from({ length: count }, (_, number) => `${number}`));
	});
}

/** @param bind makes the end under test, bound; @param peerType what the script says that it is */
export function dropsParts(ids: readonly string[], peerType: string, bind: (transport: SpecTransport) => Promise<Receiver>): void {
	covers(ids, { transports: SCRIPTED }, "of what a peer sends in several parts nothing is received", async (transport) => {
		const own = await bind(transport);
		const peer = await enter(own.socket.lastEndpoint, peerType);
		for (const parts of [["before"], ["part", "part"], ["part", "part", "part"], ["", "part"], ["part", ""], ["after"]])
			peer.send(...parts);
		for (const text of ["before", "after"]) expect((await own.receive()).map(String)).toEqual([text]);
		expect(own.tryReceive()).toBe(undefined);
	});
}
