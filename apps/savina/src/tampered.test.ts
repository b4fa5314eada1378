import assert from "node:assert/strict";
import { expect, test } from "vitest";
import { checkTheCheck } from "./tampered.ts";

const result = { count: 3, sum: 7n, digits: "314" };

test("a check that looks at every field passes", () => {
	expect(() => checkTheCheck({ name: "thorough", check: (found) => assert.deepEqual(found, result) }, result, {})).not.toThrow();
});

test("a check that leaves a field out is told which", () => {
	const check = (found: Readonly<Record<string, unknown>>) => assert.equal(found.count, 3);
	expect(() => checkTheCheck({ name: "careless", check }, result, {})).toThrow("the check of careless does not look at sum");
});
