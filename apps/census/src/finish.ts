/**
 * Completes folded totals with what only the main thread knows: the folders that could not be listed, and the paths of the
 * few duplicates that are listed, found again by their place in the walk.
 */
import type { FoldedTotals } from "./fold.ts";
import type { Survey } from "./survey.ts";
import type { Totals } from "./totals.ts";
import { walk } from "./walk.ts";

export function finish(folded: FoldedTotals, surveyed: Survey): Totals {
	const paths = new Map<number, string>(folded.duplicates.largest.map((row) => [row.firstIndex, "(gone since)"]));
	const last = Math.max(-1, ...paths.keys());
	if (last >= 0) {
		for (const file of walk(surveyed.roots)) {
			if (paths.has(file.index)) paths.set(file.index, file.path);
			if (file.index >= last) break;
		}
	}
	const largest = folded.duplicates.largest.map(({ firstIndex, copies, bytes }) => ({ path: paths.get(firstIndex) ?? "", copies, bytes }));
	return { ...folded, duplicates: { ...folded.duplicates, largest }, unreadableFolders: surveyed.unreadableFolders };
}
