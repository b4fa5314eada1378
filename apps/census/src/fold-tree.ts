/**
 * One walk over a piece of a syntax tree that gathers everything the census wants. With a stack of its own instead of
 * recursion: source that the parser could take must not overflow the walk, whatever thread it runs on. Changes nothing;
 * where a piece inside was folded before (folding-parser.ts), its summary is added in its place.
 *
 * Functions are those with a body: overload signatures and declarations without one are types, not code. Nesting counts
 * functions, classes and block statements; an `else if` continues its `if`.
 */
import type TypeScript from "typescript5";
import { lineAt } from "./line-starts.ts";
import { packageNameOf } from "./package-name.ts";
import { addImport, addLength, addSummary, emptySummary, isLonger, type TreeSummary } from "./tree-summary.ts";
import { ts } from "./typescript.ts";

type Node = TypeScript.Node;
/** A node whose content was folded carries the summary of it. */
export type FoldedNode = Node & { folded?: TreeSummary };
type Roles = Record<"plain" | "code" | "class" | "block" | "if" | "module" | "call" | "foldable", number>;

/** The text that positions in a tree refer to, and where its lines begin. */
export interface SourceText {
	readonly text: string;
	readonly lineStarts: readonly number[];
}

const role: Roles = { plain: 0, code: 1, class: 2, block: 3, if: 4, module: 5, call: 6, foldable: 7 };
const kind = ts.SyntaxKind;
const hasErrorFlag = ts.NodeFlags.ThisNodeHasError;

/** What a node of each kind means here; one load per node decides. */
const roles = new Uint8Array(kind.Count);
for (const k of [kind.FunctionDeclaration, kind.FunctionExpression, kind.ArrowFunction, kind.MethodDeclaration]) roles[k] = role.code;
for (const k of [kind.Constructor, kind.GetAccessor, kind.SetAccessor]) roles[k] = role.code;
for (const k of [kind.ClassDeclaration, kind.ClassExpression]) roles[k] = role.class;
for (const k of [kind.ForStatement, kind.ForInStatement, kind.ForOfStatement, kind.WhileStatement]) roles[k] = role.block;
for (const k of [kind.DoStatement, kind.SwitchStatement, kind.TryStatement, kind.WithStatement]) roles[k] = role.block;
for (const k of [kind.ImportDeclaration, kind.ExportDeclaration, kind.ExternalModuleReference, kind.ImportType]) roles[k] = role.module;
roles[kind.IfStatement] = role.if;
roles[kind.CallExpression] = role.call;
for (const k of [kind.Block, kind.ModuleBlock]) roles[k] = role.foldable;

class Walk {
	readonly #nodes: Node[] = [];
	readonly #parents: Node[] = [];
	readonly #depths: number[] = [];
	#parent!: Node;
	#depth = 0;
	#source!: SourceText;
	#summary!: TreeSummary;

	readonly #push = (child: Node): void => {
		this.#nodes.push(child);
		this.#parents.push(this.#parent);
		this.#depths.push(this.#depth);
	};

	/** The last child is visited first: the order decides between equals (tree-summary.ts). */
	run(root: Node, source: SourceText): TreeSummary {
		const summary = emptySummary();
		this.#source = source;
		this.#summary = summary;
		this.#parent = root;
		this.#depth = 0;
		// A walk that ran out of stack leaves its nodes behind.
		if (this.#nodes.length > 0) this.#nodes.length = this.#parents.length = this.#depths.length = 0;
		this.#push(root);
		for (let node = this.#nodes.pop(); node !== undefined; node = this.#nodes.pop()) {
			const above = this.#parents.pop() as Node;
			let depth = this.#depths.pop() as number;
			if (roles[node.kind] !== role.plain) depth += this.#enter(node, above, depth);
			if (depth > summary.depth) summary.depth = depth;
			if ((node.flags & hasErrorFlag) !== 0) summary.hasError = true;
			this.#parent = node;
			this.#depth = depth;
			ts.forEachChild(node, this.#push);
		}
		return summary;
	}

	/** Counts a node; the result is by how much it deepens what is inside it. */
	#enter(node: Node, parent: Node, depth: number): number {
		switch (roles[node.kind]) {
			case role.code:
				if ((node as TypeScript.FunctionLikeDeclaration).body === undefined) return 0;
				this.#countFunction(node, parent);
				return 1;
			case role.class:
				this.#summary.classes++;
				return 1;
			case role.if:
				return parent.kind === kind.IfStatement && (parent as TypeScript.IfStatement).elseStatement === node ? 0 : 1;
			case role.block:
				return 1;
			case role.call:
				this.#countCall(node as TypeScript.CallExpression);
				return 0;
			case role.foldable: {
				const piece = (node as FoldedNode).folded;
				if (piece !== undefined) addSummary(this.#summary, piece, depth);
				return 0;
			}
			default:
				this.#countModule(node);
				return 0;
		}
	}

	#countFunction(node: Node, parent: Node): void {
		const { lineStarts } = this.#source;
		const summary = this.#summary;
		// The parser asks a file for nothing but its text here.
		const line = lineAt(lineStarts, node.getStart(this.#source as unknown as TypeScript.SourceFile));
		const lines = lineAt(lineStarts, node.end) - line + 1;
		summary.functions++;
		addLength(summary, 31 - Math.clz32(lines), 1);
		if (isLonger(summary, lines, line)) {
			summary.longestLines = lines;
			summary.longestLine = line;
			summary.longestName = nameOf(node, parent);
		}
	}

	#countCall(call: TypeScript.CallExpression): void {
		const callee = call.expression;
		const isImport = callee.kind === kind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === "require");
		if (isImport) this.#countSpecifier(call.arguments[0]);
	}

	#countModule(node: Node): void {
		if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) this.#countSpecifier(node.moduleSpecifier);
		else if (ts.isExternalModuleReference(node)) this.#countSpecifier(node.expression);
		else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) this.#countSpecifier(node.argument.literal);
	}

	#countSpecifier(node: Node | undefined): void {
		if (node === undefined || !ts.isStringLiteralLike(node)) return;
		const name = packageNameOf(node.text);
		if (name === "") this.#summary.importsWithin++;
		else if (name !== undefined) addImport(this.#summary, name, 1);
	}
}

const walk = new Walk();

/** The summary of everything below `root`. `source` is the file that the tree is of. */
export function foldTree(root: Node, source: SourceText): TreeSummary {
	return walk.run(root, source);
}

/** A function's own name, or that of what it is assigned to. */
function nameOf(node: Node, parent: Node): string {
	if (node.kind === kind.Constructor) return "constructor";
	const own = (node as TypeScript.NamedDeclaration).name;
	if (own !== undefined) return textOf(own);
	if (ts.isBinaryExpression(parent)) return textOf(ts.isPropertyAccessExpression(parent.left) ? parent.left.name : parent.left);
	if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) return textOf(parent.name);
	return "";
}

function textOf(name: Node): string {
	return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isPrivateIdentifier(name) ? name.text : "";
}
