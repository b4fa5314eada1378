/**
 * Each dependency of a package.json has a row in the table of docs/ARCHITECTURE.md that says what it is for, and each row a
 * dependency. Core has two runtime dependencies, its cipher and WebSockets.
 */
import type { Rule } from "../rule.ts";
import type { Tree } from "../tree.ts";

const DOCUMENT = "docs/ARCHITECTURE.md";
/** What core may depend on at run time: no cipher and no WebSocket is our own. docs/decisions says why these. */
const CORE_DEPENDENCIES: readonly string[] = ["libsodium", "ws"];
const FIELDS = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] as const;

type Manifest = Partial<Record<(typeof FIELDS)[number], Record<string, string>>>;

/** Names in the first column of the table below the heading "Dependencies". */
function rows(tree: Tree): Map<string, number> {
	const names = new Map<string, number>();
	let inSection = false;
	for (const [index, line] of (tree.get(DOCUMENT)?.lines ?? []).entries()) {
		if (line.startsWith("#")) inSection = /\bdependencies\b/i.test(line);
		if (!inSection || !line.startsWith("|")) continue;
		for (const [, name] of (line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)) names.set(name as string, index + 1);
	}
	return names;
}

function check(tree: Tree): string[] {
	const listed = rows(tree);
	const used = new Set<string>();
	const findings: string[] = [];
	for (const file of tree.files) {
		if (!/(?:^|\/)package\.json$/.test(file.path) || file.path.includes("/fixtures/")) continue;
		const manifest = JSON.parse(file.text) as Manifest;
		for (const name of FIELDS.flatMap((field) => Object.keys(manifest[field] ?? {}))) {
			if (/^@?zloom(?:\/|$)/.test(name)) continue;
			used.add(name);
			if (!listed.has(name)) findings.push(`${file.path}:1 ${name} has no row in ${DOCUMENT}`);
		}
		if (file.path === "packages/core/package.json") {
			for (const name of Object.keys(manifest.dependencies ?? {}))
				if (!CORE_DEPENDENCIES.includes(name)) findings.push(`${file.path}:1 core depends on ${name} at run time`);
		}
	}
	for (const [name, line] of listed) if (!used.has(name)) findings.push(`${DOCUMENT}:${line} ${name} is no dependency any more`);
	return findings;
}

export const dependencies: Rule = {
	name: "the table of dependencies is complete",
	advice: `Add a row to "Dependencies" in ${DOCUMENT}: | \`name\` | where | why it and not our own code |. Something outside what zloom is for is better taken from a good library; core takes none but its cipher and WebSockets.`,
	violations: [
		{ "package.json": '{ "devDependencies": { "vitest": "4" } }', [DOCUMENT]: "## Dependencies\n| `tsx` | all | why |" },
		{ "packages/core/package.json": '{ "dependencies": { "left-pad": "1" } }', [DOCUMENT]: "## Dependencies\n| `left-pad` | core | why |" },
		{ "package.json": "{}", [DOCUMENT]: "## Dependencies\n| `gone` | all | why |" },
	],
	innocent: {
		"package.json": '{ "devDependencies": { "vitest": "4", "@zloom/core": "workspace:*" } }',
		[DOCUMENT]: "## Dependencies\n| `vitest` | all | why |\n## Other\n| `not-one` | x |",
	},
	check,
};
