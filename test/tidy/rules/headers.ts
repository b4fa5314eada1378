/**
 * Every source file opens with a comment of at least three lines: what it is, its invariants, which thread may call what,
 * its source. Tests, benches and declaration files may do with less: their names speak.
 */
import type { Rule } from "../rule.ts";
import type { TreeFile } from "../tree.ts";

const HEADER_LINES_MIN = 3;

function headerLines(file: TreeFile): number {
	const text = file.text.replace(/^#!.*\n/, "");
	const block = /^\/\*[\s\S]*?\*\//.exec(text)?.[0];
	if (block !== undefined) return block.split("\n").length;
	return /^(?:\/\/.*\n)*/.exec(text)?.[0].split("\n").length ?? 1;
}

function isChecked(file: TreeFile): boolean {
	return !/\.(?:test|bench)\.[cm]?[jt]s$|\.d\.[cm]?ts$/.test(file.path) && !/\/fixtures\//.test(file.path);
}

export const headers: Rule = {
	name: "every source file opens with a header comment",
	advice: `Begin the file with a /** … */ of ${HEADER_LINES_MIN} to 12 lines that says what it is, what always holds, and which thread may call what.`,
	violations: [
		{ "packages/core/src/socket.ts": "export class Socket {}\n" },
		{ "packages/core/src/socket.ts": "/** A socket. */\nexport class Socket {}\n" },
		{ "packages/core/src/socket.ts": 'import x from "x";\n/**\n * Late.\n */\n' },
		{ "scripts/run.mjs": "#!/usr/bin/env node\nrun();\n" },
	],
	innocent: {
		"packages/core/src/socket.ts": "/**\n * A socket.\n */\nexport class Socket {}\n",
		"packages/zloom/src/main.ts": "#!/usr/bin/env node\n/**\n * The command.\n */\n",
		"packages/core/src/socket.test.ts": 'import { test } from "vitest";\n',
	},
	check: (tree) =>
		tree.code
			.filter(isChecked)
			.filter((file) => headerLines(file) < HEADER_LINES_MIN)
			.map((file) => `${file.path}:1 has no header`),
};
