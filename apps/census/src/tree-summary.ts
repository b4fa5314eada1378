/**
 * What a piece of a syntax tree holds, when the piece itself is gone: a plain value that is added to the summary of whatever
 * encloses it. Depths are relative to the piece, lines are those of the file.
 *
 * The order of addition decides only between equals: of two functions as long that begin in one line the one added first
 * stays, and packages keep the order in which they were met.
 */
import type { TreeFacts } from "./file-facts.ts";
import { importedNamesPerFileMax, textLengthMax } from "./limits.ts";
import { ownText } from "./own-text.ts";

export interface TreeSummary {
	functions: number;
	classes: number;
	/** Functions, classes and block statements inside one another, at most. */
	depth: number;
	/** The longest function: lines (0: there is none), its first line counted from 0, its name. */
	longestLines: number;
	longestLine: number;
	longestName: string;
	/** `lengths[b]`: functions of 2^b up to 2^(b+1) - 1 lines; undefined while there are none. */
	lengths: number[] | undefined;
	importsWithin: number;
	/** Places that import a package, by its name; undefined while there are none. */
	imports: Map<string, number> | undefined;
	/** The parser found something wrong in the piece. */
	hasError: boolean;
}

export function emptySummary(): TreeSummary {
	return {
		functions: 0,
		classes: 0,
		depth: 0,
		longestLines: 0,
		longestLine: 0,
		longestName: "",
		lengths: undefined,
		importsWithin: 0,
		imports: undefined,
		hasError: false,
	};
}

/** Adds what a piece holds that lies `depth` levels deep in `whole`. */
export function addSummary(whole: TreeSummary, piece: TreeSummary, depth: number): void {
	if (piece.depth + depth > whole.depth) whole.depth = piece.depth + depth;
	if (piece.hasError) whole.hasError = true;
	whole.classes += piece.classes;
	whole.importsWithin += piece.importsWithin;
	if (piece.imports !== undefined) for (const [name, count] of piece.imports) addImport(whole, name, count);
	if (piece.lengths === undefined) return;
	whole.functions += piece.functions;
	for (let bucket = 0; bucket < piece.lengths.length; bucket++) addLength(whole, bucket, piece.lengths[bucket] as number);
	if (isLonger(whole, piece.longestLines, piece.longestLine)) {
		whole.longestLines = piece.longestLines;
		whole.longestLine = piece.longestLine;
		whole.longestName = piece.longestName;
	}
}

/** Whether a function of so many lines is to stand for the whole. */
export function isLonger(whole: TreeSummary, lines: number, line: number): boolean {
	return lines > whole.longestLines || (lines === whole.longestLines && line < whole.longestLine);
}

export function addLength(whole: TreeSummary, bucket: number, count: number): void {
	whole.lengths ??= [];
	while (whole.lengths.length <= bucket) whole.lengths.push(0);
	whole.lengths[bucket] = (whole.lengths[bucket] as number) + count;
}

export function addImport(whole: TreeSummary, name: string, count: number): void {
	whole.imports ??= new Map();
	whole.imports.set(name, (whole.imports.get(name) ?? 0) + count);
}

/** The summary of a whole file as the facts that travel; capped, and sharing no memory with the source. */
export function factsOf(summary: TreeSummary): TreeFacts {
	const { functions, classes, depth, longestLines, longestLine, longestName, lengths, importsWithin, imports } = summary;
	return {
		functions,
		classes,
		depth,
		longest:
			longestLines === 0 ? undefined : { name: ownText(longestName.slice(0, textLengthMax)), line: longestLine + 1, lines: longestLines },
		functionLengths: lengths ?? [],
		importsWithin,
		imports: [...(imports ?? [])].slice(0, importedNamesPerFileMax).map(([name, count]) => [ownText(name), count]),
	};
}
