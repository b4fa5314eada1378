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
import { ts, visitTree } from "./ast-visit.ts";
import type { FileFacts, SyntaxFault } from "./file-facts.ts";
import type { FileKind } from "./file-kind.ts";
import type { FoundFile } from "./found-file.ts";
import { textLengthMax } from "./limits.ts";
import { lineAt, lineStartsOf } from "./line-starts.ts";

/** `parseDiagnostics` is where the parser leaves what it found wrong; it is not in the public types. */
type ParsedFile = TypeScript.SourceFile & { readonly parseDiagnostics: readonly TypeScript.DiagnosticWithLocation[] };

const options: TypeScript.CreateSourceFileOptions = {
	languageVersion: ts.ScriptTarget.Latest,
	jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
};
/** Treats the file as a module, whatever it contains: for top-level await without import or export. */
const asModule: TypeScript.CreateSourceFileOptions = {
	...options,
	setExternalModuleIndicator: (file) => {
		(file as { externalModuleIndicator?: unknown }).externalModuleIndicator = true;
	},
};
/** Sloppy-mode numbers and escapes (010, 08, "\\1"): the parser reports them in every file, scripts may hold them. */
const sloppy = new Set([1121, 1487, 1488, 1489]);
const decoder = new TextDecoder("utf-8");

export function parseFile(file: FoundFile, content: Uint8Array): FileFacts {
	const text = decoder.decode(content);
	const starts = lineStartsOf(text);
	const lines = starts.length - (starts[starts.length - 1] === text.length ? 1 : 0);
	const outcome = parse(file, text, starts);
	const tree = "fault" in outcome ? undefined : visitTree(outcome.parsed, starts);
	return {
		path: file.path,
		index: file.index,
		kind: file.kind,
		bytes: content.byteLength,
		lines,
		hash: new Uint8Array(createHash("sha256").update(content).digest()).subarray(0, 16),
		tree,
		fault: "fault" in outcome ? outcome.fault : undefined,
		tooLarge: false,
		unreadable: undefined,
	};
}

function parse(file: FoundFile, text: string, starts: readonly number[]): { parsed: ParsedFile } | { fault: SyntaxFault } {
	try {
		const parsed = ts.createSourceFile(file.path, text, options, false, scriptKindOf(file.kind)) as ParsedFile;
		const first = firstFault(parsed, file.kind);
		if (first === undefined) return { parsed };
		// Type annotations in .js files (Flow), and modules that only `await` shows to be such.
		const typed = file.kind.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
		const again = ts.createSourceFile(file.path, text, asModule, false, typed) as ParsedFile;
		if (firstFault(again, file.kind) === undefined) return { parsed: again };
		return { fault: faultOf(starts, first.start, ts.flattenDiagnosticMessageText(first.messageText, " ")) };
	} catch (error) {
		const what = error instanceof RangeError ? "nested too deeply for the parser" : `the parser failed: ${String(error)}`;
		return { fault: faultOf(starts, 0, what) };
	}
}

function firstFault(parsed: ParsedFile, kind: FileKind): TypeScript.DiagnosticWithLocation | undefined {
	const isScript = kind === ".js" || kind === ".cjs" || kind === ".jsx";
	return parsed.parseDiagnostics.find((diagnostic) => !isScript || !sloppy.has(diagnostic.code));
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
	return { line: line + 1, column: offset - (starts[line] ?? 0) + 1, message: message.slice(0, textLengthMax) };
}
