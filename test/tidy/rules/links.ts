/**
 * Each relative link in a document leads to a file or folder of the tree, and its #anchor to a heading there.
 */
import path from "node:path";
import type { Rule } from "../rule.ts";
import type { Tree, TreeFile } from "../tree.ts";

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

/** As code hosts make it: lower case, punctuation gone, spaces as hyphens. */
function anchorOf(heading: string): string {
	return heading
		.replace(/^#+\s*/, "")
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\s_-]/gu, "")
		.trim()
		.replace(/\s/g, "-");
}

function checkLink(tree: Tree, file: TreeFile, link: string): string | undefined {
	const [relative = "", anchor] = link.split("#");
	const target = relative === "" ? file.path : path.posix.join(path.posix.dirname(file.path), relative).replace(/\/$/, "");
	const found = tree.get(target);
	if (found === undefined) return tree.files.some((other) => other.path.startsWith(`${target}/`)) ? undefined : `leads nowhere: ${link}`;
	if (anchor === undefined || !target.endsWith(".md")) return undefined;
	const headings = found.lines.filter((line) => line.startsWith("#")).map(anchorOf);
	return headings.includes(anchor) ? undefined : `has no heading for ${link}`;
}

function check(tree: Tree): string[] {
	const findings: string[] = [];
	for (const file of tree.files) {
		if (!file.path.endsWith(".md")) continue;
		// What stands in a code block is text, not a link.
		let fenced = false;
		for (const [index, line] of file.lines.entries()) {
			if (line.startsWith("```")) fenced = !fenced;
			if (fenced) continue;
			for (const [, link] of line.replace(/`[^`]*`/g, "").matchAll(LINK)) {
				if (link === undefined || /^[a-z]+:/.test(link)) continue;
				const wrong = checkLink(tree, file, link);
				if (wrong !== undefined) findings.push(`${file.path}:${index + 1} ${wrong}`);
			}
		}
	}
	return findings;
}

export const links: Rule = {
	name: "links in the documents lead somewhere",
	advice: "Correct the path (relative to the document) or the heading after #.",
	violations: [
		{ "README.md": "[x](docs/GONE.md)" },
		{ "docs/A.md": "[x](docs/B.md)", "docs/B.md": "" },
		{ "docs/A.md": "[x](B.md#gone)", "docs/B.md": "# Here" },
	],
	innocent: {
		"README.md": "[x](docs/A.md#the-way-of-one-message) [y](docs/) [z](#top) `[no](link.md)`\n# Top\n```\n[no](link.md)\n```",
		"docs/A.md": "## The way of one message\n[up](../README.md) [out](https://example.org/)",
	},
	check,
};
