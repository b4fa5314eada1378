/**
 * The work in portions: first the largest files, each alone, then all others in the order of the walk, packed up to
 * `batchBytes`. Lazy: the next portion is made when a parser wants it, so back-pressure reaches the walk.
 */
import { batchBytes, batchFilesMax } from "./limits.ts";
import { type Survey, sizeOf } from "./survey.ts";
import { type WalkedFile, walk } from "./walk.ts";

export interface Batch {
	readonly files: readonly WalkedFile[];
	/** As surveyed or stat'ed; for progress. */
	readonly bytes: number;
}

export function* batches(surveyed: Survey): Generator<Batch> {
	const sent = new Set<string>();
	for (const file of surveyed.large) {
		sent.add(file.absolute);
		yield { files: [file], bytes: file.bytes };
	}
	let files: WalkedFile[] = [];
	let bytes = 0;
	for (const file of walk(surveyed.roots)) {
		if (sent.has(file.absolute)) continue;
		const size = sizeOf(file.absolute);
		if (files.length > 0 && (bytes + size > batchBytes || files.length === batchFilesMax)) {
			yield { files, bytes };
			files = [];
			bytes = 0;
		}
		files.push(file);
		bytes += size;
	}
	if (files.length > 0) yield { files, bytes };
}
