/**
 * No circle of imports, types included: what imports each other is one thing in two files, and cannot be read alone.
 */
import { importsOf } from "../imports.ts";
import type { Rule } from "../rule.ts";
import type { Tree } from "../tree.ts";

/** Depth-first search; a file that is still open when it is met again closes a circle. */
function findCircles(tree: Tree): string[] {
	const findings: string[] = [];
	const done = new Set<string>();
	const open: string[] = [];
	const visit = (filePath: string): void => {
		const at = open.indexOf(filePath);
		if (at !== -1) {
			findings.push(`${filePath}:1 circle ${[...open.slice(at), filePath].join(" -> ")}`);
			return;
		}
		const file = tree.get(filePath);
		if (file === undefined || done.has(filePath)) return;
		open.push(filePath);
		for (const { target } of importsOf(file)) if (target !== undefined) visit(target);
		open.pop();
		done.add(filePath);
	};
	for (const file of tree.shipped) visit(file.path);
	for (const file of tree.code) if (!file.isTest) visit(file.path);
	return findings;
}

export const circles: Rule = {
	name: "no files import each other in a circle",
	advice: "Put what both need into a third file below them, or let the lower one define an interface that the upper one implements.",
	violations: [
		{
			"packages/core/src/wire/a.ts": 'import { b } from "./b.ts";',
			"packages/core/src/wire/b.ts": 'import type { C } from "./c.ts";',
			"packages/core/src/wire/c.ts": 'import { a } from "./a.ts";',
		},
	],
	innocent: {
		"packages/core/src/wire/a.ts": 'import { b } from "./b.ts"; import { c } from "./c.ts";',
		"packages/core/src/wire/b.ts": 'import { c } from "./c.ts";',
		"packages/core/src/wire/c.ts": "export const c = 1;",
	},
	check: findCircles,
};
