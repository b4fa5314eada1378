/**
 * `exports` closes a package: the doors listed in floors.ts and nothing else, no wildcard. A door has named re-exports only:
 * no logic, no star, so that what is public is a list that can be read.
 */
import { join } from "node:path";
import { DOORS } from "../floors.ts";
import type { Rule } from "../rule.ts";
import type { Tree } from "../tree.ts";

function checkManifest(tree: Tree, folder: string): string[] {
	const manifest = tree.get(`${folder}/package.json`);
	if (manifest === undefined) return [];
	const { exports } = JSON.parse(manifest.text) as { exports?: Record<string, unknown> };
	if (exports === undefined) return [`${manifest.path}:1 has no exports, so every file is public`];
	const actual = Object.keys(exports).sort().join(" ");
	const expected = [...(DOORS[folder] ?? [])].sort().join(" ");
	return actual === expected ? [] : [`${manifest.path}:1 exports "${actual}" instead of "${expected}"`];
}

function checkDoor(tree: Tree, filePath: string): string[] {
	const file = tree.get(filePath);
	if (file === undefined) return [];
	return file.parsed.program.body
		.filter((statement) => statement.type !== "ExportNamedDeclaration" || statement.source === null)
		.map((statement) => `${filePath}:${file.lineAt(statement.start)} is not a named re-export`);
}

export const doors: Rule = {
	name: "packages are closed but for their doors",
	advice: "Export the name from index.ts with `export { name } from`. A new door is a decision: test/tidy/floors.ts lists them.",
	violations: [
		{ "packages/runtime/package.json": '{ "exports": { ".": "./dist/index.js", "./*": "./dist/*.js" } }' },
		{ "packages/runtime/package.json": '{ "main": "./dist/index.js" }' },
		{ "packages/core/package.json": '{ "exports": { ".": "./dist/index.js" } }' },
		{ "packages/runtime/src/index.ts": 'export * from "./system.ts";' },
		{ "packages/runtime/src/index.ts": "export const version = 1;" },
		{ "packages/core/src/zeromq/index.ts": "export const version = 1;" },
		{ "packages/core/src/internal.ts": 'import { x } from "./pipe/pipe.ts"; export { x };' },
	],
	innocent: {
		"packages/core/package.json": JSON.stringify({
			exports: Object.fromEntries((DOORS["packages/core"] ?? []).map((key) => [key, "./dist"])),
		}),
		"packages/core/src/index.ts":
			'/** Door. */\nexport { ZmqError, type ZmqErrorCode } from "./errors.ts"; export type { Frame } from "./message.ts";',
	},
	check: (tree) =>
		Object.entries(DOORS).flatMap(([folder, keys]) => [
			...checkManifest(tree, folder),
			...keys.flatMap((key) => [`${key}.ts`, `${key}/index.ts`].flatMap((path) => checkDoor(tree, join(folder, "src", path)))),
		]),
};
