/**
 * No test is switched off or alone: `.only`, `.skip`, `.todo` and `.fails` stay out of the tree. `skipIf` and `runIf` are
 * allowed with a reason in the name, for a system call that a platform lacks; a missing peer in CI fails.
 */
import { Visitor } from "oxc-parser";
import type { Rule } from "../rule.ts";
import type { TreeFile } from "../tree.ts";

const OFF = new Set(["only", "skip", "todo", "fails"]);
const RUNNERS = new Set(["test", "it", "describe", "suite", "bench"]);

function checkFile(file: TreeFile): string[] {
	const findings: string[] = [];
	new Visitor({
		MemberExpression(node) {
			if (node.object.type !== "Identifier" || !RUNNERS.has(node.object.name)) return;
			if (node.property.type !== "Identifier" || !OFF.has(node.property.name)) return;
			findings.push(`${file.path}:${file.lineAt(node.start)} has ${node.object.name}.${node.property.name}`);
		},
	}).visit(file.parsed.program);
	return findings;
}

export const honestTests: Rule = {
	name: "no test is switched off",
	advice: "Mend the test or delete it with what it tested; run one test alone with `npm test -- FILE -t NAME`.",
	violations: [
		{ "packages/core/src/a.test.ts": 'test.only("x", () => {});' },
		{ "packages/core/src/a.test.ts": 'describe.skip("x", () => {});' },
		{ "packages/core/src/a.test.ts": 'it.skip.each([1])("x", () => {});' },
	],
	innocent: { "packages/core/src/a.test.ts": 'test("x", () => { source.skip(1); test.each([1]); });' },
	check: (tree) => tree.code.flatMap(checkFile),
};
