/**
 * Messages that a pattern makes by itself, over bare pipes: what they cost when nobody reads.
 */
import { expect, it } from "vitest";
import { HICCUP_INBOUND_MAX } from "../limits.ts";
import { pipePair } from "../pipe/pipe.ts";
import { DealerPattern } from "./dealer.ts";
import type { PatternHost } from "./pattern.ts";
import { RouterPattern } from "./router.ts";

const HOST: PatternHost = { onReadable() {}, onWritable() {}, onDetached() {} };

it("a connection that breaks over and over while nobody reads fills no memory", () => {
	const dealer = new DealerPattern(HOST, { hiccupMessage: Buffer.from("hiccup") });
	const [near, far] = pipePair({ forward: 0, backward: 1 });
	dealer.attach(near);
	for (let i = 0; i < HICCUP_INBOUND_MAX + 100; i++) far.hiccup();
	expect(near.inboundLength).toBe(HICCUP_INBOUND_MAX);
	expect(dealer.tryReceive()?.map(String)).toEqual(["hiccup"]);
});

it("what a receiver does to such a message changes no later one", () => {
	const router = new RouterPattern(HOST, { mandatory: false, handover: false, disconnectMessage: Buffer.from("gone") });
	for (let i = 0; i < 2; i++) {
		const [near, far] = pipePair({ forward: 0, backward: 0 });
		router.attach(near);
		far.close();
		const message = router.tryReceive()?.[1] as Buffer;
		expect(String(message)).toBe("gone");
		message.fill(0);
	}
});
