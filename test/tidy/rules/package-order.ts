/**
 * Packages import each other downwards only (cluster, runtime, core) and only by the doors that `exports` names. A
 * relative import never leaves its package. Tests may import every package that their own package.json lists.
 */
import { PACKAGE_IMPORTS } from "../floors.ts";
import { importsOf, packageOf } from "../imports.ts";
import type { Rule } from "../rule.ts";
import type { TreeFile } from "../tree.ts";

function checkFile(file: TreeFile): string[] {
	const home = packageOf(file.path);
	if (home === undefined) return [];
	const allowed = PACKAGE_IMPORTS[home];
	if (allowed === undefined) return [`${file.path}:1 is in ${home}, which has no place in the order of packages`];
	const findings: string[] = [];
	for (const { specifier, target, line } of importsOf(file)) {
		if (target !== undefined) {
			if (packageOf(target) !== home) findings.push(`${file.path}:${line} reaches out of its package: ${specifier}`);
			continue;
		}
		if (!/^@?zloom(?:\/|$)/.test(specifier) || allowed.includes(specifier)) continue;
		const self = `@zloom/${home.split("/")[1]}`;
		const fromTest = file.isTest && (specifier === self || specifier.startsWith(`${self}/`));
		const downwards = file.isTest && allowed.includes(specifier.replace(/\/internal$/, ""));
		if (!fromTest && !downwards) findings.push(`${file.path}:${line} imports ${specifier}`);
	}
	return findings;
}

export const packageOrder: Rule = {
	name: "packages import downwards and through doors",
	advice:
		"cluster uses runtime, runtime uses core, never back; @zloom/core/internal is for runtime. What a lower package needs to know it gets as an argument or an interface that it defines itself (as runtime/src/remote.ts). test/tidy/floors.ts has the order.",
	violations: [
		{ "packages/core/src/socket.ts": 'import { createSystem } from "@zloom/runtime";' },
		{ "packages/runtime/src/system.ts": 'const cluster = await import("@zloom/cluster");' },
		{ "packages/runtime/src/system.ts": 'import { Pipe } from "@zloom/core/dist/pipe/pipe.js";' },
		{ "packages/cluster/src/link.ts": 'import { pipePair } from "@zloom/core/internal";' },
		{ "packages/runtime/src/system.ts": 'import { pipePair } from "../../core/src/pipe/pipe.ts";' },
		{ "packages/runtime/src/system.ts": 'import { run } from "@zloom/census";' },
		{ "packages/novel/src/index.ts": "export const x = 1;" },
	],
	innocent: {
		"packages/runtime/src/system.ts":
			'import { pipePair } from "@zloom/core/internal"; import path from "node:path"; import { Packr } from "msgpackr";',
		"packages/runtime/test/asks.test.ts": 'import { createSystem } from "@zloom/runtime";',
		"packages/cluster/src/cluster.ts": 'import type { Remote } from "@zloom/runtime";',
		"test/interop/push.test.ts": 'import { Push } from "@zloom/core"; import zeromq from "zeromq";',
	},
	check: (tree) => tree.code.flatMap(checkFile),
};
