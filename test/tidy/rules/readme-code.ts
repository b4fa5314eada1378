/**
 * Code in the documents is a copy of a file that the tests run. `<!-- file: PATH -->` above a code block names the file;
 * `npm run docs` writes the block anew. In a README no block of TypeScript is without a file.
 */
import { fillIn } from "../../../scripts/readme.mjs";
import type { Rule } from "../rule.ts";
import type { Tree } from "../tree.ts";

function check(tree: Tree): string[] {
	const findings: string[] = [];
	for (const file of tree.files) {
		if (!file.path.endsWith(".md")) continue;
		for (const [index, line] of file.lines.entries()) {
			const shown = line.startsWith("```ts") && file.path.endsWith("README.md");
			if (shown && !/^<!-- file: \S+ -->$/.test(file.lines[index - 1] ?? ""))
				findings.push(`${file.path}:${index + 1} has code of no file`);
		}
		const { text, missing } = fillIn(file.text, (sourcePath) => tree.get(sourcePath)?.text);
		for (const sourcePath of missing) findings.push(`${file.path}:1 shows ${sourcePath}, which does not exist`);
		if (text === file.text) continue;
		const after = text.split("\n");
		const line = file.text.split("\n").findIndex((before, index) => before !== after[index]);
		findings.push(`${file.path}:${line + 1} differs from the file it shows`);
	}
	return findings;
}

export const readmeCode: Rule = {
	name: "code in the documents equals the file it comes from",
	advice: "Code lives in a file that a test runs (apps/examples/src). Change the file, then run: npm run docs",
	violations: [
		{ "README.md": "<!-- file: a.ts -->\n```ts\nold();\n```\n", "a.ts": "/**\n * A.\n */\nnew1();\n" },
		{ "README.md": "<!-- file: a.ts -->\n```ts\nold();\n```\n" },
		{ "README.md": "# A\n\n```ts\nnobodyRuns();\n```\n" },
	],
	innocent: { "README.md": "# A\n\n<!-- file: a.ts -->\n```ts\nsame();\n```\n\nmore\n", "a.ts": "/**\n * A.\n */\nsame();\n" },
	check,
};
