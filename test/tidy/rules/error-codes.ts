/**
 * Each error code in packages/x/src/errors.ts has a row in docs/errors.md, and each row a code. A code is a string literal
 * in capitals; a row begins with the code in backticks.
 */
import { Visitor } from "oxc-parser";
import type { Rule } from "../rule.ts";
import type { Tree } from "../tree.ts";

const DOCUMENT = "docs/errors.md";
const CODE = /^(?:E[A-Z][A-Z0-9]+|ERR_[A-Z0-9_]+|ABORT_ERR)$/;
const ROW = /^\|\s*`([A-Z][A-Z0-9_]+)`/;

function codesInSource(tree: Tree): Map<string, string> {
	const codes = new Map<string, string>();
	for (const file of tree.shipped) {
		if (!/^packages\/[^/]+\/src\/errors\.ts$/.test(file.path)) continue;
		new Visitor({
			Literal(node) {
				if (typeof node.value === "string" && CODE.test(node.value)) codes.set(node.value, `${file.path}:${file.lineAt(node.start)}`);
			},
		}).visit(file.parsed.program);
	}
	return codes;
}

function check(tree: Tree): string[] {
	const codes = codesInSource(tree);
	const rows = new Map<string, number>();
	for (const [index, line] of (tree.get(DOCUMENT)?.lines ?? []).entries()) {
		const code = ROW.exec(line)?.[1];
		if (code !== undefined) rows.set(code, index + 1);
	}
	const missing = [...codes].filter(([code]) => !rows.has(code)).map(([code, where]) => `${where} ${code} has no row in ${DOCUMENT}`);
	const stale = [...rows].filter(([code]) => !codes.has(code)).map(([code, line]) => `${DOCUMENT}:${line} ${code} exists no more`);
	return [...missing, ...stale];
}

export const errorCodes: Rule = {
	name: "docs/errors.md lists exactly the error codes that exist",
	advice: "Give the code a row (| `CODE` | when it happens | what to do |), or remove the row of a code that is gone.",
	violations: [
		{ "packages/core/src/errors.ts": 'export type Code = "EAGAIN" | "EBADF";', [DOCUMENT]: "| `EAGAIN` | x | y |" },
		{ "packages/core/src/errors.ts": 'export type Code = "EAGAIN";', [DOCUMENT]: "| `EAGAIN` | x | y |\n| `EOLD` | x | y |" },
		{ "packages/runtime/src/errors.ts": 'export const codes = ["ERR_TIMEOUT"];' },
	],
	innocent: {
		"packages/core/src/errors.ts": 'export type Code = "EAGAIN"; this.name = "ZmqError";',
		"packages/runtime/src/errors.ts": 'export const codes = ["ERR_TIMEOUT"] as const;',
		[DOCUMENT]: "| code | when | what to do |\n| `EAGAIN` | x | y |\n| `ERR_TIMEOUT` | x | y |",
	},
	check,
};
