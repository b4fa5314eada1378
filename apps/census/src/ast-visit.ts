/**
 * One walk over a syntax tree of the TypeScript parser that gathers everything the census wants. With a stack of its own
 * instead of recursion: source that the parser could take must not overflow the walk, whatever thread it runs on.
 *
 * Functions are those with a body: overload signatures and declarations without one are types, not code. Nesting counts
 * functions, classes and block statements; an `else if` continues its `if`.
 */
import { createRequire } from "node:module";
import type TypeScript from "typescript5";
import type { TreeFacts } from "./file-facts.ts";
import { importedNamesPerFileMax, textLengthMax } from "./limits.ts";
import { lineAt } from "./line-starts.ts";
import { packageNameOf } from "./package-name.ts";

// Not imported: an ECMAScript import of this nine-megabyte CommonJS file first scans it for names, twice the price of loading it.
export const ts = createRequire(import.meta.url)("typescript5") as typeof TypeScript;

type Node = TypeScript.Node;
type Roles = Record<"plain" | "code" | "class" | "block" | "if" | "module" | "call", number>;

const role: Roles = { plain: 0, code: 1, class: 2, block: 3, if: 4, module: 5, call: 6 };
const kind = ts.SyntaxKind;

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

class Visit {
	readonly facts: TreeFacts = {
		functions: 0,
		classes: 0,
		depth: 0,
		longest: undefined,
		functionLengths: [],
		importsWithin: 0,
		imports: [],
	};
	readonly #file: TypeScript.SourceFile;
	readonly #lineStarts: readonly number[];
	readonly #imports = new Map<string, number>();
	#longestLines = 0;
	#longestLine = 0;
	#longestNode: Node | undefined;
	#longestParent: Node | undefined;

	constructor(file: TypeScript.SourceFile, lineStarts: readonly number[]) {
		this.#file = file;
		this.#lineStarts = lineStarts;
	}

	run(): TreeFacts {
		const nodes: Node[] = [this.#file];
		const parents: Node[] = [this.#file];
		const depths: number[] = [0];
		let parent: Node = this.#file;
		let depth = 0;
		const push = (child: Node): void => {
			nodes.push(child);
			parents.push(parent);
			depths.push(depth);
		};
		for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
			const above = parents.pop() as Node;
			depth = depths.pop() as number;
			if (roles[node.kind] !== role.plain) depth += this.#enter(node, above);
			if (depth > this.facts.depth) this.facts.depth = depth;
			parent = node;
			ts.forEachChild(node, push);
		}
		this.facts.imports = [...this.#imports];
		if (this.#longestNode !== undefined) {
			const name = nameOf(this.#longestNode, this.#longestParent).slice(0, textLengthMax);
			this.facts.longest = { name, line: this.#longestLine + 1, lines: this.#longestLines };
		}
		return this.facts;
	}

	/** Counts a node; the result is by how much it deepens what is inside it. */
	#enter(node: Node, parent: Node): number {
		switch (roles[node.kind]) {
			case role.code:
				if ((node as TypeScript.FunctionLikeDeclaration).body === undefined) return 0;
				this.#countFunction(node, parent);
				return 1;
			case role.class:
				this.facts.classes++;
				return 1;
			case role.if:
				return parent.kind === kind.IfStatement && (parent as TypeScript.IfStatement).elseStatement === node ? 0 : 1;
			case role.block:
				return 1;
			case role.call:
				this.#countCall(node as TypeScript.CallExpression);
				return 0;
			default:
				this.#countModule(node);
				return 0;
		}
	}

	#countFunction(node: Node, parent: Node): void {
		const facts = this.facts;
		facts.functions++;
		const line = lineAt(this.#lineStarts, node.getStart(this.#file));
		const lines = lineAt(this.#lineStarts, node.end) - line + 1;
		const bucket = 31 - Math.clz32(lines);
		while (facts.functionLengths.length <= bucket) facts.functionLengths.push(0);
		facts.functionLengths[bucket] = (facts.functionLengths[bucket] ?? 0) + 1;
		if (lines > this.#longestLines || (lines === this.#longestLines && line < this.#longestLine)) {
			this.#longestLines = lines;
			this.#longestLine = line;
			this.#longestNode = node;
			this.#longestParent = parent;
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
		if (name === undefined) return;
		if (name === "") {
			this.facts.importsWithin++;
			return;
		}
		const count = this.#imports.get(name);
		if (count !== undefined) this.#imports.set(name, count + 1);
		else if (this.#imports.size < importedNamesPerFileMax) this.#imports.set(name, 1);
	}
}

/** The facts of a parsed file; `lineStarts` are those of its text. */
export function visitTree(file: TypeScript.SourceFile, lineStarts: readonly number[]): TreeFacts {
	return new Visit(file, lineStarts).run();
}

/** A function's own name, or that of what it is assigned to. */
function nameOf(node: Node, parent: Node | undefined): string {
	if (node.kind === kind.Constructor) return "constructor";
	const own = (node as TypeScript.NamedDeclaration).name;
	if (own !== undefined) return textOf(own);
	if (parent === undefined) return "";
	if (ts.isBinaryExpression(parent)) return textOf(ts.isPropertyAccessExpression(parent.left) ? parent.left.name : parent.left);
	if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) return textOf(parent.name);
	return "";
}

function textOf(name: Node): string {
	return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isPrivateIdentifier(name) ? name.text : "";
}
