/**
 * Replays every input of the corpus, and shows that the fuzzer finds what is broken and comes to an end where nothing is.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { corpusTargets, encodeEntry, readCorpus } from "./corpus.ts";
import { fuzz } from "./fuzzer.ts";
import type { Parts, Subject } from "./target.ts";
import { CANARIES, TARGETS } from "./targets.ts";

/** 2 s where nothing else runs. */
const HANG_TICKS = 200;
/** More than a canary takes. */
const MUTANTS_MAX = 100_000;

describe.each(TARGETS)("the corpus of $name", (target) => {
	let subject: Subject;
	beforeAll(async () => {
		subject = await target.open();
	});
	afterAll(async () => {
		await subject.close?.();
	});

	test("begins with seeds that end as they may", async () => {
		for (const parts of target.seeds()) await subject.run(parts);
	});

	const cases = readCorpus(target.name);
	test.each(cases)("ends as it may: $what", async ({ parts, expect: outcome }) => {
		const got = await subject.run(parts);
		if (outcome !== undefined) expect(got).toBe(outcome);
	});
});

describe("the fuzzer", () => {
	test("has a target for every folder of the corpus", () => {
		const names = TARGETS.map(({ name }) => name);
		for (const folder of corpusTargets()) expect(names).toContain(folder);
	});

	test.each(CANARIES)("finds what is broken on purpose in $name", async (target) => {
		const { finding, runs } = await fuzz(target, { seed: 1, mutantsMax: MUTANTS_MAX, ticksMax: HANG_TICKS });
		expect(finding, `after ${runs} runs`).toBeDefined();
		expect(finding?.error.name).toBe("Violation");
	});

	test("finds the same with the same seed, input for input", async () => {
		const inputs = async (seed: number): Promise<string> => {
			const seen: Parts[] = [];
			const target = TARGETS.find(({ name }) => name === "frames");
			if (target === undefined) throw new Error("there is no target frames");
			await fuzz(target, { seed, mutantsMax: 300, onRun: (parts) => seen.push(parts) });
			return seen.map((parts) => encodeEntry({ what: "", parts })).join("");
		};
		expect(await inputs(7)).toBe(await inputs(7));
		expect(await inputs(7)).not.toBe(await inputs(8));
	});

	test("makes an input small while it still fails", async () => {
		const [target] = CANARIES;
		if (target === undefined) throw new Error("there is no canary");
		const { finding } = await fuzz(target, { seed: 3, mutantsMax: MUTANTS_MAX });
		const bytes = finding?.parts.reduce((sum, part) => sum + part.length, 0);
		expect(bytes).toBeLessThan(200);
	});
});
