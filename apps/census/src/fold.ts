/**
 * Folds the facts of files into totals. The order in which facts arrive does not matter: sums and maxima commute, lists have
 * total orders, and what is bounded is bounded by a rule on the fact itself (its place in the walk, the hash of a name),
 * never by who came first. So one thread, many threads and other nodes end with the same bytes. Pure; each file once.
 */
import { ContentTable } from "./content-table.ts";
import type { FileFacts, TreeFacts } from "./file-facts.ts";
import type { FileKind } from "./file-kind.ts";
import * as limits from "./limits.ts";
import { NameCounts } from "./name-counts.ts";
import { compareText, TopList } from "./top-list.ts";
import type { DuplicateGroup, KindTotals, Totals } from "./totals.ts";

/** Deeper files share the last column of the nesting histogram. */
const depthColumns = 33;

/** Totals with places in the walk where paths will stand: what travels from the aggregator; finish.ts completes it. */
export type FoldedTotals = Omit<Totals, "duplicates" | "unreadableFolders"> & {
	readonly duplicates: Omit<Totals["duplicates"], "largest"> & {
		/** Paths are not kept for half a million files: the walk finds those of these few again. */
		readonly largest: readonly (Omit<DuplicateGroup, "path"> & { readonly firstIndex: number })[];
	};
};

const byPath = (a: { path: string }, b: { path: string }): number => compareText(a.path, b.path);

export class Fold {
	#files = 0;
	#bytes = 0;
	#lines = 0;
	#functions = 0;
	#classes = 0;
	#deepest = 0;
	#importsWithin = 0;
	#importsOfPackages = 0;
	#unparsable = 0;
	#tooLarge = 0;
	#unreadable = 0;
	#complete = true;
	readonly #kinds = new Map<FileKind, KindTotals>();
	readonly #functionLengths: number[] = [];
	readonly #fileSizes: number[] = [];
	readonly #depths: number[] = [];
	readonly #imports = new NameCounts(limits.importedNamesMax);
	readonly #contents = new ContentTable();
	readonly #longest = new TopList<Totals["longestFunctions"][number]>(
		limits.topRows,
		(a, b) => b.lines - a.lines || byPath(a, b) || a.line - b.line,
	);
	readonly #largest = new TopList<Totals["largestFiles"][number]>(limits.topRows, (a, b) => b.bytes - a.bytes || byPath(a, b));
	readonly #deepestFiles = new TopList<{ path: string; depth: number }>(limits.topRows, (a, b) => b.depth - a.depth || byPath(a, b));
	readonly #unparsableFiles = new TopList<Totals["unparsable"]["listed"][number]>(limits.troubleRows, byPath);
	readonly #tooLargeFiles = new TopList<Totals["tooLarge"]["listed"][number]>(limits.troubleRows, byPath);
	readonly #unreadableFiles = new TopList<Totals["unreadable"]["listed"][number]>(limits.troubleRows, byPath);

	add(facts: FileFacts): void {
		const { path, bytes } = facts;
		this.#files++;
		if (facts.unreadable !== undefined) {
			this.#unreadable++;
			this.#unreadableFiles.add({ path, code: facts.unreadable });
			this.#kindOf(facts.kind).files++;
			return;
		}
		this.#bytes += bytes;
		this.#lines += facts.lines;
		this.#largest.add({ path, bytes });
		countIn(this.#fileSizes, 31 - Math.clz32(Math.max(1, bytes)));
		if (facts.index >= limits.hashedFilesMax) this.#complete = false;
		else if (facts.hash !== undefined) this.#contents.add(facts.hash, facts.index, bytes);
		const kind = this.#kindOf(facts.kind);
		kind.files++;
		kind.bytes += bytes;
		kind.lines += facts.lines;
		if (facts.tree !== undefined) this.#addTree(path, facts.tree, kind);
		if (facts.fault !== undefined) {
			this.#unparsable++;
			this.#unparsableFiles.add({ path, ...facts.fault });
		}
		if (facts.tooLarge) {
			this.#tooLarge++;
			this.#tooLargeFiles.add({ path, bytes });
		}
	}

	totals(): FoldedTotals {
		const { rows: mostUsed, distinct, sampled } = this.#imports.most(limits.topRows);
		return {
			files: this.#files,
			bytes: this.#bytes,
			lines: this.#lines,
			functions: this.#functions,
			classes: this.#classes,
			kinds: Object.fromEntries(this.#kinds),
			longestFunctions: this.#longest.rows,
			functionLengths: [...this.#functionLengths],
			fileSizes: [...this.#fileSizes],
			largestFiles: this.#largest.rows,
			nesting: { deepest: this.#deepest, files: [...this.#depths], listed: this.#deepestFiles.rows },
			imports: { within: this.#importsWithin, packages: this.#importsOfPackages, distinct, sampled, mostUsed },
			duplicates: this.#duplicates(),
			unparsable: { files: this.#unparsable, listed: this.#unparsableFiles.rows },
			tooLarge: { files: this.#tooLarge, listed: this.#tooLargeFiles.rows },
			unreadable: { files: this.#unreadable, listed: this.#unreadableFiles.rows },
			caps: {
				hashedFiles: limits.hashedFilesMax,
				importedNames: limits.importedNamesMax,
				importedNamesPerFile: limits.importedNamesPerFileMax,
				parseBytes: limits.parseBytesMax,
				topRows: limits.topRows,
				troubleRows: limits.troubleRows,
			},
		};
	}

	#addTree(path: string, tree: TreeFacts, kind: KindTotals): void {
		this.#functions += tree.functions;
		this.#classes += tree.classes;
		kind.functions += tree.functions;
		kind.classes += tree.classes;
		this.#deepest = Math.max(this.#deepest, tree.depth);
		countIn(this.#depths, Math.min(tree.depth, depthColumns - 1));
		if (tree.depth > 0) this.#deepestFiles.add({ path, depth: tree.depth });
		if (tree.longest !== undefined) this.#longest.add({ path, ...tree.longest });
		for (let bucket = 0; bucket < tree.functionLengths.length; bucket++)
			countIn(this.#functionLengths, bucket, tree.functionLengths[bucket] ?? 0);
		this.#importsWithin += tree.importsWithin;
		for (const [name, count] of tree.imports) {
			this.#importsOfPackages += count;
			this.#imports.add(name, count);
		}
	}

	#kindOf(kind: FileKind): KindTotals {
		let totals = this.#kinds.get(kind);
		if (totals === undefined) {
			totals = { files: 0, bytes: 0, lines: 0, functions: 0, classes: 0 };
			this.#kinds.set(kind, totals);
		}
		return totals;
	}

	#duplicates(): FoldedTotals["duplicates"] {
		type Row = FoldedTotals["duplicates"]["largest"][number];
		const wasted = (row: Row): number => (row.copies - 1) * row.bytes;
		const largest = new TopList<Row>(limits.topRows, (a, b) => wasted(b) - wasted(a) || a.firstIndex - b.firstIndex);
		let contents = 0;
		let files = 0;
		let bytes = 0;
		for (const row of this.#contents.repeated()) {
			contents++;
			files += row.copies - 1;
			bytes += wasted(row);
			largest.add(row);
		}
		return { contents, files, bytes, largest: largest.rows, complete: this.#complete };
	}
}

function countIn(columns: number[], column: number, count = 1): void {
	while (columns.length <= column) columns.push(0);
	columns[column] = (columns[column] ?? 0) + count;
}
