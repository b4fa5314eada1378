/**
 * Which file imports which: every static import, re-export, dynamic import and `import("…")` type of a file, resolved
 * within its package when it is relative.
 */
import path from "node:path";
import { Visitor } from "oxc-parser";
import type { TreeFile } from "./tree.ts";

export interface Import {
	readonly specifier: string;
	readonly line: number;
	/** Path in the tree, for a relative specifier. */
	readonly target: string | undefined;
}

const cache = new WeakMap<TreeFile, Import[]>();

function find(file: TreeFile): Import[] {
	const found: Import[] = [];
	const add = (specifier: string, offset: number): void => {
		const target = specifier.startsWith(".") ? path.posix.join(path.posix.dirname(file.path), specifier) : undefined;
		found.push({ specifier, line: file.lineAt(offset), target });
	};
	const { module, program } = file.parsed;
	for (const entry of module.staticImports) add(entry.moduleRequest.value, entry.start);
	for (const { entries, start } of module.staticExports) {
		// `export { a, b } from "x"` has an entry for each name.
		const specifiers = new Set(entries.flatMap((entry) => (entry.moduleRequest ? [entry.moduleRequest.value] : [])));
		for (const specifier of specifiers) add(specifier, start);
	}
	new Visitor({
		ImportExpression(node) {
			if (node.source.type === "Literal" && typeof node.source.value === "string") add(node.source.value, node.start);
		},
		TSImportType(node) {
			add(String(node.source.value), node.start);
		},
	}).visit(program);
	return found;
}

export function importsOf(file: TreeFile): Import[] {
	let found = cache.get(file);
	if (found === undefined) {
		found = find(file);
		cache.set(file, found);
	}
	return found;
}

/** `packages/core` of a path inside it; undefined at the root. */
export function packageOf(filePath: string): string | undefined {
	return /^(?:packages|apps)\/[^/]+/.exec(filePath)?.[0];
}
