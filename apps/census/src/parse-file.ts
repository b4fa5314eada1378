/**
 * From the bytes of one file to its facts. Pure: what it answers depends on its arguments alone, on whatever thread or
 * node it runs. No source makes it throw: a file that does not parse is a fact too.
 *
 * The parser is TypeScript's (5.9, the last one written in JavaScript): it takes all eight kinds of file, makes half the
 * garbage of others and scales best over threads (docs/decisions tells the figures). It goes on after an error, so
 * "parses" means: without a single syntax diagnostic, as it is or by the one fallback below.
 */
import { createHash } from "node:crypto";
import type TypeScript from "typescript5";
import type { FileFacts, SyntaxFault, TreeFacts } from "./file-facts.ts";
import type { FileKind } from "./file-kind.ts";
import type { SourceText } from "./fold-tree.ts";
import { parse } from "./folding-parser.ts";
import type { FoundFile } from "./found-file.ts";
import { textLengthMax } from "./limits.ts";
import { lineAt, lineStartsOf } from "./line-starts.ts";
import { ownText } from "./own-text.ts";
import { factsOf } from "./tree-summary.ts";
import { ts } from "./typescript.ts";

/** Sloppy-mode numbers and escapes (010, 08, "\\1"): the parser reports them in every file, scripts may hold them. */
const sloppy = new Set([1121, 1487, 1488, 1489]);
const decoder = new TextDecoder("utf-8");

export function parseFile(file: FoundFile, content: Uint8Array): FileFacts {
	const text = decoder.decode(content);
	const lineStarts = lineStartsOf(text);
	const lines = lineStarts.length - (lineStarts[lineStarts.length - 1] === text.length ? 1 : 0);
	const outcome = treeOrFault(file, { text, lineStarts });
	return {
		path: file.path,
		index: file.index,
		kind: file.kind,
		bytes: content.byteLength,
		lines,
		hash: new Uint8Array(createHash("sha256").update(content).digest()).subarray(0, 16),
		tree: "tree" in outcome ? outcome.tree : undefined,
		fault: "fault" in outcome ? outcome.fault : undefined,
		tooLarge: false,
		unreadable: undefined,
	};
}

function treeOrFault({ path, kind }: FoundFile, source: SourceText): { tree: TreeFacts } | { fault: SyntaxFault } {
	try {
		const parsed = parse(path, source, scriptKindOf(kind));
		const first = firstFault(parsed.diagnostics, kind);
		if (first === undefined) return { tree: factsOf(parsed.summary()) };
		// Type annotations in .js files (Flow), and modules that only `await` shows to be such.
		const again = parse(path, source, kind.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS, true);
		if (firstFault(again.diagnostics, kind) === undefined) return { tree: factsOf(again.summary()) };
		return { fault: faultOf(source.lineStarts, first.start, ts.flattenDiagnosticMessageText(first.messageText, " ")) };
	} catch (error) {
		const what = error instanceof RangeError ? "nested too deeply for the parser" : `the parser failed: ${String(error)}`;
		return { fault: faultOf(source.lineStarts, 0, what) };
	}
}

type Diagnostic = TypeScript.DiagnosticWithLocation;

function firstFault(diagnostics: readonly Diagnostic[], kind: FileKind): Diagnostic | undefined {
	const isScript = kind === ".js" || kind === ".cjs" || kind === ".jsx";
	return diagnostics.find((diagnostic) => !isScript || !sloppy.has(diagnostic.code));
}

function scriptKindOf(kind: FileKind): TypeScript.ScriptKind {
	switch (kind) {
		case ".tsx":
			return ts.ScriptKind.TSX;
		case ".ts":
		case ".mts":
		case ".cts":
			return ts.ScriptKind.TS;
		default:
			return ts.ScriptKind.JS;
	}
}

function faultOf(starts: readonly number[], offset: number, message: string): SyntaxFault {
	const line = lineAt(starts, offset);
	return { line: line + 1, column: offset - (starts[line] ?? 0) + 1, message: ownText(message.slice(0, textLengthMax)) };
}
