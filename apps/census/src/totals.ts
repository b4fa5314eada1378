/**
 * The result of a census, as `--json` prints it: keys sorted, and nothing in it that depends on how the work was done (no
 * times, no threads, no endpoints). Lists are capped; "caps" says where.
 */
import type { FileKind } from "./file-kind.ts";

export interface KindTotals {
	files: number;
	bytes: number;
	lines: number;
	functions: number;
	classes: number;
}

export interface Trouble<Row> {
	/** Complete, however long the list below is. */
	readonly files: number;
	/** The first `caps.troubleRows` by path. */
	readonly listed: readonly Row[];
}

export interface DuplicateGroup {
	/** The first of them in the order of the walk. */
	readonly path: string;
	readonly copies: number;
	/** Of one copy. */
	readonly bytes: number;
}

export interface Totals {
	readonly files: number;
	readonly bytes: number;
	readonly lines: number;
	readonly functions: number;
	readonly classes: number;
	readonly kinds: Partial<Record<FileKind, KindTotals>>;
	readonly longestFunctions: readonly { path: string; line: number; lines: number; name: string }[];
	/** `functionLengths[b]`: functions of 2^b up to 2^(b+1) - 1 lines. */
	readonly functionLengths: readonly number[];
	/** `fileSizes[b]`: files of 2^b up to 2^(b+1) - 1 bytes; empty files are in the first. */
	readonly fileSizes: readonly number[];
	readonly largestFiles: readonly { path: string; bytes: number }[];
	readonly nesting: {
		readonly deepest: number;
		/** `files[d]`: files whose deepest place is d levels deep; the last entry gathers all that are deeper. */
		readonly files: readonly number[];
		readonly listed: readonly { path: string; depth: number }[];
	};
	readonly imports: {
		/** Places that import a module of the same package. */
		readonly within: number;
		/** Places that import a package. */
		readonly packages: number;
		readonly distinct: number;
		/** True when more than `caps.importedNames` distinct names were met: then `distinct` and `mostUsed` speak of a sample. */
		readonly sampled: boolean;
		readonly mostUsed: readonly { name: string; count: number }[];
	};
	readonly duplicates: {
		/** Contents that more than one file has. */
		readonly contents: number;
		/** Files that repeat another's content, not counting the first of each. */
		readonly files: number;
		readonly bytes: number;
		readonly largest: readonly DuplicateGroup[];
		/** False when the tree has more than `caps.hashedFiles` files: those beyond were not compared. */
		readonly complete: boolean;
	};
	readonly unparsable: Trouble<{ path: string; line: number; column: number; message: string }>;
	readonly tooLarge: Trouble<{ path: string; bytes: number }>;
	readonly unreadable: Trouble<{ path: string; code: string }>;
	readonly unreadableFolders: { readonly count: number; readonly listed: readonly { path: string; code: string }[] };
	readonly caps: {
		readonly hashedFiles: number;
		readonly importedNames: number;
		readonly importedNamesPerFile: number;
		readonly parseBytes: number;
		readonly topRows: number;
		readonly troubleRows: number;
	};
}

/** One JSON text for one result: keys in code-unit order at every level. */
export function printTotals(totals: Totals): string {
	return `${JSON.stringify(sorted(totals), undefined, "\t")}\n`;
}

function sorted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sorted);
	if (typeof value !== "object" || value === null) return value;
	const record = value as Record<string, unknown>;
	return Object.fromEntries(
		Object.keys(record)
			.sort()
			.map((key) => [key, sorted(record[key])]),
	);
}
