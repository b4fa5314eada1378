/**
 * Every example is run as its reader would run it, and must print what it promises and end by itself.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { run, SOURCES } from "./run-example.ts";

/** What each program prints. Modules that only define actors are used by a program, and not in this table. */
const PRINTS: Record<string, RegExp> = {
	"main.ts": /^most frequent: \[ \[ 'not', 1 \] \]\nnot 1\nended: stopped\n$/,
	"offload.ts": /^primes below 1000: 168, below 100: 25\nbelow 200 million: ERR_CANCELLED\non a thread of its own, asked 0 times\n$/,
	"pipeline.ts": /^longest words: question, fortune, troubles\n$/,
	"push-pull.ts": /^sum of the squares from 1 to 100: 338350\n$/,
	"supervised.ts": /^on the shelf: a lamp\non the new shelf: nothing\nended: stopped\n$/,
	"two-nodes.ts":
		/^inproc:\/\/counter counted "the" 2 times\ntcp:\/\/127\.0\.0\.1\/counter counted "the" 2 times\nthe node has 1 thread\n$/,
	"web-streams.ts": /^Ada: HELLO\nAda: STREAMS\nthe pipe ended with AbortError\n$/,
	"moving/one-import.ts": /^ada asks 1: hello\nanswer 1: hello yourself\nSocket is busy reading; only one receive .*\nEAGAIN\n$/,
	"moving/all-the-way.ts": /^ada of team blue asks 1: hello\nanswer 1: hello yourself\nEAGAIN\nABORT_ERR\nsent\nEBADF\nreceived 4\n$/,
	"patterns/back-pressure.ts": /^no-peer\nfull after 5 messages\nreceived 6\n$/,
	"patterns/channel.ts": /^from left\nfrom right\nEINVAL\n$/,
	"patterns/client-server.ts": /^I am Ada\nto Ada \/ to Grace\nAda left\nEHOSTUNREACH\n$/,
	"patterns/exclusive-pair.ts": /^the worker is ready\nheard one\nheard two\nstopped\n$/,
	"patterns/monitoring.ts":
		/^a PUSH called ada says hello\nthe connection is lost\ntrying again in \d+ ms or a little more\nconnected again\n$/,
	"patterns/peer.ts": /^hello Grace\? Hello Ada! \(from whom it was sent to\)\nAda has left\n$/,
	"patterns/proxy.ts": /^1 doubled: 2\n21 doubled: 42\nasked 2, answered 2, captured 4\n$/,
	"patterns/publish-subscribe.ts": /^subscribed to rain\.\nrain\.oslo: 3 mm\nrain\.rome: 0 mm\n$/,
	"patterns/radio-dish.ts": /^weather: sunny\nsport: 0:0\n$/,
	"patterns/request-reply.ts": /^no answer in time, asking again\nhello Ada\n$/,
	"patterns/router-dealer.ts": /^2: third answered\n1: second answered\n0: first answered\ngrace: EHOSTUNREACH\n$/,
	"patterns/scatter-gather.ts": /^a did fold, a did wash, b did dry, b did iron\n$/,
	"patterns/stream.ts": /^200 you asked for \/tea\n$/,
};

/** What a program says on stderr, where it is told on purpose: an actor that fails says so there. */
const SAYS: Record<string, RegExp> = {
	"supervised.ts": /(?=[\s\S]*\[inproc:\/\/shelf\] failed: Error: the shelf broke)[\s\S]*starts "shelf" again by restForOne/,
};

describe("the examples", () => {
	it.each(Object.entries(PRINTS))("%s prints what it promises and ends by itself", async (program, prints) => {
		const { code, stdout, stderr } = await run(program);
		expect([stderr, code]).toEqual([expect.stringMatching(SAYS[program] ?? /^$/), 0]);
		expect(stdout).toMatch(prints);
	});

	it("are all in the table, or modules of one that is", () => {
		const programs = Object.keys(PRINTS);
		const texts = programs.map((program) => readFileSync(new URL(program, SOURCES), "utf8"));
		const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
		const unused = files
			.map((name) => name.replaceAll("\\", "/"))
			.filter((file) => !programs.includes(file) && !texts.some((text) => text.includes(`"./${file}"`)));
		expect(unused).toEqual([]);
	});
});
