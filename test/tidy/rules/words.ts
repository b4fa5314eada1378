/**
 * Words that must not be in the tree: paths of one machine, addresses of package registries, notes about work not done, and
 * talk about how the work is made. The patterns are put together from pieces, so that this file does not find itself.
 */
import type { Rule } from "../rule.ts";
import type { Tree } from "../tree.ts";

interface Forbidden {
	readonly pattern: RegExp;
	readonly codeOnly: boolean;
	readonly instead: string;
	readonly sample: string;
}

const joined = (...parts: string[]): string => parts.join("");

const FORBIDDEN: readonly Forbidden[] = [
	{
		pattern: new RegExp(joined("(?<![\\w.~-])/(?:wo", "rk|ro", "ot|ho", "me|Us", "ers)/")),
		codeOnly: false,
		instead: "a path relative to the workspace, or a temporary folder from os.tmpdir()",
		sample: joined("see /ho", "me/me/zloom"),
	},
	{
		pattern: new RegExp(joined("\\b(?:TO", "DO|FIX", "ME|X", "XX)\\b")),
		codeOnly: true,
		instead: "do it now, or leave the sentence out",
		sample: joined("// TO", "DO later"),
	},
	{
		pattern: new RegExp(joined("://regis", "try\\.|\\bregis", "try\\.(?:npm|yarn)|\\bnpm", "js\\.(?:org|com)|\\bdeb\\.deb", "ian"), "i"),
		codeOnly: false,
		instead: "package names only: npm and apt know their own addresses",
		sample: joined("https://regis", "try.example.com"),
	},
	{
		pattern: new RegExp(
			joined(
				"\\bsub",
				"-?agents?\\b|\\bhelper ",
				"agents?\\b|\\bA",
				"I (?:session|agent|assistant)|\\bL",
				"LMs?\\b|\\blanguage ",
				"models?\\b",
			),
			"i",
		),
		codeOnly: false,
		instead: "speak of the software, not of who or what wrote it",
		sample: joined("written by a sub", "agent"),
	},
];

function check(tree: Tree): string[] {
	const findings: string[] = [];
	for (const file of tree.files) {
		for (const { pattern, codeOnly, instead } of FORBIDDEN) {
			if (codeOnly && !file.isCode) continue;
			for (const [index, line] of file.lines.entries()) {
				const found = pattern.exec(line)?.[0];
				if (found !== undefined) findings.push(`${file.path}:${index + 1} has "${found}". Instead: ${instead}`);
			}
		}
	}
	return findings;
}

export const words: Rule = {
	name: "no machine paths, registry addresses, unfinished notes or talk about the making",
	advice: "Each finding says what to write instead.",
	violations: FORBIDDEN.map(({ sample }) => ({ "packages/core/src/socket.ts": sample })),
	innocent: {
		"README.md": "ipc:///run/app.sock/counter, ./work/file, a user-agent, the session of a peer",
		"packages/core/src/registry.ts": "registry.set(name, root);",
	},
	check,
};
