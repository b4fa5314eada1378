/**
 * Parses a file into a summary without its tree ever being whole. A syntax tree takes about forty times the size of its source,
 * and the collector copies what is alive of it again and again; so each body of a function or namespace is folded into a summary
 * the moment the parser hangs it on its function, and emptied. What is alive is the way from the file's top to the body in hand.
 *
 * How it hears of the moment: the parser makes nodes with the class that its object allocator names and assigns `body` once, when the
 * block is finished; an accessor for `body` on the class's prototype stands in the way. The parser tries and drops nodes (is it an arrow
 * function?), so folding is pure: a dropped block drops its summary. What the parser still reads of a block afterwards stays
 * right: its place, its flags, and the flag that an error is inside. folding-parser.test.ts notices when one of these changes.
 *
 * Once a thread; a thread's other users of the parser, if there were any, get whole trees.
 */
import type TypeScript from "typescript5";
import { type FoldedNode, foldTree, type SourceText } from "./fold-tree.ts";
import type { TreeSummary } from "./tree-summary.ts";
import { ts } from "./typescript.ts";

/** What this file uses of the parser beyond its public types. */
interface Internals {
	readonly objectAllocator: { getNodeConstructor(): new () => TypeScript.Node };
	isFileProbablyExternalModule(file: TypeScript.SourceFile): TypeScript.Node | undefined;
	readonly NodeFlags: { readonly PossiblyContainsImportMeta: number };
}
interface WithBody {
	/** Where the accessor keeps what is assigned to `body`. */
	bodyOfNode: TypeScript.Node | undefined;
}
type Body = FoldedNode & { statements: unknown; flags: number };
type ParsedFile = TypeScript.SourceFile & { readonly parseDiagnostics: readonly TypeScript.DiagnosticWithLocation[] };

const internals = ts as unknown as Internals;
const { Block, ModuleBlock } = ts.SyntaxKind;
const noStatements = ts.factory.createNodeArray([]);

/** The file that is being parsed; undefined between two. */
let source: SourceText | undefined;

Object.defineProperty(internals.objectAllocator.getNodeConstructor().prototype, "body", {
	get(this: WithBody) {
		return this.bodyOfNode;
	},
	set(this: WithBody, body: Body | undefined) {
		this.bodyOfNode = body;
		if (source === undefined || body === undefined) return;
		if ((body.kind === Block || body.kind === ModuleBlock) && body.folded === undefined) fold(body, source);
	},
});

function fold(body: Body, from: SourceText): void {
	const summary = foldTree(body, from);
	body.folded = summary;
	body.statements = noStatements;
	if (summary.hasError) body.flags |= ts.NodeFlags.ThisNodeHasError;
}

const shared: TypeScript.CreateSourceFileOptions = {
	languageVersion: ts.ScriptTarget.Latest,
	jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
};
/** The parser would look for `import.meta` in the bodies; it has noted before whether there is any. */
const byContent: TypeScript.CreateSourceFileOptions = {
	...shared,
	setExternalModuleIndicator: (file) => {
		const hasImportMeta = (file.flags & internals.NodeFlags.PossiblyContainsImportMeta) !== 0;
		mark(file, internals.isFileProbablyExternalModule(file) ?? (hasImportMeta || undefined));
	},
};
const asModule: TypeScript.CreateSourceFileOptions = { ...shared, setExternalModuleIndicator: (file) => mark(file, true) };

function mark(file: TypeScript.SourceFile, indicator: unknown): void {
	(file as { externalModuleIndicator?: unknown }).externalModuleIndicator = indicator;
}

export interface Parsed {
	/** What the parser found wrong. */
	readonly diagnostics: readonly TypeScript.DiagnosticWithLocation[];
	/** What is left of the tree: bodies are empty. */
	readonly file: TypeScript.SourceFile;
	/** What the file holds; walks what is left of the tree. */
	summary(): TreeSummary;
}

/** `module`: treat the file as a module whatever it contains, for top-level await without import or export. Throws what the parser throws. */
export function parse(path: string, from: SourceText, script: TypeScript.ScriptKind, module = false): Parsed {
	source = from;
	try {
		const file = ts.createSourceFile(path, from.text, module ? asModule : byContent, false, script) as ParsedFile;
		return { diagnostics: file.parseDiagnostics, file, summary: () => foldTree(file, from) };
	} finally {
		source = undefined;
	}
}
