import { describe, expect, test } from "vitest";
import type { Rule } from "./rule.ts";
import { atomics } from "./rules/atomics.ts";
import { catches } from "./rules/catches.ts";
import { circles } from "./rules/circles.ts";
import { dependencies } from "./rules/dependencies.ts";
import { doors } from "./rules/doors.ts";
import { errorCodes } from "./rules/error-codes.ts";
import { floors } from "./rules/floors.ts";
import { headers } from "./rules/headers.ts";
import { honestTests } from "./rules/honest-tests.ts";
import { links } from "./rules/links.ts";
import { names } from "./rules/names.ts";
import { packageOrder } from "./rules/package-order.ts";
import { readmeCode } from "./rules/readme-code.ts";
import { sizes } from "./rules/sizes.ts";
import { words } from "./rules/words.ts";
import { root, Tree } from "./tree.ts";

const RULES: readonly Rule[] = [
	floors,
	packageOrder,
	circles,
	atomics,
	doors,
	sizes,
	headers,
	names,
	words,
	catches,
	honestTests,
	errorCodes,
	dependencies,
	readmeCode,
	links,
];

const tree = Tree.read(root);

describe("the tree that the rules look at", () => {
	test("has the sources of every package and is parsed without an error", () => {
		for (const folder of ["packages/core/src", "packages/runtime/src", "packages/cluster/src", "apps/census/src", "scripts", "test/tidy"]) {
			expect(tree.code.filter((file) => file.path.startsWith(`${folder}/`)).length, folder).toBeGreaterThan(0);
		}
		expect(tree.shipped.length).toBeGreaterThan(20);
		const broken = tree.code
			.filter((file) => file.parsed.errors.length > 0)
			.map((file) => `${file.path}: ${file.parsed.errors[0]?.message}`);
		expect(broken).toEqual([]);
	});
});

describe.each(RULES)("$name", (rule) => {
	test("the rule finds every violation that is planted, and nothing in innocent files", () => {
		for (const planted of rule.violations) expect(rule.check(Tree.planted(planted)), JSON.stringify(planted)).not.toEqual([]);
		expect(rule.check(Tree.planted(rule.innocent))).toEqual([]);
	});

	test("holds in this workspace", () => {
		const findings = rule.check(tree);
		if (findings.length > 0) expect.fail(`${rule.advice}\n${findings.join("\n")}`);
	});
});
