/**
 * The greeting of peers of every version, read by a socket that takes old versions and by one that does not, with and without
 * security. A part is a chunk.
 *
 * Whatever the chunks, the outcome must be the same; and a peer that was taken down to an old version was allowed to be.
 */
import { GreetingDecoder, ProtocolError } from "../core.ts";
import { must, type Parts, type Target } from "../target.ts";
import { greeting, greeting1, greeting2, openings, text, version } from "../wire.ts";

const READERS = [
	{ mechanism: "NULL", oldVersions: true },
	{ mechanism: "NULL", oldVersions: false },
	{ mechanism: "CURVE", oldVersions: false },
];

function read(chunks: Parts, { mechanism, oldVersions }: (typeof READERS)[number]): string {
	const decoder = new GreetingDecoder(mechanism, { oldVersions });
	let taken = 0;
	try {
		for (const chunk of chunks) {
			const most = decoder.push(chunk);
			must(most <= chunk.length, `it took ${most} bytes of ${chunk.length}`);
			taken += most;
			if (decoder.complete) break;
			must(most === chunk.length, "it left bytes of a greeting that is not complete");
		}
	} catch (error) {
		if (error instanceof ProtocolError) return error.reason;
		throw error;
	}
	must(taken <= 64, `it took ${taken} bytes`);
	if (!decoder.complete) return "incomplete";
	const { framing, unversioned, socketType, replay } = decoder;
	must(framing === 3 || oldVersions, "an old version was taken where none is allowed");
	must(unversioned || replay.length === 0, "a versioned peer has nothing to replay");
	const peer = framing === 3 ? JSON.stringify(decoder.peer()) : "";
	return `${framing} ${unversioned} ${socketType} ${taken} ${replay.toString("hex")} ${peer}`;
}

function run(parts: Parts): string {
	const whole = Buffer.concat(parts);
	const bytewise = Array.from(whole.subarray(0, 80), (byte) => Buffer.of(byte));
	const outcomes: string[] = [];
	for (const reader of READERS) {
		const outcome = read([whole], reader);
		for (const split of [parts, bytewise]) {
			const other = read(split, reader);
			must(other === outcome, `in ${split.length} chunks: ${other}; in one: ${outcome}`);
		}
		outcomes.push(outcome.split(" ", 2).join(" "));
	}
	return outcomes.join(" / ");
}

export const greetings: Target = {
	name: "greeting",
	level: "unit",
	seeds: () => [
		...openings("PUSH", 8),
		...["NULL", "PLAIN", "CURVE", "NULL\0x", "GSSAPI", "twenty-characters-ok"].map((mechanism) => [greeting(mechanism)]),
		[version(2, 0)],
		[version(255, 255)],
		[greeting2(200)],
		[greeting1("a".repeat(253))],
		[text("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
		[Buffer.alloc(64, 0xff)],
		[Buffer.alloc(64)],
	],
	open: () => ({ run }),
};
