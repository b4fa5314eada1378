import { expect, test } from "vitest";
import { packageNameOf } from "./package-name.ts";

test.each([
	["lodash", "lodash"],
	["lodash/fp", "lodash"],
	["@scope/name", "@scope/name"],
	["@scope/name/a/b", "@scope/name"],
	["fs", "node:fs"],
	["fs/promises", "node:fs"],
	["node:fs", "node:fs"],
	["node:test/reporters", "node:test"],
	["./a", ""],
	["..", ""],
	["/a", ""],
	["#a", ""],
	["", undefined],
	["@scope", undefined],
	["@/alias", undefined],
	["https://x.y/z", undefined],
	["data:text/javascript,1", undefined],
	["a b", undefined],
	["<x>", undefined],
	["x".repeat(215), undefined],
])("the specifier %j names %j", (specifier, name) => {
	expect(packageNameOf(specifier)).toBe(name);
});
