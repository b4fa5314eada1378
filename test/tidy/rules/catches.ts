/**
 * Nothing is swallowed: a catch clause has a statement. A `.catch(() => {})` that only marks a promise as handled says why
 * in a comment inside its braces; a `.catch(() => undefined)` in one at the end of the line before, or of its own.
 */
import { type Expression, type FunctionBody, Visitor } from "oxc-parser";
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
			if (handler?.type !== "ArrowFunctionExpression") return;
			const { body } = handler;
			const reasons = body.type === "BlockStatement" ? file.text.slice(body.start, body.end) : linesAround(file, body.start);
			if (givesNothing(body) && !/\/[/*]/.test(reasons)) flag(body.start, "a .catch that swallows without a reason");
		},
	}).visit(file.parsed.program);
	return findings;
}

function givesNothing(body: Expression | FunctionBody): boolean {
	if (body.type === "BlockStatement") return body.body.length === 0;
	return (body.type === "Identifier" && body.name === "undefined") || (body.type === "Literal" && body.value === null);
}

/** The line of an offset and the one before. */
function linesAround(file: TreeFile, start: number): string {
	const line = file.lineAt(start);
	return file.lines.slice(Math.max(0, line - 2), line).join("\n");
}

export const catches: Rule = {
	name: "no error is swallowed",
	advice: "Handle the expected code and throw the rest, or report it. Where a promise is settled elsewhere, say so inside the braces.",
	violations: [
		{ "packages/core/src/a.ts": "try { f(); } catch {}" },
		{ "packages/core/src/a.ts": "try { f(); } catch (error) { /* quiet */ }" },
		{ "packages/core/src/a.ts": "void f().catch(() => {});" },
		{ "packages/core/src/a.ts": "const x = await f().catch(() => undefined);" },
	],
	innocent: {
		"packages/core/src/a.ts":
			'try { f(); } catch (error) { if (error.code !== "ENOENT") throw error; }\nf().catch(() => {\n// The caller hears it from `exited`.\n});\n// Nobody there: nothing to stop.\nawait g().catch(() => undefined);',
	},
	check: (tree) => tree.code.flatMap(checkFile),
};
