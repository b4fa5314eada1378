/**
 * The aggregator as an actor: facts in, totals out. One of them, on the main thread, where the pipeline ends; folding a file
 * costs a few microseconds, so it never slows the parsers.
 */
import { defineActor } from "@zloom/runtime";
import type { FileFacts } from "./file-facts.ts";
import { Fold, type FoldedTotals } from "./fold.ts";

export const Aggregator = defineActor(import.meta, "CensusAggregator", () => {
	const fold = new Fold();
	return {
		add(facts: readonly FileFacts[]): void {
			for (const file of facts) fold.add(file);
		},
		totals(): FoldedTotals {
			return fold.totals();
		},
	};
});
