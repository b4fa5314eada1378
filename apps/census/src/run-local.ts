/**
 * `--threads 0`: the whole census on the main thread, without actors: the measure that the others are compared with, and
 * the proof that actors change nothing in the result.
 *
 * Installs no signal handler: nothing needs tidying up, and Ctrl-C ends the process in the middle of a file.
 */
import { setImmediate } from "node:timers/promises";
import { batches } from "./batches.ts";
import { Fold, type FoldedTotals } from "./fold.ts";
import { Garbage } from "./garbage.ts";
import { heldBytesMax, lookAtHeapEveryBytes } from "./limits.ts";
import { parseFile } from "./parse-file.ts";
import type { Progress } from "./progress.ts";
import { readForParsing } from "./read-file.ts";
import type { Survey } from "./survey.ts";
import { warmUp } from "./warm-up.ts";
import type { Work } from "./work.ts";

/** Begins nothing yet: there is no other thread to do it. */
export function begin(): Work {
	return { run };
}

async function run(surveyed: Survey, progress: Progress): Promise<FoldedTotals> {
	warmUp(parseFile);
	const garbage = new Garbage({ lookEveryBytes: lookAtHeapEveryBytes, heldBytesMax });
	const fold = new Fold();
	for (const batch of batches(surveyed)) {
		for (const file of batch.files) {
			const read = readForParsing(file, file.absolute);
			const facts = "facts" in read ? read.facts : parseFile(file, read.content);
			fold.add(facts);
			garbage.parsed(facts.bytes);
		}
		progress.advance(batch.files.length, batch.bytes);
		// The progress bar draws from a timer.
		await setImmediate();
	}
	return fold.totals();
}
