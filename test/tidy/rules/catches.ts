/**
 * Nothing is swallowed: a catch clause has a statement. A `.catch(() => {})` that only marks a promise as handled says why
 * in a comment inside its braces.
 */
import { Visitor } from "oxc-parser";
import type { Rule } from "../rule.ts";
import type { TreeFile } from "../tree.ts";

function checkFile(file: TreeFile): string[] {
	const findings: string[] = [];
	const flag = (start: number, what: string): void => {
		findings.push(`${file.path}:${file.lineAt(start)} has ${what}`);
	};
	new Visitor({
		CatchClause(node) {
			if (node.body.body.length === 0) flag(node.start, "an empty catch");
		},
		CallExpression(node) {
			const { callee } = node;
			if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier" || callee.property.name !== "catch") return;
			const [handler] = node.arguments;
			if (handler?.type !== "ArrowFunctionExpression" || handler.body.type !== "BlockStatement" || handler.body.body.length > 0) return;
			if (!/\/[/*]/.test(file.text.slice(handler.body.start, handler.body.end)))
				flag(node.start, "a .catch that swallows without a reason");
		},
	}).visit(file.parsed.program);
	return findings;
}

export const catches: Rule = {
	name: "no error is swallowed",
	advice: "Handle the expected code and throw the rest, or report it. Where a promise is settled elsewhere, say so inside the braces.",
	violations: [
		{ "packages/core/src/a.ts": "try { f(); } catch {}" },
		{ "packages/core/src/a.ts": "try { f(); } catch (error) { /* quiet */ }" },
		{ "packages/core/src/a.ts": "void f().catch(() => {});" },
	],
	innocent: {
		"packages/core/src/a.ts":
			'try { f(); } catch (error) { if (error.code !== "ENOENT") throw error; }\nf().catch(() => {\n// The caller hears it from `exited`.\n});',
	},
	check: (tree) => tree.code.flatMap(checkFile),
};
