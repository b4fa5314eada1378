/**
 * Peers that subscribe to more than memory should hold lose their connection, and the other end of the pipe can tell why; what waits
 * for the owner of an XPUB is bounded in bytes too.
 */
import { describe, expect, it } from "vitest";
import { GROUP_BYTES_MAX, NOTICES_BYTES_MAX, NOTICES_MAX, TOPIC_BYTES_MAX } from "../limits.ts";
import { type Pipe, pipePair } from "../pipe/pipe.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import type { Pattern, PatternHost } from "./pattern.ts";
import { PubPattern } from "./pub.ts";
import { RadioPattern } from "./radio.ts";
import { XPubPattern } from "./xpub.ts";

const HOST: PatternHost = { onReadable() {}, onWritable() {}, onDetached() {} };
const PUB = { noDrop: false, invertMatching: false };
const XPUB: ConstructorParameters<typeof XPubPattern>[1] = {
	...PUB,
	...{ verbosity: null, manual: false, manualLastValue: false, welcomeMessage: null, onlyFirstSubscribe: false },
};

/** The transport's end of a new peer. */
function peerOf(pattern: Pattern): Pipe {
	const [near, far] = pipePair({ forward: 0, backward: 0 });
	pattern.attach(near);
	return far;
}

const PATTERNS: [string, () => Pattern, number][] = [
	["PUB", () => new PubPattern(HOST, PUB), TOPIC_BYTES_MAX],
	["PUB that counts", () => new PubPattern(HOST, { ...PUB, countSubscriptions: true }), TOPIC_BYTES_MAX],
	["XPUB", () => new XPubPattern(HOST, XPUB), TOPIC_BYTES_MAX],
	["XPUB with manual", () => new XPubPattern(HOST, { ...XPUB, manual: true }), TOPIC_BYTES_MAX],
	["RADIO", () => new RadioPattern(HOST), GROUP_BYTES_MAX],
];

describe.each(PATTERNS)("%s", (_name, make, bytesMax) => {
	it("ends the connection of a peer whose topic is too long, and says why", () => {
		const pattern = make();
		const far = peerOf(pattern);
		far.tryWrite([Buffer.alloc(1 + bytesMax, 1)]);
		expect([far.closed, far.closedBecause]).toEqual([false, undefined]);
		far.tryWrite([Buffer.alloc(2 + bytesMax, 1)]);
		expect([far.closed, pattern.pipeCount]).toEqual([true, 0]);
		expect(far.closedBecause).toBeInstanceOf(ProtocolError);
		expect(far.closedBecause?.message).toContain(`${bytesMax + 1} bytes`);
	});

	it("gives no reason to a peer that did nothing wrong", () => {
		const pattern = make();
		const far = peerOf(pattern);
		pattern.close({ discard: true });
		expect([far.closed, far.closedBecause]).toEqual([true, undefined]);
	});
});

describe("XPUB", () => {
	it("reads no subscriber while much waits for its owner, and goes on when that was received", () => {
		const xpub = new XPubPattern(HOST, { ...XPUB, verbosity: "allSubs" });
		const far = peerOf(xpub);
		const topic = Buffer.alloc(1 + TOPIC_BYTES_MAX, 1);
		const count = Math.ceil(NOTICES_BYTES_MAX / topic.length) + 100;
		expect(count).toBeLessThan(NOTICES_MAX / 2);
		for (let i = 0; i < count; i++) far.tryWrite([topic]);
		expect(far.outboundLength).toBeGreaterThan(0);
		let received = 0;
		while (xpub.tryReceive() !== undefined) received += 1;
		expect([received, far.outboundLength]).toEqual([count, 0]);
	});

	it("keeps nothing of a peer that subscribes to too much in one message of several frames", () => {
		const xpub = new XPubPattern(HOST, { ...XPUB, manual: true });
		const far = peerOf(xpub);
		far.tryWrite([Buffer.from("\x01a"), Buffer.alloc(2 + TOPIC_BYTES_MAX, 1), Buffer.from("\x01b")]);
		expect(far.closed).toBe(true);
		const notices: string[] = [];
		for (let notice = xpub.tryReceive(); notice !== undefined; notice = xpub.tryReceive()) notices.push(String(notice[0]));
		expect(notices).toEqual(["\x01a", "\x00a"]);
	});
});
