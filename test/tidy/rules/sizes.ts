/**
 * No file over 400 lines, no function over 70. The callback of `describe` is a list of tests and not counted as a function.
 */
import { Visitor } from "oxc-parser";
import type { Rule } from "../rule.ts";
import type { TreeFile } from "../tree.ts";

export const FILE_LINES_MAX = 400;
export const FUNCTION_LINES_MAX = 70;

interface Spanned {
	readonly start: number;
	readonly end: number;
}

function checkFile(file: TreeFile): string[] {
	const findings: string[] = [];
	const count = file.lines.length;
	if (count > FILE_LINES_MAX) findings.push(`${file.path}:1 has ${count} lines`);
	const lists = new Set<number>();
	const checkFunction = (node: Spanned): void => {
		const lines = file.lineAt(node.end) - file.lineAt(node.start) + 1;
		if (lines > FUNCTION_LINES_MAX && !lists.has(node.start)) {
			findings.push(`${file.path}:${file.lineAt(node.start)} has a function of ${lines} lines`);
		}
	};
	new Visitor({
		CallExpression(node) {
			// describe(…), describe.each(…)(…), describe.runIf(…)(…)
			if (/^(?:describe|suite)\b/.test(file.text.slice(node.callee.start, node.callee.end))) {
				for (const argument of node.arguments) lists.add(argument.start);
			}
		},
		FunctionDeclaration: checkFunction,
		FunctionExpression: checkFunction,
		ArrowFunctionExpression: checkFunction,
	}).visit(file.parsed.program);
	return findings;
}

const long = (lines: number): string => "\t\n".repeat(lines);

export const sizes: Rule = {
	name: `no file over ${FILE_LINES_MAX} lines, no function over ${FUNCTION_LINES_MAX}`,
	advice: "It is two things: name the second one and give it its own file or function.",
	violations: [
		{ "packages/core/src/socket.ts": long(FILE_LINES_MAX + 1) },
		{ "scripts/long.mjs": `function f() {\n${long(FUNCTION_LINES_MAX)}}\n` },
		{ "apps/census/src/long.ts": `export class A {\n\tf() {\n${long(FUNCTION_LINES_MAX)}}\n}\n` },
		{ "test/interop/long.test.ts": `test("x", () => {\n${long(FUNCTION_LINES_MAX)}});\n` },
	],
	innocent: {
		"packages/core/src/socket.ts": long(FILE_LINES_MAX),
		"scripts/fit.mjs": `function f() {\n${long(FUNCTION_LINES_MAX - 2)}}\n`,
		"test/interop/list.test.ts": `describe("x", () => {\n${long(FUNCTION_LINES_MAX)}});\n`,
	},
	check: (tree) => tree.code.flatMap(checkFile),
};
