/**
 * The parser as an actor: a portion of files in, their facts out. It has no state, so any number of them work side by side.
 * A file comes with its content when the parser is on another node; on a thread of the same process it comes with its path,
 * and reading it here keeps the main thread free.
 *
 * The parser proper is loaded in the setup: who only names this actor, as the main thread does, must not pay for it.
 */
import { defineActor } from "@zloom/runtime";
import type { FileFacts } from "./file-facts.ts";
import type { FoundFile } from "./found-file.ts";
import { Garbage } from "./garbage.ts";
import { heldBytesMax, lookAtHeapEveryBytes } from "./limits.ts";
import { readForParsing } from "./read-file.ts";

export interface ParseItem extends FoundFile {
	/** The content, or the absolute path to read it from. */
	readonly source: Uint8Array | string;
}

export const Parser = defineActor(import.meta, "CensusParser", async () => {
	const { parseFile } = await import("./parse-file.ts");
	const { warmUp } = await import("./warm-up.ts");
	warmUp(parseFile);
	const garbage = new Garbage({ lookEveryBytes: lookAtHeapEveryBytes, heldBytesMax });

	function factsOf({ source, path, index, kind }: ParseItem): FileFacts {
		const file = { path, index, kind };
		if (typeof source !== "string") return parseFile(file, source);
		const read = readForParsing(file, source);
		return "facts" in read ? read.facts : parseFile(file, read.content);
	}

	function process(items: readonly ParseItem[]): FileFacts[] {
		return items.map((item) => {
			const facts = factsOf(item);
			garbage.parsed(facts.bytes);
			return facts;
		});
	}
	return { process };
});
