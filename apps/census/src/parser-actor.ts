/**
 * The parser as an actor: a portion of files in, their facts out. It has no state, so any number of them work side by side.
 * A file comes with its content when the parser is on another node; on a thread of the same process it comes with its path,
 * and reading it here keeps the main thread free.
 */
import { defineActor } from "@zloom/runtime";
import type { FileFacts } from "./file-facts.ts";
import { type FoundFile, parseFile } from "./parse-file.ts";
import { readForParsing } from "./read-file.ts";

export interface ParseItem extends FoundFile {
	/** The content, or the absolute path to read it from. */
	readonly source: Uint8Array | string;
}

export const Parser = defineActor(import.meta, "CensusParser", () => ({
	process(items: readonly ParseItem[]): FileFacts[] {
		return items.map(factsOf);
	},
}));

function factsOf(item: ParseItem): FileFacts {
	const { source, path, index, kind } = item;
	const file = { path, index, kind };
	if (typeof source !== "string") return parseFile(file, source);
	const read = readForParsing(file, source);
	return "facts" in read ? read.facts : parseFile(file, read.content);
}
